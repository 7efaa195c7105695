/** The fold of signs alone: the rules of docs/specs/signs.md as cases, and their laws. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { BayState, BayType, SignMode, SignReason, SignShow } from '@baykeeper/contract/vocabulary.ts'
import { bayStates, signModes } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { DeskChange } from '../desk-change.ts'
import { emptyLayout, type Layout, plainBay } from '../layout.ts'
import { type Sign, signDefaults, signText } from '../sign.ts'
import { watchingOf } from '../watching.ts'
import type { Weight } from './fold.ts'
import type { SignChangeRow, SignRow } from './sign-rows.ts'
import { signs } from './signs.ts'

/** Bays by level and zone of the site S; `-`: of no zone. A zone may be a count zone. */
interface Plan {
  readonly levels: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly types?: Readonly<Record<string, readonly BayType[]>>
  /** Count zones by name, with what fits into them. */
  readonly counted?: Readonly<Record<string, number>>
  readonly closed?: readonly string[]
}

type Rest = readonly [capacity: number, occupied: number, known: number, isKnown: boolean]

interface Step {
  /** Seconds after the step before. */
  readonly at?: number
  readonly sign?: Partial<Omit<Sign, 'trust'>> & { readonly trust?: Partial<Sign['trust']> }
  readonly remove?: string
  readonly mode?: SignMode
  /** Seconds from now on. */
  readonly forS?: number
  readonly bays?: Readonly<Record<string, BayState>>
  /** By name of the count zone. */
  readonly rest?: Readonly<Record<string, Rest>>
  readonly plan?: Plan
  /** The clock of the server was set back by so many seconds. */
  readonly setBackS?: number
  readonly restart?: boolean
  readonly shows?: string
  readonly reason?: SignReason
  readonly history?: readonly string[]
  readonly counted?: readonly [capacity: number, known: number, free: number, open: number]
}

interface Case {
  readonly about: string
  readonly plan: Plan
  readonly steps: readonly Step[]
}

const begin = Date.parse('2026-11-23T08:00:00Z')
const cases = JSON.parse(readFileSync(new URL('./cases/signs.json', import.meta.url), 'utf8')) as readonly Case[]

function layoutOf({ levels, types = {}, counted = {}, closed = [] }: Plan): Layout {
  const made = Object.entries(levels).map(([id, zones]) => {
    const names = Object.keys(zones).filter((zone) => zone !== '-')
    const bays = new Map<string, string[]>()
    for (const [zone, ids] of Object.entries(zones))
      for (const bay of ids) bays.getOrInsertComputed(bay, () => []).push(...(zone === '-' ? [] : [zone]))
    return {
      ...{ id, name: id, x: 0, y: 0, w: 9, h: 9 },
      zones: names.map((zone) => ({
        id: zone,
        name: zone,
        ...(zone in counted ? { countCapacity: counted[zone] as number } : {}),
      })),
      bays: [...bays].map(([bay, own]) =>
        plainBay(
          bay,
          { x: 0, y: 0 },
          { zones: own, types: types[bay] ?? ['standard'], ...(closed.includes(bay) ? { closed: true } : {}) },
        ),
      ),
    }
  })
  return { ...emptyLayout, sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: made }] }
}

const shownAs = ({ show, value }: Pick<SignRow, 'show' | 'value'>) => (show === 'number' ? String(value) : show)

