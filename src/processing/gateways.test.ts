/** Gateways that are judged offline, through the whole of processing: the same rows wherever batches are cut and the server is started again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { checkpointFacts } from '../intake/facts.ts'
import { packJson } from '../lib/packed-json.ts'
import { StoreError } from '../store/store.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { type Body, drain, journalOf, json, slowly, text } from './testing/drained-journal.ts'

const devices = ['A', 'B', 'C', 'D', 'E', 'F']
const layoutOf = (heartbeats: readonly number[]): Layout => ({
  ...emptyLayout,
  devices: heartbeats.map((heartbeatS, i) => ({ device: devices[i] ?? '', heartbeatS })),
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [] },
          bays: devices.map((device) => plainBay(`bay-${device}`, { x: 0, y: 0 }, { devices: [device] })),
        },
      ],
    },
  ],
})
const layouts = [layoutOf([60, 90, 90, 120, 60]), layoutOf([600, 90, 90]), layoutOf([])] as const
const packed = await Promise.all(layouts.map((layout) => packJson(layout)))

const beat = (afterMs: number): Body => ({
  body: '',
  afterMs,
  record: {
    kind: 3,
    bytes: (now) => text.encode(JSON.stringify({ at: now, upTo: 0, received: 0, refused: 0, sources: {} })),
  },
})

const gateway = fc.constantFrom('G', 'G', 'G', 'G', 'H', undefined)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('frames' as const),
      /** By MQTT: no sign of life, and by no way. */
      isRetained: fc.nat({ max: 15 }).map((n) => n === 0),
      afterMs: fc.integer({ min: 0, max: 50_000 }),
      of: fc.array(fc.record({ device: fc.constantFrom(...devices), gateway, occupied: fc.boolean() }), {
        minLength: 3,
        maxLength: 8,
      }),
    }),
  },
  // Long enough for an outage, and the heartbeats of the journal with it.
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }).map((beats) => ({ is: 'quiet' as const, beats })) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 200_000, max: 900_000 }).map((afterMs) => ({ is: 'standstill' as const, afterMs })),
  },
  { weight: 1, arbitrary: fc.nat({ max: layouts.length - 1 }).map((layout) => ({ is: 'layout' as const, layout })) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function bodiesOf(steps: readonly Step[]): Body[] {
  const seqs = new Map<string, number>()
  const numbered = (device: string) => {
    const seq = seqs.get(device) ?? 0
    seqs.set(device, seq + 1)
    return seq
  }
  return steps.flatMap((what): Body[] => {
    switch (what.is) {
      case 'frames':
        return [
          {
            ...json(what.of.map((one) => ({ ...one, seq: numbered(one.device) }))),
            ...(what.isRetained ? { meta: { retain: '1' } } : {}),
            afterMs: what.afterMs,
          },
        ]
      case 'quiet':
        return Array.from({ length: what.beats }, () => beat(60_000))
      case 'standstill':
        return [beat(what.afterMs)]
      default:
        return [{ kind: 'desk', body: packed[what.layout] as Uint8Array, afterMs: 1_000 }]
    }
  })
}

function rowsOf(store: MemoryStore) {
  const { states, changes, gateways } = store.bays()
  return { states: states.map(({ rev: _, ...row }) => row), changes, gateways, occupancy: store.history().occupancy }
}

const run = (bodies: readonly Body[], store: MemoryStore, perRead?: number) =>
  drain(journalOf(bodies, perRead), store, { checkpointFacts })

test('live equals replay: gateways are judged the same wherever batches are cut, commits fail and the server is started again', async () => {
  let outages = 0
  const fault = fc.record({ kind: fc.constantFrom('transient' as const, 'capacity' as const), after: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fault, { maxLength: 6 }),
      async (steps, perRead, faults) => {
        const bodies = bodiesOf(steps)
        const stores = [createMemoryStore(layouts[0]), createMemoryStore(layouts[0]), createMemoryStore(layouts[0])]
        const [calm, rough, restarted] = stores as [MemoryStore, MemoryStore, MemoryStore]
        await run(bodies, calm)
        rough.failNext(...faults.map(({ kind, after }) => ({ error: new StoreError(kind, 'planned'), after })))
        await drain(journalOf(bodies, perRead), slowly(rough), { checkpointFacts })
        for (let many = perRead; many < bodies.length; many += perRead) await run(bodies.slice(0, many), restarted)
        await run(bodies, restarted)
        assert.deepEqual(rowsOf(rough), rowsOf(calm))
        assert.deepEqual(rowsOf(restarted), rowsOf(calm))
        outages += assertUnknown(calm)
      },
    ),
    { numRuns: effort(150), seed: 20_261_130 },
  )
  assert.ok(outages >= effort(20), `${outages} bays in outages: the property has judged too few`)
})

/** Every bay whose one device has not reported since its gateway was judged offline is unknown and marked, and no other is. Answers with how many bays an outage made unknown. */
function assertUnknown(store: MemoryStore): number {
  const { states, changes, gateways } = store.bays()
  const offline = new Set(gateways.gateways.flatMap((row) => (row.offlineSince === null ? [] : [row.gateway])))
  for (const external of devices) {
    const device = store.deviceOf(external)
    if (!device) continue
    const path = gateways.paths.find(({ device: id }) => id === device.id)
    const isCutOff = path !== undefined && path.cutOff !== null
    if (path && path.gateway !== null && path.toGo === 0 && offline.has(path.gateway)) assert.ok(isCutOff, external)
    const row = states.find(({ bay }) => bay === `bay-${external}`)
    assert.equal(((row?.flags ?? 0) & bayFlagBits['gateway-offline']) !== 0, isCutOff, external)
    if (isCutOff) assert.equal(row?.state, 'unknown', external)
  }
  return changes.filter(({ flags }) => (flags & bayFlagBits['gateway-offline']) !== 0).length
}
