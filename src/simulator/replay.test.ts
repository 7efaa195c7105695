import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { replay } from './replay.ts'
import type { Sender } from './senders/sender.ts'
import { runSteady } from './steady.ts'
import type { WireReading } from './wire-reading.ts'

const startAt = Date.parse('2026-11-23T08:00:00Z')

function steppedClock(): Clock {
  let ms = 0
  return {
    now: () => instant(startAt + ms),
    monotonic: () => ms,
    sleep: async (wait) => {
      ms += wait
    },
  }
}

function recorder(clock: Clock) {
  const batches: { at: number; readings: readonly WireReading[] }[] = []
  const sender: Sender = {
    stats: { sent: 0, acknowledged: 0, retries: 0 },
    acknowledges: true,
    batchMax: 3,
    send: async (readings) => {
      batches.push({ at: clock.monotonic(), readings })
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return { sender, batches, sent: () => batches.flatMap(({ readings }) => readings) }
}

const old = Date.parse('2016-11-07T00:00:00Z')
async function* moves(): AsyncGenerator<WireReading> {
  for (const [i, minute] of [0, 0, 0, 0, 1, 60].entries())
    yield { device: `b${i}`, seq: 1, time: old + minute * 60_000, occupied: true }
}

test('transitions keep their distance, divided by the speed', async () => {
  const clock = steppedClock()
  const { sender, batches } = recorder(clock)
  assert.equal(await replay(moves(), { sender, speed: 60, time: 'original', clock }), 6)
  assert.deepEqual(
    batches.map(({ at, readings }) => [Math.round(at), readings.map(({ device }) => device).join(' ')]),
    [
      [0, 'b0 b1 b2'],
      [0, 'b3'],
      [1_000, 'b4'],
      [60_000, 'b5'],
    ],
  )
  assert.equal(batches[3]?.readings[0]?.time, old + 3_600_000)
})

test('as fast as it goes, nothing waits', async () => {
  const clock = steppedClock()
  const { sender, batches } = recorder(clock)
  await replay(moves(), { sender, speed: Number.POSITIVE_INFINITY, time: 'original', clock })
  assert.deepEqual(
    batches.map(({ at, readings }) => [at, readings.length]),
    [
      [0, 3],
      [0, 3],
    ],
  )
})

test('shifted to now, the first is now and all carry the epoch of this replay', async () => {
  const clock = steppedClock()
  const { sender, sent } = recorder(clock)
  await replay(moves(), { sender, speed: Number.POSITIVE_INFINITY, time: 'now', clock })
  assert.deepEqual(
    sent().map(({ time }) => time - startAt),
    [0, 0, 0, 0, 60_000, 3_600_000],
  )
  assert.ok(sent().every(({ epoch }) => epoch === startAt / 1_000))
})

test('a fleet sends exactly rate times seconds readings, each sensor numbered without a gap', async () => {
  const clock = steppedClock()
  const { sender, sent } = recorder(clock)
  assert.equal(await runSteady({ sender, sensors: 7, rate: 330, seconds: 2, clock }), 660)
  for (let sensor = 0; sensor < 7; sensor++) {
    const seqs = sent()
      .filter(({ device }) => device === `sim-${sensor}`)
      .map(({ seq }) => seq)
    assert.deepEqual(
      seqs,
      seqs.map((_, i) => i),
    )
  }
})
