/** Texts of the form that sends a request from the reference. The script of that page reads them. */
import type { Locale } from '@baykeeper/contract/vocabulary.ts'

const en = {
  title: 'Try it',
  lead: 'Sends the request to this server with the session of this browser.',
  send: 'Send',
  confirm: 'This request can change or delete data. I want to send it.',
  confirmFirst: 'Tick the box first: the request can change data.',
  missing: 'Fill in what is required: ',
  sending: 'Sending …',
  failed: 'No answer came: ',
  cut: '… more was sent; the first 20,000 characters are shown.',
  body: 'Body (JSON)',
  required: 'required',
}
export type TryWords = typeof en

const de: TryWords = {
  title: 'Ausprobieren',
  lead: 'Sendet die Anfrage mit der Sitzung dieses Browsers an diesen Server.',
  send: 'Senden',
  confirm: 'Diese Anfrage kann Daten ändern oder löschen. Ich will sie senden.',
  confirmFirst: 'Erst das Kästchen ankreuzen: Die Anfrage kann Daten ändern.',
  missing: 'Bitte ausfüllen: ',
  sending: 'Wird gesendet …',
  failed: 'Keine Antwort: ',
  cut: '… es kam mehr; die ersten 20.000 Zeichen werden gezeigt.',
  body: 'Inhalt (JSON)',
  required: 'nötig',
}

export const tryWords = (locale: Locale): TryWords => (locale === 'de' ? de : en)
