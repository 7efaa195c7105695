/** When the condition of a rule held, by subject, as stored history shows it. */

import { setImmediate } from 'node:timers/promises'
import { type BayFlag, bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import type { RuleInUse } from '../domain/alerts/alert-engine.ts'
import type { HeldSpan } from '../domain/alerts/dry-run.ts'
import { type AlertRule, isBeyond, type Watch } from '../domain/alerts/rule.ts'
import { watchOf } from '../domain/alerts/rules-in-use.ts'
import { isInScope, type Subject, subject } from '../domain/alerts/subject.ts'
import { figureOf, kindOf, subjectOfPlace } from '../domain/alerts/watchers/place-shares.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import type { Watching } from '../domain/watching.ts'
import type { Instant } from '../lib/brand.ts'
import { minuteMs } from '../lib/utc-day.ts'
import type { BayChangeRow, PlaceStates, Store } from '../store/store.ts'

/** Bays and places of more are not looked through: an answer is waited for. */
export const baysMax = 5_000
export const placesMax = 500
const baysAtOnce = 200
const placesAtOnce = 20
const overstaysAtOnce = 1_000
const overstaysMax = 50_000

export interface Span {
  readonly from: Instant
  readonly to: Instant
}

export interface RuleHistory {
  readonly subjects: readonly { readonly subject: Subject; readonly spans: readonly HeldSpan[] }[]
  /** What is not in it. */
  readonly notes: readonly string[]
  readonly known: KnownTime
}

/** Time in which the state of a subject was known. */
interface KnownTime {
  /** Mean of the subjects that were looked at. */
  readonly ms: number
  /** Undefined: nothing was known of any. */
  readonly begin: number | undefined
}

type HistoryStore = Pick<Store, 'bayChangesBetween' | 'endedOverstays' | 'currentOverstays' | 'placeStates'>

/** Undefined: what is stored does not show when its condition held. */
export async function ruleHistory(
  store: HistoryStore,
  used: RuleInUse,
  watching: Watching,
  span: Span,
): Promise<RuleHistory | undefined> {
  const { rule } = used
  const watch = watchOf(used)
  if (watch && (watch.quantity === 'occupied-share' || watch.quantity === 'free' || watch.quantity === 'unknown-share'))
    return ofPlaces(store, rule, watch, watching, span)
  if (watch?.quantity === 'state-minutes') {
    const isShown = watch.state === 'free' || watch.state === 'occupied' ? isKnown : () => true
    return ofBays(store, rule, watching, span, { spansOf: minutesIn(rule, watch), isShown })
  }
  if (rule.kind === 'overstay') return ofOverstays(store, rule, watching, span)
  const flag = flagOf[rule.kind]
  if (!flag) return undefined
  const found = await ofBays(store, rule, watching, span, { spansOf: flagged(flag), isShown: isKnown })
  const note = `The mark "${flag}" is stored with changes of a bay: where nothing else changed, its begin is not known and it may be missing.`
  return { ...found, notes: [...found.notes, note] }
}

const flagOf: Readonly<Record<string, BayFlag>> = { stuck: 'stuck', flapping: 'flapping', disputed: 'disputed' }

const subjectOfBay = (watching: Watching, bay: string) => subject('bay', bay, watching.locationOf(bay) ?? {})

function scopedBays(rule: AlertRule, watching: Watching): readonly Subject[] {
  const all: Subject[] = []
  for (const bay of watching.closed.keys()) {
    const about = subjectOfBay(watching, bay)
    if (isInScope(rule.scope, about)) all.push(about)
  }
  return all
}

const isKnown = ({ state }: Pick<BayChangeRow, 'state'>) => state !== 'unknown'

function knownTimes({ from, to }: Span) {
  let [subjects, sumMs, begin] = [0, 0, Number.POSITIVE_INFINITY]
  return {
    /** Of one subject, each until the next of `times`. */
    add(times: readonly { readonly time: number; readonly isShown: boolean }[]) {
      subjects++
      for (const [i, { time, isShown }] of times.entries()) {
        const ms = Math.min(to, times[i + 1]?.time ?? to) - Math.max(from, time)
        if (!isShown || ms <= 0) continue
        sumMs += ms
        begin = Math.min(begin, Math.max(from, time))
      }
    },
    finish: (): KnownTime => ({
      ms: subjects > 0 ? sumMs / subjects : 0,
      begin: Number.isFinite(begin) ? begin : undefined,
    }),
  }
}

type SpansOf = (changes: readonly BayChangeRow[], to: number) => HeldSpan[]

const minutesIn =
  ({ threshold }: AlertRule, { state }: Watch): SpansOf =>
  (changes, to) => {
    const limitMs = (threshold ?? 0) * minuteMs
    const spans: HeldSpan[] = []
    for (const [i, { state: is, time }] of changes.entries()) {
      // The state goes on over changes of its cause.
      if (is !== state || changes[i - 1]?.state === is) continue
      const end = changes.slice(i + 1).find((later) => later.state !== is)?.time ?? to
      if (end - time > limitMs) spans.push({ from: time + limitMs, to: end })
    }
    return spans
  }

const flagged =
  (flag: BayFlag): SpansOf =>
  (changes, to) =>
    changes.flatMap(({ flags, time }, i) =>
      (flags & bayFlagBits[flag]) === 0 ? [] : [{ from: time as number, to: changes[i + 1]?.time ?? to }],
    )

interface OfBays {
  readonly spansOf: SpansOf
  /** Whether a bay in this state shows that the condition holds, or that it does not. */
  readonly isShown: (change: BayChangeRow) => boolean
}

async function ofBays(
  store: Pick<HistoryStore, 'bayChangesBetween'>,
  rule: AlertRule,
  watching: Watching,
  span: Span,
  { spansOf, isShown }: OfBays,
): Promise<RuleHistory> {
  const known = knownTimes(span)
  const all = scopedBays(rule, watching)
  const looked = all.slice(0, baysMax)
  const subjects: { subject: Subject; spans: HeldSpan[] }[] = []
  for (let from = 0; from < looked.length; from += baysAtOnce) {
    const some = looked.slice(from, from + baysAtOnce)
    const rows = await store.bayChangesBetween(
      some.map(({ id }) => id),
      span.from,
      span.to,
    )
    const byBay = Map.groupBy(rows, ({ bay }) => bay)
    for (const about of some) {
      const changes = byBay.get(about.id) ?? []
      known.add(changes.map((change) => ({ time: change.time, isShown: isShown(change) })))
      const spans = spansOf(changes, span.to)
      if (spans.length > 0) subjects.push({ subject: about, spans })
    }
    await setImmediate()
  }
  return { subjects, notes: tooMany(all.length, baysMax, 'bays'), known: known.finish() }
}

const tooMany = (all: number, most: number, what: string) =>
  all > most ? [`Only the first ${most} of ${all} ${what} were evaluated: narrow the scope.`] : []

async function ofOverstays(store: HistoryStore, rule: AlertRule, watching: Watching, span: Span): Promise<RuleHistory> {
  const { from, to } = span
  const scoped = new Map(scopedBays(rule, watching).map((about) => [about.id, about]))
  const bays = new Set(scoped.keys())
  const rows = [...(await store.currentOverstays()).filter(({ bay }) => bays.has(bay))]
  const notes: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await store.endedOverstays({ bays, from, to, limit: overstaysAtOnce, ...(cursor ? { cursor } : {}) })
    rows.push(...page.items)
    cursor = page.next
    if (rows.length >= overstaysMax && cursor !== null) {
      notes.push(`Only the newest ${overstaysMax} overstays were evaluated.`)
      cursor = null
    }
  }
  const byBay = Map.groupBy(rows, ({ bay }) => bay)
  const { known } = await ofBays(store, rule, watching, span, { spansOf: () => [], isShown: isKnown })
  return {
    known,
    subjects: [...byBay].map(([bay, of]) => ({
      subject: scoped.get(bay) as Subject,
      spans: of.map(({ begun, ended }) => ({ from: begun, to: ended ?? to })).sort((a, b) => a.from - b.from),
    })),
    notes,
  }
}

