/** Words in the reader's language: texts with blanks filled in, numbers, times and ages through `Intl`. Pure. */
import { sumMax } from '@baykeeper/contract/balance.ts'
import { en, type Plural, type TextKey } from './en.ts'

export interface Words<K extends string = TextKey> {
  readonly locale: string
  text(key: K, blanks?: Readonly<Record<string, string | number>>): string
  /** A text that depends on `n`, which fills its blank too. */
  count(key: K, n: number): string
  number(n: number, digits?: number): string
  /** "1.2M": rounded, for a small cell. Show the exact number too, for example as its title. */
  compact(n: number): string
  percent(share: number, digits?: number): string
  clock(at: number, zone?: string): string
  minute(at: number, zone?: string): string
  moment(at: number, zone?: string): string
  /** "23 Nov, 20:58" */
  dayMinute(at: number, zone?: string): string
  /** "23 Nov, 20:58 – 23:02": the day once where it is one. */
  range(from: number, to: number, zone?: string): string
  /** "4 s ago" */
  ago(ms: number): string
  /** "4 min": how long something lasts. */
  span(ms: number): string
  /** "2 h 4 min": to the minute, however long it lasts. */
  duration(ms: number): string
  /** "23 Nov": a day written YYYY-MM-DD, which is UTC. */
  day(day: string, long?: boolean): string
  /** The same language with more texts, those of a page that came later; English where there is no translation. */
  with<M extends string>(english: Texts<M>, translation?: Translation<M>): Words<K | M>
}

export type Texts<K extends string> = Readonly<Record<K, string | Plural>>
/** By key; or a list in the order of the English texts, as a build writes it (web/translations.ts). */
export type Translation<K extends string> = Texts<K> | readonly (string | Plural)[]

export function translated<K extends string>(english: Texts<K>, translation: Translation<K>): Texts<K> {
  if (!Array.isArray(translation)) return translation as Texts<K>
  const keys = Object.keys(english) as K[]
  return Object.fromEntries(keys.map((key, i) => [key, translation[i] as string | Plural])) as Texts<K>
}

export function createWords<K extends string = TextKey>(
  locale: string,
  dictionary: Texts<K> = en as unknown as Texts<K>,
): Words<K> {
  const plain = new Intl.NumberFormat(locale)
  const plurals = new Intl.PluralRules(locale)
  const fill = (text: string, blanks: Readonly<Record<string, string | number>>) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = blanks[name]
      return value === undefined
        ? whole
        : typeof value === 'number'
          ? atLeast(value) + plain.format(upToLimit(value))
          : value
    })
  const formats = new Map<string, Intl.DateTimeFormat>()
  const time = (at: number, style: Intl.DateTimeFormatOptions, timeZone: string | undefined) => {
    const key = `${JSON.stringify(style)} ${timeZone}`
    let format = formats.get(key)
    if (!format) {
      format = new Intl.DateTimeFormat(locale, { ...style, hourCycle: 'h23', ...(timeZone ? { timeZone } : {}) })
      formats.set(key, format)
    }
    return format.format(at)
  }
  const inUnit = (n: number, unit: DurationUnit) => durationText(locale, n, unit)
  const unit = (ms: number): readonly [n: number, unit: DurationUnit] => {
    const s = Math.max(0, Math.round(ms / 1_000))
    if (s < 90) return [s, 'second']
    if (s < 90 * 60) return [Math.round(s / 60), 'minute']
    return s < 36 * 3_600 ? [Math.round(s / 3_600), 'hour'] : [Math.round(s / 86_400), 'day']
  }
  const relative = new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' })
  return {
    locale,
    text(key, blanks = {}) {
      const found: string | Plural = dictionary[key]
      return fill(typeof found === 'string' ? found : found.other, blanks)
    },
    count(key, n) {
      const found: string | Plural = dictionary[key]
      if (typeof found === 'string') return fill(found, { n })
      return fill(found[plurals.select(n)] ?? found.other, { n })
    },
    number: (n, digits = 0) => {
      const style = { minimumFractionDigits: digits, maximumFractionDigits: digits }
      return `${atLeast(n)}${new Intl.NumberFormat(locale, style).format(upToLimit(n))}`
    },
    compact(n) {
      const short = new Intl.NumberFormat(locale, { notation: 'compact' })
        .format(upToLimit(n))
        .replaceAll('\u00a0', ' ')
      // German has no short form of thousands.
      const spelled = n >= 10_000 && /^[\d.,]+$/.test(short)
      return atLeast(n) + (spelled ? `${plain.format(Math.round(n / 1_000))}k` : short)
    },
    percent: (share, digits = 0) =>
      new Intl.NumberFormat(locale, {
        style: 'percent',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(share),
    clock: (at, zone) => time(at, { hour: '2-digit', minute: '2-digit', second: '2-digit' }, zone),
    minute: (at, zone) => time(at, { hour: '2-digit', minute: '2-digit' }, zone),
    moment: (at, zone) =>
      time(at, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' }, zone),
    dayMinute: (at, zone) => time(at, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }, zone),
    range(from, to, timeZone) {
      const style = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
      return new Intl.DateTimeFormat(locale, { ...style, ...(timeZone ? { timeZone } : {}) }).formatRange(from, to)
    },
    duration(ms) {
      const minutes = Math.round(ms / 60_000)
      const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
      if (minutes < 1) return this.span(ms)
      return [hours > 0 ? inUnit(hours, 'hour') : '', rest > 0 ? inUnit(rest, 'minute') : ''].filter(Boolean).join(' ')
    },
    day: (day, long = false) =>
      time(
        Date.parse(day),
        { day: 'numeric', month: long ? 'long' : 'short', ...(long ? { year: 'numeric' } : {}) },
        'UTC',
      ),
    with: (english, translation = english) =>
      createWords(locale, { ...dictionary, ...translated(english, translation) }),
    // Ages have the symbols of durations, as on the public page; days are words, with a case in German.
    ago(ms) {
      const [n, of] = unit(ms)
      if (locale === 'en') return `${inUnit(n, of)} ago`
      return of === 'day' ? relative.format(-n, of) : `vor ${inUnit(n, of)}`
    },
    span: (ms) => inUnit(...unit(ms)),
  }
}

type DurationUnit = 'second' | 'minute' | 'hour' | 'day'
const symbols = { second: 's', minute: 'min', hour: 'h' } as const

/** "4 s", "1.5 h", "2 days": one format for durations in every language, with a space that does not break. */
export function durationText(locale: string, n: number, unit: DurationUnit): string {
  if (unit === 'day') return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(n)
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(n)}\u00a0${symbols[unit]}`
}

/** A sum that has stopped at its limit is at least that. */
const atLeast = (n: number) => (n >= sumMax ? '≥ ' : '')
const upToLimit = (n: number) => Math.min(n, sumMax)