/** A fold with its bays and count zones, loaded again from what it has written when asked. */
function player(first: Plan) {
  let plan = first
  const states = new Map<string, BayState>()
  const rests = new Map<string, Rest>()
  const stored = { signs: new Map<string, SignRow>(), changes: new Map<string, SignChangeRow>() }
  let now = begin
  let clock: Instant | undefined
  const stateOf = (bay: string): BayState => (plan.closed?.includes(bay) ? 'closed' : (states.get(bay) ?? 'unknown'))
  const zoneAt = (zone: number) => watchingOf(layoutOf(plan)).counting.zones[zone]?.zone ?? ''
  const weightOf = ([capacity, occupied, known]: Rest): Weight => ({ capacity, occupied, known })
  const restOf = (zone: string): Rest => rests.get(zone) ?? [plan.counted?.[zone] ?? 0, 0, 0, false]

  function load() {
    return signs({
      watching: watchingOf(layoutOf(plan)),
      stateOf: (bay) => stateOf(bay),
      restOf: (zone) => weightOf(restOf(zoneAt(zone))),
      isKnown: (zone) => restOf(zoneAt(zone))[3],
      ...{ stored: [...stored.signs.values()], clock },
    })
  }

  let fold = load()

  function take() {
    const rows = fold.take()
    for (const row of rows.signs) stored.signs.set(row.id, row)
    for (const row of rows.changes) {
      const key = `${row.sign} ${row.number}`
      assert.ok(!stored.changes.has(key), `change ${key} is written once`)
      stored.changes.set(key, row)
    }
  }

  function tick() {
    fold.tick?.(instant(now))
    clock = instant(now)
  }

  function desk(change: DeskChange, reason = '') {
    fold.apply({ is: 'desk', pos: 1, entry: { author: 'duty', reason, at: instant(now), change } })
  }

  function bay(id: string, after: BayState) {
    const before = stateOf(id)
    states.set(id, after)
    if (before === after || plan.closed?.includes(id)) return
    const event = {
      is: 'bay',
      bay: id,
      time: instant(now),
      before,
      after,
      cause: 'device',
      device: null,
      certain: true,
    } as const
    fold.apply(event)
  }

  function rest(zone: string, after: Rest) {
    const before = weightOf(restOf(zone))
    rests.set(zone, after)
    const index = watchingOf(layoutOf(plan)).counting.zones.findIndex((one) => one.zone === zone)
    if (index >= 0) fold.apply({ is: 'count', zone: index, time: instant(now), before, after: weightOf(after) })
  }

  const play = (step: Step) => {
    now += (step.at ?? 0) * 1_000
    if (step.setBackS !== undefined) {
      now -= step.setBackS * 1_000
      fold.apply({ is: 'set-back' })
    }
    tick()
    if (step.plan) {
      plan = step.plan
      fold.apply({ is: 'layout', watching: watchingOf(layoutOf(plan)), devices: [], at: instant(now) })
    }
    if (step.sign) {
      const { trust, ...fields } = step.sign
      const sign = { id: 'A', name: 'A', ...signDefaults, ...fields, trust: { ...signDefaults.trust, ...trust } }
      desk({ is: 'sign', id: sign.id, sign })
    }
    if (step.remove) desk({ is: 'sign', id: step.remove, sign: null })
    if (step.mode) {
      const until = step.forS === undefined ? null : instant(now + step.forS * 1_000)
      desk({ is: 'sign-mode', id: 'A', mode: step.mode, until }, 'because')
    }
    for (const [id, after] of Object.entries(step.bays ?? {})) bay(id, after)
    for (const [zone, after] of Object.entries(step.rest ?? {})) rest(zone, after)
    take()
    if (step.restart) fold = load()
  }

  return {
    play,
    reload() {
      fold = load()
    },
    row: (id = 'A') => stored.signs.get(id),
    history: (id = 'A') => [...stored.changes.values()].filter(({ sign }) => sign === id),
    all: () => ({
      signs: [...stored.signs.values()].map(({ rev, ...row }) => row),
      changes: [...stored.changes.values()],
    }),
    stateOf,
  }
}

describe('a sign', () => {
  for (const { about, plan, steps } of cases)
    for (const restarts of [false, true])
      test(`${about}${restarts ? ', restarted after each step' : ''}`, () => {
        const played = player(plan)
        for (const [i, step] of steps.entries()) {
          played.play({ ...step, restart: restarts || step.restart === true })
          const row = played.row()
          const at = `step ${i + 1}`
          if (step.shows !== undefined) assert.equal(row && shownAs(row), step.shows, at)
          if (step.reason !== undefined) assert.equal(row?.reason, step.reason, at)
          if (step.counted) assert.deepEqual(row && [row.capacity, row.known, row.free, row.open], step.counted, at)
          if (step.history) assert.deepEqual(played.history().map(shownAs), step.history, at)
        }
      })
})

const ids = ['a', 'b', 'c', 'd', 'e', 'f']
const plan: Plan = {
  levels: { L: { Z: ['a', 'b', 'c'], Y: ['c', 'd'] }, M: { '-': ['e', 'f'] } },
  types: { a: ['ev'], e: ['ev', 'disabled'] },
}
const arbitraryStep = fc.record(
  {
    at: fc.constantFrom(0, 0, 1, 3, 10, 60),
    bays: fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...bayStates), { maxKeys: 3 }),
    mode: fc.option(fc.constantFrom(...signModes), { nil: undefined, freq: 8 }) as fc.Arbitrary<SignMode>,
    forS: fc.constantFrom(5, 30),
    setBackS: fc.option(fc.constantFrom(5, 100), { nil: undefined, freq: 20 }) as fc.Arbitrary<number>,
  },
  { requiredKeys: ['at'] },
)
const arbitrarySign = fc.record({
  offset: fc.integer({ min: -2, max: 3 }),
  floor: fc.integer({ min: 0, max: 3 }),
  hysteresis: fc.integer({ min: 0, max: 2 }),
  places: fc.constantFrom(
    [{ site: 'S', level: null, zone: null }],
    [
      { site: 'S', level: 'L', zone: 'Z' },
      { site: 'S', level: 'L', zone: 'Y' },
    ],
  ),
  types: fc.constantFrom<BayType[]>([], ['ev']),
  trust: fc.record({ coverage: fc.constantFrom(0, 0.5, 1) }),
})
/** Steps without what was left out: a key that is undefined means something else. */
const cleaned = (steps: readonly Step[]) =>
  steps.map((step) => Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as Step)