async function ofPlaces(
  store: HistoryStore,
  rule: AlertRule,
  watch: Watch,
  watching: Watching,
  span: Span,
): Promise<RuleHistory> {
  const all = watching.places
    .map((place) => ({ place, about: subjectOfPlace(place, kindOf(place)) }))
    .filter(({ place, about }) => kindOf(place) === watch.places && isInScope(rule.scope, about))
  const looked = all.slice(0, placesMax)
  const known = knownTimes(span)
  const subjects: { subject: Subject; spans: HeldSpan[] }[] = []
  for (let first = 0; first < looked.length; first += placesAtOnce) {
    const some = looked.slice(first, first + placesAtOnce)
    const asked = { places: some.map(({ place }) => place), ...span }
    const minutes = await store.placeStates({ spanMs: minuteMs, ...asked })
    const quarters = await store.placeStates({ spanMs: quarterMs, ...asked })
    for (const [i, { about }] of some.entries()) {
      const standings = standingsOf(minutes[i], quarters[i])
      known.add(
        standings.map(({ time, ...now }) => ({ time, isShown: now.known > 0 || watch.quantity === 'unknown-share' })),
      )
      const spans = spansOfPlace(standings, rule, watch, span)
      if (spans.length > 0) subjects.push({ subject: about, spans })
    }
    await setImmediate()
  }
  const notes = [...tooMany(all.length, placesMax, 'places'), occupancyNote]
  return { subjects, notes, known: known.finish() }
}

const occupancyNote = 'Occupancy is known by the minute, and by the quarter of an hour where minutes are not stored.'

interface Standing {
  readonly time: number
  readonly occupied: number
  readonly known: number
  readonly capacity: number
}

/** Minutes, and the quarters before the first of them. The state at the end of a row counts from that end on. */
function standingsOf(minutes: PlaceStates | undefined, quarters: PlaceStates | undefined): Standing[] {
  const ofMinutes = endsOf(minutes, minuteMs)
  const begin = minutes?.starts[0] ?? Number.POSITIVE_INFINITY
  return [...endsOf(quarters, quarterMs).filter(({ time }) => time <= begin), ...ofMinutes]
}

const endsOf = (states: PlaceStates | undefined, spanMs: number): Standing[] =>
  (states?.starts ?? []).map((start, at) => ({
    time: start + spanMs,
    ...{ occupied: states?.occupied[at] ?? 0, known: states?.known[at] ?? 0, capacity: states?.capacities[at] ?? 0 },
  }))

function spansOfPlace(standings: readonly Standing[], rule: AlertRule, watch: Watch, { from, to }: Span): HeldSpan[] {
  const spans: HeldSpan[] = []
  let begun: number | undefined
  for (const now of standings) {
    const isOn = begun !== undefined
    const time = Math.max(from, now.time)
    const holds = isBeyond(rule, watch.is, figureOf(watch, now), { isOn, isRaised: isOn })
    if (holds && begun === undefined) begun = time
    if (!holds && begun !== undefined) {
      spans.push({ from: begun, to: time })
      begun = undefined
    }
  }
  if (begun !== undefined) spans.push({ from: begun, to })
  return spans
}
