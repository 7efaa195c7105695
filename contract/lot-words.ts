/**
 * Words for the lots of the public page. The server writes them into the page, and the script of the page writes them again with each
 * change: both take them from here. Pure.
 */
import type { OccupancyCounts } from './live.ts'
import type { Locale, LotState } from './vocabulary.ts'

/** From here on a lot is nearly full. */
const nearlyFullRate = 0.95
/** Fewer free bays than this are few where most are taken: they may be gone before a driver arrives. */
const fewFree = 10
const mostlyFullRate = 0.8
/** With a smaller share of its bays known, the number of free ones means too little. */
const knownShareMin = 0.8

type Counts = Omit<OccupancyCounts, 'live'>

/** Unknown bays never count as free: a lot of which too little is known has no number. */
export function lotState({ capacity, free, occupied, reserved, closed }: Counts): LotState {
  const known = free + occupied + reserved
  if (known === 0) return capacity === 0 && closed > 0 ? 'closed' : 'no-data'
  if (known < knownShareMin * capacity) return 'partly-known'
  if (free === 0) return 'full'
  const rate = (occupied + reserved) / known
  return rate >= nearlyFullRate || (free < fewFree && rate >= mostlyFullRate) ? 'nearly-full' : 'free'
}

/** Whether the number of free bays is shown in this state. */
export const hasNumber = (state: LotState): boolean => state === 'free' || state === 'nearly-full' || state === 'full'

function sumOf(sites: readonly Counts[]): Counts {
  const sum = { capacity: 0, free: 0, occupied: 0, reserved: 0, unknown: 0, closed: 0 }
  for (const counts of sites) for (const field of Object.keys(sum) as (keyof Counts)[]) sum[field] += counts[field]
  return sum
}

interface LotTexts {
  readonly states: Readonly<Record<LotState, string>>
  readonly free: string
  readonly atLeast: string
  readonly ofBays: { readonly one: string; readonly other: string }
  readonly unknown: string
  readonly closed: string
  readonly all: string
  readonly updated: string
  readonly noData: string
  readonly downSince: string
  readonly plan: string
  readonly live: string
  readonly connecting: string
  readonly reconnecting: string
  readonly paused: string
  readonly pause: string
  readonly resume: string
}

const en: LotTexts = {
  states: {
    ...{ free: 'Free', 'nearly-full': 'Nearly full', full: 'Full', 'no-data': 'No data', closed: 'Closed' },
    'partly-known': 'Too little data',
  },
  free: '{n} free',
  atLeast: 'at least {n} free',
  ofBays: { one: 'of {n} bay', other: 'of {n} bays' },
  unknown: '{n} unknown',
  closed: '{n} closed',
  all: 'All lots',
  updated: 'updated {age}',
  noData: 'no data yet',
  downSince: 'Live data is down since {time}',
  plan: 'Live plan of {n} bays; numbers are above.',
  live: 'Live',
  connecting: 'Connecting',
  reconnecting: 'Reconnecting',
  paused: 'Paused',
  pause: 'Pause',
  resume: 'Resume',
}

const de: LotTexts = {
  states: {
    ...{ free: 'Frei', 'nearly-full': 'Fast voll', full: 'Voll', 'no-data': 'Keine Daten' },
    ...{ closed: 'Geschlossen', 'partly-known': 'Zu wenige Daten' },
  },
  free: '{n} frei',
  atLeast: 'mindestens {n} frei',
  ofBays: { one: 'von {n} Stellplatz', other: 'von {n} Stellplätzen' },
  unknown: '{n} unbekannt',
  closed: '{n} außer Betrieb',
  all: 'Alle Anlagen',
  updated: 'aktualisiert {age}',
  noData: 'noch keine Daten',
  downSince: 'Live-Daten ausgefallen seit {time}',
  plan: 'Live-Plan mit {n} Stellplätzen; Zahlen darüber.',
  live: 'Live',
  connecting: 'Verbindet',
  reconnecting: 'Verbindet neu',
  paused: 'Angehalten',
  pause: 'Anhalten',
  resume: 'Fortsetzen',
}

type Plain = 'live' | 'connecting' | 'reconnecting' | 'paused' | 'pause' | 'resume' | 'noData'

export interface LotWords {
  text(key: Plain): string
  state(state: LotState): string
  /** "1,200" */
  number(n: number): string
  /** "7 free" */
  free(n: number): string
  /** "of 40 bays, 2 unknown, 1 closed": a closed one is none of the 40. Where no number is shown, also how many are free at least. */
  ofBays(counts: Counts): string
  /** "All lots: 41 free of 120 bays, 4 unknown", or the state where no bay is free. */
  total(sites: readonly Counts[]): string
  /** "7 free", or the state where no bay is free. */
  level(counts: Counts): string
  plan(bays: number): string
  /** "4 s ago": in the largest unit that fits. */
  ago(ms: number): string
  updated(ms: number): string
  /** "07:45", in the time zone of the site. */
  minute(at: number, timeZone?: string): string
  downSince(time: string): string
}

export function lotWords(locale: Locale): LotWords {
  const texts = locale === 'de' ? de : en
  const digits = new Intl.NumberFormat(locale)
  const number = (n: number) => digits.format(n)
  const filled = (text: string, n: number) => text.replace('{n}', number(n))
  const bays = ({ capacity, unknown, closed }: Counts) =>
    filled(texts.ofBays[capacity === 1 ? 'one' : 'other'], capacity) +
    (unknown > 0 ? `, ${filled(texts.unknown, unknown)}` : '') +
    (closed > 0 ? `, ${filled(texts.closed, closed)}` : '')
  const words: LotWords = {
    number,
    text: (key) => texts[key],
    state: (state) => texts.states[state],
    free: (n) => filled(texts.free, n),
    ofBays(counts) {
      const isLeast = counts.free > 0 && lotState(counts) === 'partly-known'
      return bays(counts) + (isLeast ? `; ${filled(texts.atLeast, counts.free)}` : '')
    },
    total(sites) {
      const sum = sumOf(sites)
      if (sum.free === 0) return `${texts.all}: ${words.level(sum)}`
      const free = filled(lotState(sum) === 'partly-known' ? texts.atLeast : texts.free, sum.free)
      return `${texts.all}: ${free} ${bays(sum)}`
    },
    level(counts) {
      const state = lotState(counts)
      return state === 'free' || state === 'nearly-full' ? words.free(counts.free) : texts.states[state]
    },
    plan: (bays) => filled(texts.plan, bays),
    ago: (ms) => ageText(locale, ms),
    updated: (ms) => texts.updated.replace('{age}', ageText(locale, ms)),
    minute: (at, timeZone = 'UTC') =>
      new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at),
    downSince: (time) => texts.downSince.replace('{time}', time),
  }
  return words
}

/** Ages have the symbols of durations, as on the desk. */
function ageText(locale: Locale, ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000))
  const [n, unit, symbol] =
    s < 60
      ? ([s, 'second', 's'] as const)
      : s < 3_600
        ? ([Math.floor(s / 60), 'minute', 'min'] as const)
        : s < 86_400
          ? ([Math.floor(s / 3_600), 'hour', 'h'] as const)
          : ([Math.floor(s / 86_400), 'day', undefined] as const)
  if (symbol) return locale === 'en' ? `${n} ${symbol} ago` : `vor ${n} ${symbol}`
  return new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' }).format(-n, unit)
}
