/** Signs through the whole of processing: the same rows wherever batches are cut and the server is started again, and never more than is free. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SignMode } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { type DeskChange, encodeDeskEntry } from '../domain/desk-change.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { type Sign, signDefaults } from '../domain/sign.ts'
import { checkpointFacts } from '../intake/facts.ts'
import { instant } from '../lib/brand.ts'
import { packJson } from '../lib/packed-json.ts'
import { StoreError } from '../store/store.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { arrivedAt, type Body, drain, journalOf, json, slowly, text } from './testing/drained-journal.ts'

const devices = ['A', 'B', 'C', 'D', 'E', 'F']
const heartbeatS = 60
/** A sensor is silent after 2.5 heartbeats. */
const silentMs = 2.5 * heartbeatS * 1_000

/** The first four bays in the zone Z, C and D in the count zone K as well. */
const layoutOf = (zones: readonly string[], capacity = 8): Layout => ({
  ...emptyLayout,
  devices: [...devices, 'g'].map((device) => ({ device, heartbeatS })),
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9 },
          zones: zones.map((id) => ({ id, name: id, ...(id === 'K' ? { countCapacity: capacity } : {}) })),
          bays: devices.map((device, i) => {
            const own = [...(i < 4 ? ['Z'] : []), ...(i === 2 || i === 3 ? ['K'] : [])]
            const inside = own.filter((zone) => zones.includes(zone))
            return plainBay(`bay-${device}`, { x: i * 3, y: 0 }, { devices: [device], zones: inside })
          }),
        },
      ],
      gates: zones.includes('K') ? [{ id: 'in', name: 'In', devices: ['g'], into: { level: 'L', zone: 'K' } }] : [],
    },
  ],
})
const layouts = [layoutOf(['Z', 'K']), layoutOf(['K'], 4), layoutOf(['Z'])] as const
const packed = await Promise.all(layouts.map((layout) => packJson(layout)))

const deskBody = (changeAt: (now: number) => DeskChange, afterMs = 1_000): Body => ({
  ...{ body: '', afterMs },
  record: { kind: 4, bytes: (at) => encodeDeskEntry({ author: 'desk', reason: 'why', at, change: changeAt(at) }) },
})
const signBody = (sign: Sign, afterMs?: number) => deskBody(() => ({ is: 'sign', id: sign.id, sign }), afterMs)
const beat = (afterMs: number): Body => ({
  ...{ body: '', afterMs },
  record: {
    kind: 3,
    bytes: (now) => text.encode(JSON.stringify({ at: now, upTo: 0, received: 0, refused: 0, sources: {} })),
  },
})
const signAt = (id: string, zone: string | null, more: Partial<Sign> = {}): Sign => ({
  ...{ id, name: id, ...signDefaults, places: [{ site: 'S', level: zone && 'L', zone }], ...more },
})
const run = (bodies: readonly Body[], store: MemoryStore, perRead?: number) =>
  drain(journalOf(bodies, perRead), store, { checkpointFacts })
const rowsOf = async (store: MemoryStore) => ({
  signs: (await store.signs()).map(({ rev: _, ...row }) => row),
  changes: store.signHistory(),
})
const shownIn = async (store: MemoryStore, id = 'site') => {
  const row = (await store.signs()).find((one) => one.id === id)
  return row && (row.show === 'number' ? row.value : `${row.show} ${row.reason}`)
}

let seq = 0
const report = (states: Readonly<Record<string, boolean>>, afterMs = 1_000): Body => ({
  ...json(Object.entries(states).map(([device, occupied]) => ({ device, occupied, seq: ++seq }))),
  afterMs,
})
const allFree = Object.fromEntries(devices.map((device) => [device, false]))

