/**
 * Sentences of alerts, as the built-in rules write them in English, with their German ones. Alerts are stored and sent with the English sentence;
 * pages and messages read it back (`shownSentence`) to show it in the language of their reader. Pure.
 */
import { measures } from './measures.ts'
import type { Locale } from './vocabulary.ts'

const taken = '{occupied} of {known} known bays are taken, {unknown} unknown'
const takenDe = '{occupied} von {known} bekannten Stellplätzen belegt, {unknown} unbekannt'

/** Those that begin like another one stand before it. */
const sentences: readonly (readonly [en: string, de: string])[] = [
  ['Bay {bay}: parked longer than {n} min.', 'Stellplatz {bay}: länger als {n} min geparkt.'],
  ['Bay {bay} has not changed for unusually long.', 'Stellplatz {bay} hat sich ungewöhnlich lange nicht geändert.'],
  ['Bay {bay} changes more often than vehicles can.', 'Stellplatz {bay} wechselt öfter, als Fahrzeuge es können.'],
  ['The sensors of bay {bay} disagree.', 'Die Sensoren von Stellplatz {bay} widersprechen sich.'],
  ['Bay {bay} is {state} for more than {n} min.', 'Stellplatz {bay} ist seit mehr als {n} min {state}.'],
  [
    'No message of {device} for more than {n} min; the last one came at {time}.',
    'Keine Meldung von {device} seit mehr als {n} min; die letzte kam {time}.',
  ],
  ['{device} reports a low battery.', '{device} meldet eine schwache Batterie.'],
  ['The battery of {device} lasts about {n} more days.', 'Die Batterie von {device} reicht noch etwa {n} Tage.'],
  ['The clock of {device} is {n} s behind the server.', 'Die Uhr von {device} geht gegenüber dem Server {n} s nach.'],
  ['The clock of {device} is {n} s ahead of the server.', 'Die Uhr von {device} geht gegenüber dem Server {n} s vor.'],
  ['Gateway {gateway} is offline.', 'Gateway {gateway} ist ausgefallen.'],
  [
    'Gateway {gateway} is offline: {n} devices depend on it.',
    'Gateway {gateway} ist ausgefallen: {n} Geräte hängen davon ab.',
  ],
  ['Source {source} is down: {detail}', 'Quelle {source} ist ausgefallen: {detail}'],
  ['Source {source} is down: ', 'Quelle {source} ist ausgefallen.'],
  ['The layout does not have it any more.', 'Es ist nicht mehr im Layout.'],
  ['The rule was switched off or removed.', 'Die Regel wurde abgeschaltet oder entfernt.'],
  ['The rule watches something else now.', 'Die Regel überwacht jetzt etwas anderes.'],
  ['The rule is not about it any more.', 'Die Regel gilt nicht mehr dafür.'],
  ['The database is away.', 'Die Datenbank ist nicht erreichbar.'],
  [
    '{n} message of {source} could not be decoded; the last: {code}.',
    '{n} Meldung von {source} war nicht lesbar; die letzte: {code}.',
  ],
  [
    '{n} messages of {source} could not be decoded; the last: {code}.',
    '{n} Meldungen von {source} waren nicht lesbar; die letzte: {code}.',
  ],
  ['{n} messages are unaccounted for.', '{n} Meldungen sind nicht nachgewiesen.'],
  ['{n} % of the disk with the journal is free.', 'Vom Datenträger mit dem Journal sind {n} % frei.'],
  [
    '{place}: {n} % of {all} forecasts of the last seven days missed the measured occupancy.',
    '{place}: {n} % von {all} Prognosen der letzten sieben Tage verfehlten die gemessene Belegung.',
  ],
  ['{place}: count and bays differ by {n} vehicles.', '{place}: Zählung und Stellplätze weichen um {n} Fahrzeuge ab.'],
  ['{place}: between {low} and {high} vehicles.', '{place}: zwischen {low} und {high} Fahrzeuge.'],
  [
    '{place}: the count is sure to within {n} vehicles, {is} {limit}.',
    '{place}: Die Zählung ist auf {n} Fahrzeuge genau, {is} {limit}.',
  ],
  ['{place}: {n} vehicles, {is} {limit}.', '{place}: {n} Fahrzeuge, {is} {limit}.'],
  [`{place}: it is not known (${taken}).`, `{place}: nicht bekannt (${takenDe}).`],
  [`{place}: {n} free (${taken}).`, `{place}: {n} frei (${takenDe}).`],
  ['{place}: {n} % of {all} bays are unknown.', '{place}: {n} % von {all} Stellplätzen sind unbekannt.'],
  [`{place}: {n} % taken (${taken}).`, `{place}: {n} % belegt (${takenDe}).`],
  [`{place}: {n} % taken only (${taken}).`, `{place}: nur {n} % belegt (${takenDe}).`],
  ['{device}: {measure} is {n} {unit}, {is} {limit}.', '{device}: {measure} ist {n} {unit}, {is} {limit}.'],
  ['{device}: {measure} is {n}, {is} {limit}.', '{device}: {measure} ist {n}, {is} {limit}.'],
]
/** Of an alert that is over; its sentence follows. */
const ends = [
  ['This has ended: ', 'Beendet: '],
  ['The hours of the rule have ended: ', 'Die Zeiten der Regel sind zu Ende: '],
] as const

const states = { free: 'frei', occupied: 'belegt', unknown: 'unbekannt', closed: 'gesperrt' } as const
const sides = { above: 'über', below: 'unter' } as const
const number = '-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?'
const blankPatterns: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['n', 'all', 'low', 'high', 'limit', 'occupied', 'known', 'unknown'].map((name) => [name, number]),
  ),
  time: '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z',
  state: Object.keys(states).join('|'),
  is: Object.keys(sides).join('|'),
  measure: measures.map(({ name }) => name).join('|'),
}

const patterns = /* @__PURE__ */ sentences.map(([en, de]) => ({
  ...{ en, de },
  pattern: new RegExp(
    `^${en.replaceAll(/[().]/g, '\\$&').replaceAll(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${blankPatterns[name] ?? '.+?'})`)}$`,
    's',
  ),
}))

export interface ShownSentence {
  readonly text: string
  /** English where it is of another release, or of a person. */
  readonly locale: Locale
}

/** `timeOf`: a moment as the reader has it. */
export function shownSentence(text: string, locale: Locale, timeOf: (ms: number) => string): ShownSentence {
  for (const [en, de] of ends)
    if (text.startsWith(en)) {
      const rest = shownSentence(text.slice(en.length), locale, timeOf)
      return { text: (rest.locale === 'de' ? de : en) + rest.text, locale: rest.locale }
    }
  for (const { en, de, pattern } of patterns) {
    const blanks = pattern.exec(text)?.groups
    if (!blanks && !pattern.test(text)) continue
    const filled = (locale === 'de' ? de : en).replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      blankIn(name, blanks?.[name] ?? '', locale, timeOf),
    )
    return { text: filled, locale }
  }
  return { text, locale: 'en' }
}

function blankIn(name: string, value: string, locale: Locale, timeOf: (ms: number) => string): string {
  if (name === 'time') return timeOf(Date.parse(value))
  if (locale !== 'de') return value
  if (name === 'state') return states[value as keyof typeof states]
  if (name === 'is') return sides[value as keyof typeof sides]
  if (name === 'measure') return measures.find((one) => one.name === value)?.de ?? value
  if (blankPatterns[name] !== number) return value
  return new Intl.NumberFormat('de-DE', { maximumFractionDigits: 20 }).format(Number(value))
}
