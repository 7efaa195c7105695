import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createIntakeDays } from './days.ts'

const day = (n: number) => Date.UTC(2026, 10, n, 12)

test('frames count on the UTC day of their arrival, refusals with their reason', () => {
  const days = createIntakeDays()
  days.count('http', Date.UTC(2026, 10, 22, 23, 59, 59, 999), 'accepted', 3)
  days.count('http', Date.UTC(2026, 10, 23), 'accepted', 2)
  days.count('serial', day(23), 'unframeable', 1)
  days.refuse('http', day(23), 'overload', 4)
  days.refuse('http', day(23), 'unauthorized', 1)
  assert.deepEqual(days.all(), {
    http: {
      '2026-11-22': { received: 3, accepted: 3, refused: 0, unframeable: 0 },
      '2026-11-23': {
        ...{ received: 7, accepted: 2, refused: 5, unframeable: 0 },
        reasons: { overload: 4, unauthorized: 1 },
      },
    },
    serial: { '2026-11-23': { received: 1, accepted: 0, refused: 0, unframeable: 1 } },
  })
})

test('what was restored goes on', () => {
  const before = createIntakeDays()
  before.refuse('http', day(23), 'journal', 4)
  const days = createIntakeDays()
  days.restore(before.all())
  days.refuse('http', day(23), 'journal', 1)
  before.refuse('http', day(23), 'journal', 1)
  assert.deepEqual(days.all(), before.all())
  assert.deepEqual(createIntakeDays().all(), {})
})

test('however the clock steps and the process restarts, stored days sum to what was counted, and few are kept', () => {
  const step = fc.record({ on: fc.integer({ min: 1, max: 12 }), frames: fc.nat(9), restart: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let days = createIntakeDays()
      const stored = new Map<string, number>()
      let total = 0
      for (const { on, frames, restart } of steps) {
        days.count('s', day(on), 'accepted', frames)
        total += frames
        const all = days.all()
        const kept = Object.entries(all['s'] ?? {})
        assert.ok(kept.length <= 3)
        for (const [name, { accepted }] of kept) stored.set(name, accepted)
        if (restart) {
          days = createIntakeDays()
          days.restore(all)
        }
      }
      assert.equal(
        [...stored.values()].reduce((sum, n) => sum + n, 0),
        total,
      )
    }),
  )
})