describe('a sign', () => {
  test('counts the bays that report, and is blank when they fall silent one after the other', async () => {
    const store = createMemoryStore(layouts[2])
    const bodies = [signBody(signAt('site', null)), report(allFree), report({ A: true }, 20_000)]
    await run(bodies, store)
    assert.equal(await shownIn(store), 5)
    // All but A fall silent: one heartbeat of the journal after the other, and no frame.
    await run([...bodies, ...Array.from({ length: 6 }, () => beat(60_000))], store)
    assert.equal(await shownIn(store), 'blank coverage')
  })

  test('is blank while a gateway is offline, and counts again when its sensors report', async () => {
    const store = createMemoryStore(layouts[2])
    const by = (states: Readonly<Record<string, boolean>>, afterMs: number): Body => ({
      ...json(Object.entries(states).map(([device, occupied]) => ({ device, occupied, seq: ++seq, gateway: 'G' }))),
      afterMs,
    })
    const before = [signBody(signAt('site', null)), ...Array.from({ length: 6 }, () => by(allFree, 30_000))]
    await run(before, store)
    assert.equal(await shownIn(store), 6)
    const out = [...before, beat(60_000), beat(60_000), beat(60_000)]
    await run(out, store)
    assert.equal(await shownIn(store), 'blank coverage')
    await run([...out, by(allFree, 1_000), beat(60_000)], store)
    assert.equal(await shownIn(store), 6)
  })

  test('whose zone a layout removes is blank from then on', async () => {
    const store = createMemoryStore(layouts[0])
    const bodies = [signBody(signAt('zone', 'Z')), report(allFree)]
    await run(bodies, store)
    assert.equal(await shownIn(store, 'zone'), 4)
    const gone = [
      ...bodies,
      { kind: 'desk', body: packed[1] as Uint8Array, afterMs: 1_000 } as const,
      report({ A: true }),
    ]
    await run(gone, store)
    assert.equal(await shownIn(store, 'zone'), 'blank place-missing')
  })

  test('never counts a place of a count zone that moves to a bay of it twice', async () => {
    const store = createMemoryStore(layouts[0])
    const recount: DeskChange = { is: 'recount', id: 'r', site: 'S', zone: { level: 'L', zone: 'K' }, vehicles: 3 }
    const open = { trust: { ...signDefaults.trust, coverage: 0 }, minChangeS: 0 }
    const bodies = [
      signBody(signAt('site', null, open)),
      { ...json([{ device: 'g', seq: 1, count_in: 10, count_out: 0 }]), afterMs: 1_000 },
      deskBody(() => recount),
      report(allFree),
      ...[true, false, true, false].map((occupied) => report({ C: occupied }, 11_000)),
    ]
    await run(bodies, store)
    // 6 places without a bay hold 3 vehicles, or 2 where one of them stands in bay C.
    const numbers = store.signHistory().flatMap(({ value }) => value ?? [])
    assert.ok(numbers.length > 1 && numbers.every((value) => value <= 9), numbers.join())
    assert.equal(await shownIn(store), 9)
  })
})

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('frames' as const),
      afterMs: fc.constantFrom(0, 500, 3_000, 20_000),
      of: fc.array(fc.record({ device: fc.constantFrom(...devices), occupied: fc.boolean() }), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
  },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((beats) => ({ is: 'quiet' as const, beats })) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 9 }).map((by) => ({ is: 'gate' as const, by })) },
  { weight: 1, arbitrary: fc.nat({ max: 6 }).map((vehicles) => ({ is: 'recount' as const, vehicles })) },
  { weight: 1, arbitrary: fc.nat({ max: layouts.length - 1 }).map((layout) => ({ is: 'layout' as const, layout })) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('mode' as const),
      mode: fc.constantFrom<SignMode>('auto', 'closed', 'test'),
      forMs: fc.constantFrom(5_000, 90_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('sign' as const),
      id: fc.constantFrom('site', 'zone'),
      coverage: fc.constantFrom(0, 0.6, 1),
      isGone: fc.boolean(),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function bodiesOf(steps: readonly Step[]): Body[] {
  const seqs = new Map<string, number>()
  const numbered = (device: string) => {
    const next = (seqs.get(device) ?? 0) + 1
    seqs.set(device, next)
    return next
  }
  let counted = 10
  return steps.flatMap((what, i): Body[] => {
    switch (what.is) {
      case 'frames':
        return [{ ...json(what.of.map((one) => ({ ...one, seq: numbered(one.device) }))), afterMs: what.afterMs }]
      case 'quiet':
        return Array.from({ length: what.beats }, () => beat(60_000))
      case 'gate':
        counted += what.by
        return [{ ...json([{ device: 'g', seq: numbered('g'), count_in: counted, count_out: 0 }]), afterMs: 1_000 }]
      case 'recount':
        return [
          deskBody(() => ({
            is: 'recount',
            id: `r${i}`,
            site: 'S',
            zone: { level: 'L', zone: 'K' },
            vehicles: what.vehicles,
          })),
        ]
      case 'layout':
        return [{ kind: 'desk', body: packed[what.layout] as Uint8Array, afterMs: 1_000 }]
      case 'mode':
        return [deskBody((now) => ({ is: 'sign-mode', id: 'site', mode: what.mode, until: instant(now + what.forMs) }))]
      default: {
        const { id, coverage, isGone } = what
        const trust = { ...signDefaults.trust, coverage }
        const sign = isGone ? null : signAt(id, id === 'zone' ? 'Z' : null, { trust, floor: 2, hysteresis: 1 })
        return [deskBody(() => ({ is: 'sign', id, sign }))]
      }
    }
  })
}

describe('in every history, signs', () => {
  const first = [
    signBody(signAt('site', null, { trust: { ...signDefaults.trust, coverage: 0.3 } })),
    signBody(signAt('zone', 'Z')),
  ]
  test('are the same live, replayed, and restarted after failed commits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.boolean(), { maxLength: 8 }),
        async (steps, perRead, faults) => {
          const bodies = [...first, ...bodiesOf(steps)]
          const [whole, cut, failing] = [
            createMemoryStore(layouts[0]),
            createMemoryStore(layouts[0]),
            createMemoryStore(layouts[0]),
          ]
          await run(bodies, whole)
          // Each run is a processor that is started again.
          for (let to = 2; to < bodies.length; to += 3) await run(bodies.slice(0, to), cut, perRead)
          await run(bodies, cut, perRead)
          failing.failNext(...faults.map((after) => ({ error: new StoreError('transient', 'gone'), after })))
          await run(bodies, slowly(failing) as MemoryStore, perRead)
          const expected = await rowsOf(whole)
          assert.deepEqual(await rowsOf(cut), expected)
          assert.deepEqual(await rowsOf(failing), expected)
        },
      ),
      { numRuns: effort(50) },
    )
  })

  test('show no more than is free, but for changes that no sensor has reported', async () => {
    const change = fc.record({
      device: fc.constantFrom(...devices),
      /** The truth of its bay changes. */
      occupied: fc.boolean(),
      /** Its report is lost, or comes. */
      isReported: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
      afterMs: fc.constantFrom(100, 4_000, 20_000, 70_000),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 5, maxLength: 30 }),
        fc.constantFrom(0.5, 0.9),
        async (changes, coverage) => {
          const store = createMemoryStore(layouts[2])
          const truth = new Map(devices.map((device) => [device, false]))
          const reported = new Map<string, { occupied: boolean; at: number }>()
          let now = arrivedAt as number
          const bodies: Body[] = [signBody(signAt('site', null, { trust: { ...signDefaults.trust, coverage } }), 0)]
          let number = 0
          const send = (states: Readonly<Record<string, boolean>>, afterMs: number) => {
            now += afterMs
            bodies.push({
              ...json(Object.entries(states).map(([device, occupied]) => ({ device, occupied, seq: ++number }))),
              afterMs,
            })
            for (const [device, occupied] of Object.entries(states)) reported.set(device, { occupied, at: now })
          }
          send(allFree, 1_000)
          for (const { device, occupied, isReported, afterMs } of changes) {
            truth.set(device, occupied)
            if (isReported) send({ [device]: occupied }, afterMs)
            else {
              now += afterMs
              bodies.push(beat(afterMs))
            }
            await run(bodies, store)
            const free = [...truth.values()].filter((isTaken) => !isTaken).length
            const unreported = devices.filter((id) => {
              const last = reported.get(id)
              return last && !last.occupied && truth.get(id) === true && now - last.at < silentMs
            }).length
            const known = devices.filter((id) => now - (reported.get(id)?.at ?? 0) < silentMs).length
            const shown = await shownIn(store)
            if (typeof shown === 'number') assert.ok(shown <= free + unreported, `${shown} of ${free} + ${unreported}`)
            if (known < coverage * devices.length) assert.equal(shown, 'blank coverage')
          }
        },
      ),
      { numRuns: effort(20) },
    )
  })
})
