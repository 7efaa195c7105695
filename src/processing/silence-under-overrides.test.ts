/** A sensor that falls silent while its bay is closed or set by hand: what it did not report is in doubt, although the state of the bay is not. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeDeskEntry } from '../domain/desk-change.ts'
import { emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import { checkpointFacts } from '../intake/facts.ts'
import { instant } from '../lib/brand.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { arrivedAt, type Body, drain, journalOf, json, text } from './testing/drained-journal.ts'

const minuteMs = 60_000
/** Silent after five minutes. */
const layout: Layout = {
  ...emptyLayout,
  devices: [{ device: 'D', heartbeatS: 120 }],
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [] },
          bays: [plainBay('A', { x: 0, y: 0 }, { devices: ['D'] })],
        },
      ],
    },
  ],
}

/** Since the record before it. */
const after = (min: number, body: Body): Body => ({ ...body, afterMs: min * minuteMs })
const reports = (occupied: boolean, seq?: number) =>
  json([{ device: 'D', occupied, ...(seq === undefined ? {} : { seq }) }])
const set = (state: 'free' | 'occupied' | 'closed', forMin: number): Body => ({
  body: '',
  record: {
    kind: 4,
    bytes: (at) =>
      encodeDeskEntry({
        ...{ author: 'desk', reason: 'works', at },
        change: { is: 'override', id: 'o', bays: ['A'], state, until: instant(at + forMin * minuteMs) },
      }),
  },
})
const beat: Body = {
  body: '',
  record: {
    kind: 3,
    bytes: (now) => text.encode(JSON.stringify({ at: now, upTo: 0, received: 0, refused: 0, sources: {} })),
  },
}

/** The last stay of the bay: its times and its bound in minutes. */
async function lastStay(bodies: readonly Body[]) {
  const rows: unknown[] = []
  // Whole, and started again behind each record.
  for (let at = 1; at <= bodies.length; at++) {
    const store = createMemoryStore(layout)
    await drain(journalOf(bodies.slice(0, at), 1), store, { checkpointFacts })
    await drain(journalOf(bodies), store, { checkpointFacts })
    rows.push(store.history().sessions)
  }
  for (const some of rows) assert.deepEqual(some, rows[0])
  const stays = rows[0] as ReturnType<MemoryStore['history']>['sessions']
  const minute = (ms: number) => (ms - arrivedAt) / minuteMs
  const last = stays.at(-1)
  return (
    last && [minute(last.arrival), minute(last.departure), last.maxErrorMs === null ? null : last.maxErrorMs / minuteMs]
  )
}

describe('the stay of a bay whose sensor is silent', () => {
  const begin = [reports(false), after(1, reports(true)), after(1, set('closed', 30))]

  test('while the bay is closed is not certain: its end lies anywhere in the silence', async () => {
    const bodies = [...begin, after(9, beat), after(9, reports(false)), after(15, beat)]
    assert.deepEqual(await lastStay(bodies), [1, 20, 19])
  })

  test('is certain where the sensor was heard all the time', async () => {
    const heard = [3, 4, 4].map((min) => after(min, reports(true)))
    assert.deepEqual(await lastStay([...begin, ...heard, after(4, reports(false)), after(20, beat)]), [1, 17, 0])
  })

  test('is certain where its numbers show that no report is missing', async () => {
    const numbered = [reports(false, 1), after(1, reports(true, 2)), after(1, set('closed', 30)), after(9, beat)]
    assert.deepEqual(await lastStay([...numbered, after(9, reports(false, 3)), after(15, beat)]), [1, 20, 0])
  })

  test('is not certain where the bay was set by hand', async () => {
    const bodies = [reports(false), after(1, reports(true)), after(1, set('occupied', 30)), after(9, beat)]
    assert.deepEqual(await lastStay([...bodies, after(9, reports(false)), after(15, beat)]), [1, 20, 19])
  })

  test('is known when a person sets it, and not from then on', async () => {
    const silent = [reports(false), after(10, beat), after(1, set('occupied', 30)), after(9, beat)]
    // Set at 11, and heard again at 25: it was left in between.
    assert.deepEqual(await lastStay([...silent, after(5, reports(false)), after(20, beat)]), [11, 25, 14])
  })
})
