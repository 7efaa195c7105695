/** Figures of the stages at one poll, and their last five minutes: rates are differences of two polls. Pure. */
import type { ServerStatus } from '@baykeeper/contract/status.ts'

export const lookMs = 2_000
export const historyMs = 5 * 60_000
/** A rate looks back at least this long: figures of the server are a second old, so two looks in a row would jump. */
const rateMs = 6_000

export const fates = [
  'received',
  'accepted',
  'refused',
  'unframeable',
  'committed',
  'duplicate',
  'quarantined',
  'pending',
] as const
type Fate = (typeof fates)[number]

type Known<T extends string> = Readonly<Record<T, number | undefined>>

export interface Look extends Known<Fate> {
  readonly at: number
  readonly started: number | undefined
  readonly commitMsP50: number | undefined
  readonly commitMsP99: number | undefined
  readonly lagMs: number | undefined
  readonly syncMsP99: number | undefined
  readonly journalBytes: number | undefined
  readonly freeBytes: number | undefined
  readonly storeAgeMs: number | undefined
  readonly devices: number | undefined
  readonly reporting: number | undefined
  readonly deskViewers: number | undefined
  readonly publicViewers: number | undefined
  readonly coalesced: number | undefined
}

const known = <T>(value: T | null | undefined): T | undefined => value ?? undefined

/** Undefined where the server does not know, which is not 0. */
export function lookAt(status: ServerStatus | undefined, at: number): Look {
  const { ledger, commit_ms, journal, database, devices, streams } = status ?? {}
  const fate = Object.fromEntries(fates.map((each) => [each, ledger?.[each]])) as Known<Fate>
  return {
    ...fate,
    at,
    started: status && Date.parse(status.started),
    commitMsP50: known(commit_ms?.p50),
    commitMsP99: known(commit_ms?.p99),
    lagMs: known(status?.lag_ms),
    syncMsP99: journal?.sync_ms_p99,
    journalBytes: journal?.bytes,
    freeBytes: journal?.free_bytes,
    storeAgeMs: typeof database?.age_s === 'number' ? database.age_s * 1_000 : undefined,
    devices: devices?.seen,
    reporting: devices?.reporting,
    deskViewers: streams?.desk,
    publicViewers: streams?.public,
    coalesced: streams?.coalesced,
  }
}

/** Newest last; what is older than the span shown goes. */
export const withLook = (history: readonly Look[], look: Look): readonly Look[] =>
  [...history, look].filter(({ at }) => at > look.at - historyMs - rateMs)

export interface Point {
  readonly at: number
  readonly value: number
}

/** Of a figure that is a value of its moment. */
export const seriesOf = (history: readonly Look[], of: (look: Look) => number | undefined): readonly Point[] =>
  history.flatMap((look) => {
    const value = of(look)
    return value === undefined ? [] : [{ at: look.at, value }]
  })

/** Rate per second of a counter. Counters restart at 0 with the server. */
export function ratesOf(history: readonly Look[], of: (look: Look) => number | undefined): readonly Point[] {
  const points: Point[] = []
  let from = 0
  for (const look of history) {
    while (from < history.length && look.at - (history[from + 1] ?? look).at >= rateMs) from++
    const before = history[from] as Look
    const [was, is] = [of(before), of(look)]
    if (was === undefined || is === undefined || before.at >= look.at || before.started !== look.started) continue
    if (is >= was) points.push({ at: look.at, value: ((is - was) / (look.at - before.at)) * 1_000 })
  }
  return points
}

/** Growth of a counter within the span shown; undefined when not known. */
export function grownBy(history: readonly Look[], of: (look: Look) => number | undefined): number | undefined {
  const last = history.at(-1)
  const first = history.find((look) => look.started === last?.started && of(look) !== undefined)
  const [was, is] = [first && of(first), last && of(last)]
  return was === undefined || is === undefined ? undefined : Math.max(0, is - was)
}
