/**
 * Notes of reports, each declared once in every language. A report holds and sends the English sentence (`noteText`); pages and messages read it
 * back (`shownNote`) to show it in the language of their reader. Pure.
 */
import type { Locale } from './vocabulary.ts'

/** The English one first: it is what a report holds. */
export const reportNotes = {
  'not-over': {
    en: 'The period is not over: what is to come is not in it.',
    de: 'Der Zeitraum ist nicht zu Ende: Was noch kommt, ist nicht enthalten.',
  },
  'nothing-processed': {
    en: 'Nothing was processed yet: nothing is known.',
    de: 'Noch ist nichts verarbeitet: Es ist nichts bekannt.',
  },
  'processed-to': {
    en: 'Processed up to {at}: what came later is not known.',
    de: 'Verarbeitet bis {at}: Was danach kam, ist nicht bekannt.',
  },
  'cut-alike': {
    en: 'The period compared with is cut to the same part: it ends at {at}.',
    de: 'Der Vergleichszeitraum ist auf denselben Teil gekürzt: Er endet um {at}.',
  },
  'unequal-lengths': {
    en: 'The periods are unequally long: {first} and {second} days. Numbers and minutes grow with the length.',
    de: 'Die Zeiträume sind verschieden lang: {first} und {second} Tage. Anzahlen und Minuten wachsen mit der Länge.',
  },
  'low-coverage': {
    en: 'Only {share} % of the bay-time of the period is known.',
    de: 'Nur {share} % der Stellplatzzeit des Zeitraums sind bekannt.',
  },
  'unequal-coverage': {
    en: 'The periods are observed unequally: {first} % and {second} % of the bay-time is known.',
    de: 'Die Zeiträume sind verschieden gut beobachtet: {first} % und {second} % der Stellplatzzeit sind bekannt.',
  },
  'overstay-on': {
    en: '{n} overstay that goes on now: not in these figures, which count overstays that ended.',
    de: '{n} Überschreitung dauert noch an: Sie ist nicht in diesen Zahlen, die nur beendete zählen.',
  },
  'overstays-on': {
    en: '{n} overstays that go on now: not in these figures, which count overstays that ended.',
    de: '{n} Überschreitungen dauern noch an: Sie sind nicht in diesen Zahlen, die nur beendete zählen.',
  },
  'utc-days': {
    en: 'Sensors and losses are kept by days in UTC: such a day counts in the report in which it begins.',
    de: 'Sensoren und Verluste werden nach Tagen in UTC geführt: Ein solcher Tag zählt in dem Bericht, in dem er beginnt.',
  },
  'losses-of-all': {
    en: 'Losses are those of the whole server: they are not kept by site.',
    de: 'Verluste sind die des ganzen Servers: Sie werden nicht nach Anlage geführt.',
  },
  'bay-changes-kept': {
    en: 'Changes of bays are kept from {day} (UTC) on: the period begins before that.',
    de: 'Änderungen von Stellplätzen sind ab {day} (UTC) aufbewahrt: Der Zeitraum beginnt davor.',
  },
  'stays-kept': {
    en: 'Stays are kept from {day} (UTC) on: the period begins before that.',
    de: 'Parkvorgänge sind ab {day} (UTC) aufbewahrt: Der Zeitraum beginnt davor.',
  },
  'stays-unrecorded': {
    en: 'Vehicles left on {n} of {days} days whose stays are not recorded: turnover is of the other days, and so are lengths and overstays.',
    de: 'An {n} von {days} Tagen fuhren Fahrzeuge ab, ohne dass ihre Parkvorgänge erfasst sind: Der Umschlag ist der der anderen Tage, ebenso Parkdauern und Überschreitungen.',
  },
  'turnover-unknown': {
    en: 'Turnover is not known: places of count zones are in the known time, and have no stays. Ask for a zone of bays or a bay type.',
    de: 'Der Umschlag ist nicht bekannt: In der bekannten Zeit sind Plätze von Zählbereichen, die keine Parkvorgänge haben. Wählen Sie eine Zone mit Stellplätzen oder eine Art.',
  },
  'no-stay-known': {
    en: 'No stay of the period is known: stays are kept no longer, were not recorded then, or nothing was reported.',
    de: 'Kein Parkvorgang des Zeitraums ist bekannt: Sie sind nicht mehr aufbewahrt, wurden damals nicht erfasst, oder es wurde nichts gemeldet.',
  },
  'stay-on': {
    en: '{n} stay went on when the period ended and ended within 7 days or not yet: a stay counts in the period in which it ends.',
    de: '{n} Parkvorgang dauerte am Ende des Zeitraums an und endete binnen 7 Tagen oder noch nicht: Er zählt in dem Zeitraum, in dem er endet.',
  },
  'stays-on': {
    en: '{n} stays went on when the period ended and ended within 7 days or not yet: a stay counts in the period in which it ends.',
    de: '{n} Parkvorgänge dauerten am Ende des Zeitraums an und endeten binnen 7 Tagen oder noch nicht: Sie zählen in dem Zeitraum, in dem sie enden.',
  },
} as const satisfies Record<string, Readonly<Record<Locale, string>>>
export type ReportNote = keyof typeof reportNotes

type BlanksOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | BlanksOf<Rest>
  : never
type Blanks<Code extends ReportNote> = Readonly<Record<BlanksOf<(typeof reportNotes)[Code]['en']>, string | number>>

const filled = (text: string, blanks: Readonly<Record<string, string | number>>) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(blanks[name]))

export const noteText = <Code extends ReportNote>(code: Code, blanks: Blanks<Code>): string =>
  filled(reportNotes[code].en, blanks)

const patterns = /* @__PURE__ */ Object.values(reportNotes).map((note) => ({
  note,
  pattern: new RegExp(`^${note.en.replaceAll(/[().]/g, '\\$&').replaceAll(/\{(\w+)\}/g, '(?<$1>\\S+)')}$`),
}))
/** `2026-10-09T12:00:00.000+02:00` */
const moment = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)$/

/** A note in another language; one of an earlier or later release stays as it is. */
export function shownNote(text: string, locale: Locale): { readonly text: string; readonly locale: Locale } {
  for (const { note, pattern } of patterns) {
    const found = pattern.exec(text)
    if (!found) continue
    const blanks = Object.entries(found.groups ?? {}).map(([name, value]) => [name, blankIn(value, locale)])
    return { text: filled(note[locale], Object.fromEntries(blanks)), locale }
  }
  return { text, locale: 'en' }
}

/** Times are local ones of the report, whose zone stands beside it. */
function blankIn(value: string, locale: Locale): string {
  const [, day = value, time] = moment.exec(value) ?? []
  const shownDay = locale === 'de' ? day.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3.$2.$1') : day
  if (time !== undefined) return `${shownDay} ${time}`
  return locale === 'de' && /^\d+\.\d+$/.test(shownDay) ? shownDay.replace('.', ',') : shownDay
}
