/**
 * Compares what a server made of a history with the truth. The server is any function that takes a history and returns what it showed and
 * where each frame went: a reference in memory, the real processing, a real server read through its API.
 */
import { contentOf, type Delivery, type History, readingOf } from './history.ts'
import { judgeStays, type StayClaim } from './judge-stays.ts'
import { counterRestarts, joinsBoots, missingIn, mustBeKnown, numbersOnly, presenceAfter } from './truth.ts'

/** Where one delivered frame ended. */
export type Fate = 'stored' | 'possible-repeat' | 'duplicate' | 'quarantined' | 'tentative'
/** null: unknown. */
export type Presence = boolean | null

export interface Observation {
  /** By delivery; `undefined` where nothing was asked after it. */
  readonly shown: readonly (Presence | undefined)[]
  /** By delivery; `undefined` where it went nowhere. */
  readonly fates: readonly (Fate | undefined)[]
  readonly missing: number | 'not certain'
  /** Of the bay that the board watches; absent: the server makes none. */
  readonly stays?: readonly StayClaim[]
}

export interface Finding {
  readonly what: 'stay' | 'opposite' | 'unknown' | 'lost' | 'doubled' | 'dead letter' | 'unaccounted' | 'losses'
  readonly text: string
}

export function judge(history: History, observed: Observation): Finding[] {
  const stays = judgeStays(history, observed.stays ?? [])
  const findings = [...judgeFates(history, observed), ...stays.map((text) => ({ what: 'stay', text }) as const)]
  if (history.fair) return [...judgeShown(history, observed), ...findings, ...judgeLosses(history, observed)]
  return [...findings, ...judgeCertainty(history, observed)]
}

function judgeShown(history: History, { shown }: Observation): Finding[] {
  const truth = presenceAfter(history)
  const known = mustBeKnown(history)
  return shown.flatMap((presence, i): Finding[] => {
    if (presence === undefined) return []
    if (presence === null)
      return known[i] ? [{ what: 'unknown', text: `after frame ${i} the state is unknown and must be known` }] : []
    return presence === truth[i]
      ? []
      : [{ what: 'opposite', text: `after frame ${i} it shows ${presence}, the truth is ${truth[i]}` }]
  })
}

/** Frames with one content: as many stored as there were readings, the others counted as repetitions. */
function judgeFates(history: History, { fates }: Observation): Finding[] {
  const findings: Finding[] = []
  const add = (what: Finding['what'], text: string) => findings.push({ what, text })
  const mayResend = history.kind === 'neither' && (history.transport === 'tcp' || history.transport === 'mqtt')
  const doubtAllowed = !history.fair || numbersOnly(history) || counterRestarts(history) || mayResend
  const groups = Map.groupBy(history.deliveries.keys(), (i) => contentAt(history, i))
  for (const [content, deliveries] of groups) {
    const count = (fate: Fate | undefined) => deliveries.filter((i) => fates[i] === fate).length
    const distinct = new Set(deliveries.map((i) => history.deliveries[i]?.reading)).size
    const stored = count('stored')
    const doubtful = count('possible-repeat') + count('tentative')
    const where = `${content} (frames ${deliveries.join(', ')})`
    if (count(undefined) > 0) add('unaccounted', `${where}: went nowhere`)
    if (history.fair && count('quarantined') > 0) add('dead letter', `${where}: set aside`)
    if (!doubtAllowed && doubtful > 0) add('unknown', `${where}: left in doubt`)
    if (history.fair && stored > distinctAtMost(history, distinct))
      add('doubled', `${where}: stored ${stored} times, made ${distinct} times`)
    const needed = history.fair ? distinctAtLeast(history, deliveries) : 1
    if (stored + doubtful + (history.fair ? 0 : count('quarantined')) < needed)
      add('lost', `${where}: stored ${stored + doubtful} times, made ${distinct} times`)
  }
  return findings
}

function contentAt(history: History, i: number): string {
  const delivery = history.deliveries[i]
  return delivery ? contentOf(readingOf(history, delivery)) : ''
}

/**
 * Readings that say the same are counted apart by boards without a clock, each by its first delivery. Where the transport repeats for want of an
 * answer, that may look like what was sent before: the first of a boot and the last of the boot before say the same.
 */
function distinctAtLeast(history: History, deliveries: readonly number[]): number {
  if (!numbersOnly(history) && history.kind !== 'neither') return 1
  const first = new Map<number, number>()
  for (const i of deliveries) {
    const reading = history.deliveries[i]?.reading ?? 0
    if (!first.has(reading)) first.set(reading, i)
  }
  return Math.max(1, [...first.values()].filter((i) => !mayBeSentAgain(history, i)).length)
}

/** All frames of its body, or of its connection so far, came before. */
function mayBeSentAgain(history: History, i: number): boolean {
  const { deliveries, transport } = history
  const delivery = deliveries[i]
  const unit = (other: Delivery) => (transport === 'tcp' ? other.connection : other.record)
  if (delivery === undefined || (transport !== 'http' && transport !== 'tcp')) return false
  const from = deliveries.findIndex((other) => unit(other) === unit(delivery))
  const to = transport === 'tcp' ? i : deliveries.findLastIndex((other) => unit(other) === unit(delivery))
  const known = new Set(deliveries.slice(0, from).map((_, k) => contentAt(history, k)))
  for (let k = from; k <= to; k++) if (!known.has(contentAt(history, k))) return false
  return true
}

/** Identical frames without a number, some of them repeated: the frames do not show how many were new. */
function distinctAtMost({ kind, transport, readings }: History, distinct: number): number {
  const looksAlike =
    kind === 'neither' && transport !== 'serial' && new Set(readings.map(contentOf)).size < readings.length
  return looksAlike ? Number.POSITIVE_INFINITY : distinct
}

/** After so many undecided frames a server need not be sure any more. */
const repeatsMax = 64
const repeats = ({ deliveries }: History) => deliveries.length - new Set(deliveries.map(({ reading }) => reading)).size

export function judgeLosses(history: History, { missing }: Pick<Observation, 'missing'>): Finding[] {
  const truth = missingIn(history)
  if (truth === undefined || missing === truth) return []
  const mayDoubt =
    (numbersOnly(history) && (!mustBeKnown(history).at(-1) || repeats(history) >= repeatsMax)) ||
    (history.kind === 'clock-number' && history.clockTrusted && joinsBoots(history))
  if (missing === 'not certain' && mayDoubt) return []
  return [{ what: 'losses', text: `${missing} missing frames are reported, ${truth} are missing` }]
}

/** A history that cannot be decided: at its end the server may be wrong, not sure and wrong. */
function judgeCertainty(history: History, { shown, fates, missing }: Observation): Finding[] {
  const presence = shown.at(-1)
  if (presence === undefined || presence === null || presence === presenceAfter(history).at(-1)) return []
  if (missing === 'not certain' || fates.some((fate) => fate === 'possible-repeat' || fate === 'tentative')) return []
  return [{ what: 'opposite', text: `at the end it shows ${presence} for sure, and the truth is ${!presence}` }]
}

/** Shares over many histories: a server that leaves everything undecided makes no error. */
export function unknownShare(observations: Iterable<Observation>): number {
  let asked = 0
  let unknown = 0
  for (const { shown } of observations)
    for (const presence of shown) {
      if (presence === undefined) continue
      asked++
      if (presence === null) unknown++
    }
  return asked === 0 ? 0 : unknown / asked
}