const history = fc.tuple(arbitrarySign, fc.array(arbitraryStep, { minLength: 1, maxLength: 40 }).map(cleaned))

const isMember = ({ places, types }: Pick<Sign, 'places' | 'types'>, bay: string) => {
  const level = ['e', 'f'].includes(bay) ? 'M' : 'L'
  const isWithin = places.some((place) => (place.level ?? level) === level && (place.zone === null || level === 'L'))
  return isWithin && (types.length === 0 || (plan.types?.[bay] ?? []).some((type) => types.includes(type)))
}

describe('in every history, a sign', () => {
  test('never shows more than is free with its offset or than there are, and is blank with too few places known', () => {
    fc.assert(
      fc.property(history, ([sign, steps]) => {
        const played = player(plan)
        played.play({ sign })
        for (const step of steps) {
          played.play(step)
          const members = ids.filter((bay) => isMember(sign, bay)).map(played.stateOf)
          const free = members.filter((state) => state === 'free').length
          const open = members.filter((state) => state !== 'closed')
          const known = open.filter((state) => state !== 'unknown').length
          const row = played.row() as SignRow
          const most = free === 0 ? 0 : Math.min(open.length, free + Math.max(0, sign.offset))
          if (row.show === 'number') assert.ok((row.value ?? 0) <= most, `shows ${row.value} of ${most}`)
          if (row.show === 'full' && row.mode === 'auto') assert.ok(known > 0, 'is full though nothing is known')
          if (row.show === 'number') assert.ok(known >= sign.trust.coverage * open.length, 'too few are known')
          assert.deepEqual([row.capacity, row.known, row.free], [open.length, known, free])
        }
      }),
      { numRuns: effort(600) },
    )
  })
  test('is the same when it is loaded again between any two steps', () => {
    fc.assert(
      fc.property(history, fc.func(fc.boolean()), ([sign, steps], isCut) => {
        const [whole, cut] = [player(plan), player(plan)]
        for (const [i, step] of [{ sign }, ...steps].entries()) {
          whole.play(step)
          cut.play(step)
          if (isCut(i)) cut.reload()
        }
        assert.deepEqual(cut.all(), whole.all())
      }),
      { numRuns: effort(600) },
    )
  })
  test('rises no more often than it may', () => {
    fc.assert(
      fc.property(history, ([sign, steps]) => {
        const played = player(plan)
        played.play({ sign })
        for (const { mode: _mode, setBackS: _back, ...step } of steps) played.play(step)
        const rows = played.history()
        const rises = rows.filter(({ show, value, author }, i) => {
          const before = rows[i - 1]
          return (
            show === 'number' && author === null && !(before?.show === 'number' && (before.value ?? 0) > (value ?? 0))
          )
        })
        for (const [i, { time }] of rises.entries())
          if (i > 0) assert.ok(time - (rises[i - 1]?.time ?? 0) >= signDefaults.minChangeS * 1_000, `rise ${i}`)
        // Every change is another look, or made by a person.
        for (const [i, row] of rows.entries())
          assert.ok(i === 0 || row.author !== null || shownAs(row) !== shownAs(rows[i - 1] as SignChangeRow))
      }),
      { numRuns: effort(600) },
    )
  })
})

test('every show has its text in every language, and none of them is empty but blank', () => {
  const shows: readonly SignShow[] = ['number', 'full', 'closed', 'test', 'blank']
  for (const language of ['en', 'de'] as const) {
    const texts = shows.map((show) => signText({ ...signDefaults, language }, show, show === 'number' ? 7 : null))
    assert.deepEqual(texts, ['7', ...(language === 'en' ? ['FULL', 'CLOSED'] : ['BESETZT', 'GESCHL.']), '8888', ''])
  }
})
