/** Texts of messages that bring a report, in English and German. */

import type { ReportKind } from '@baykeeper/contract/reports.ts'
import type { Locale } from '@baykeeper/contract/vocabulary.ts'

export interface ReportWords {
  readonly kind: Readonly<Record<ReportKind, string>>
  readonly placeLabel: string
  readonly periodLabel: string
  readonly coverageLabel: string
  readonly dueLabel: string
  readonly fileLabel: string
  readonly noteLabel: string
  period(first: string, last: string, zone: string): string
  coverage(known: string, unknown: string): string
  readonly noCoverage: string
  readonly late: string
  readonly asked: string
  tooLarge(most: string): string
  readonly tooLargeLink: string
  readonly tooLargeNoLink: string
  readonly open: string
}

export const reportWords: Readonly<Record<Locale, ReportWords>> = {
  en: {
    kind: {
      ...{ summary: 'Summary', occupancy: 'Occupancy', dwell: 'Length of stay', turnover: 'Turnover', peaks: 'Peaks' },
      ...{ overstays: 'Overstays', quality: 'Data quality', stays: 'Stays', 'bay-changes': 'Changes of bays' },
      'occupancy-15min': 'Occupancy by quarters of an hour',
    },
    placeLabel: 'Place',
    periodLabel: 'Period',
    coverageLabel: 'Coverage',
    dueLabel: 'Due',
    fileLabel: 'Attached',
    noteLabel: 'Note',
    period: (first, last, zone) => `${first === last ? first : `${first} to ${last}`} (${zone})`,
    coverage: (known, unknown) =>
      `${known} of the bay-time is known; ${unknown} is unknown, and counts neither as free nor as taken`,
    noCoverage: 'there was no bay',
    late: 'This report is late: the server could not make it when it was due.',
    asked: 'Asked for, beside its due times',
    tooLarge: (most) => `The report is larger than ${most} and is not attached.`,
    tooLargeLink: 'Open it by the link below, or choose a shorter period, a place or another kind.',
    tooLargeNoLink:
      'Export it from the reports page of the server, or choose a shorter period, a place or another kind.',
    open: 'Open the report',
  },
  de: {
    kind: {
      ...{ summary: 'Übersicht', occupancy: 'Belegung', dwell: 'Parkdauer', turnover: 'Umschlag', peaks: 'Spitzen' },
      ...{ overstays: 'Überschreitungen', quality: 'Datenqualität', stays: 'Parkvorgänge' },
      ...{ 'bay-changes': 'Änderungen von Stellplätzen', 'occupancy-15min': 'Belegung je Viertelstunde' },
    },
    placeLabel: 'Ort',
    periodLabel: 'Zeitraum',
    coverageLabel: 'Abdeckung',
    dueLabel: 'Fällig',
    fileLabel: 'Anhang',
    noteLabel: 'Hinweis',
    period: (first, last, zone) => `${first === last ? first : `${first} bis ${last}`} (${zone})`,
    coverage: (known, unknown) =>
      `${known} der Stellplatzzeit sind bekannt; ${unknown} sind unbekannt und zählen weder als frei noch als belegt`,
    noCoverage: 'es gab keinen Stellplatz',
    late: 'Dieser Bericht ist verspätet: Der Server konnte ihn nicht erstellen, als er fällig war.',
    asked: 'Angefordert, außerhalb der geplanten Zeiten',
    tooLarge: (most) => `Der Bericht ist größer als ${most} und nicht angehängt.`,
    tooLargeLink:
      'Öffnen Sie ihn über den Link unten, oder wählen Sie einen kürzeren Zeitraum, einen Ort oder eine andere Art.',
    tooLargeNoLink:
      'Geben Sie ihn auf der Seite Berichte des Servers aus, oder wählen Sie einen kürzeren Zeitraum, einen Ort oder eine andere Art.',
    open: 'Bericht öffnen',
  },
}
