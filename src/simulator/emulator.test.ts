import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { hash48 } from '../lib/hash.ts'
import { type ByteSink, emulateLine, type NumberedLine } from './emulator.ts'
import { createRandom } from './random.ts'

function steppedClock(): Clock {
  let ms = 0
  return {
    now: () => instant(ms),
    monotonic: () => ms,
    sleep: async (wait) => {
      ms += wait
    },
  }
}

/** Each with its own hash: the halves of two cut lines must not read like a third. */
const linesOf = (count: number): NumberedLine[] =>
  Array.from({ length: count }, (_, i) => ({ number: i, text: `A,${i},,${i % 2},${hash48(`line ${i}`).toString(36)}` }))

/** A reader that takes what `takes` allows at each look, and knows which lines reached it whole. */
function reader(takes: () => number) {
  let text = ''
  const sink: ByteSink = async (bytes) => {
    const taken = Math.min(bytes.length, takes())
    text += Buffer.from(bytes.subarray(0, taken)).toString('latin1')
    return taken
  }
  return { sink, intact: () => new Set(text.split('\n').slice(0, -1)) }
}

test('a reader that keeps up gets every line at the speed of the wire', async () => {
  const clock = steppedClock()
  const { sink, intact } = reader(() => Number.POSITIVE_INFINITY)
  const lines = linesOf(1_000)
  const truth = await emulateLine(lines, { baud: 9_600, sink, clock })
  assert.deepEqual([truth.linesSent, truth.bytesDiscarded, truth.damaged], [1_000, 0, []])
  assert.equal(intact().size, 1_000)
  assert.ok(Math.abs(clock.monotonic() - (truth.bytesSent * 10_000) / 9_600) < 10, `${clock.monotonic()} ms`)
})

test('with a reader that stalls, exactly the lines it names are not whole at the other end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.double({ min: 0.05, max: 0.95, noNaN: true }), async (seed, share) => {
      const random = createRandom(seed)
      let stalled = false
      const { sink, intact } = reader(() => {
        if (random() < 0.1) stalled = random() < share
        return stalled ? 0 : 1 + Math.floor(random() * 200)
      })
      const lines = linesOf(400)
      const truth = await emulateLine(lines, { baud: 115_200, sink, clock: steppedClock() })
      const arrived = intact()
      const missing = lines.filter(({ text }) => !arrived.has(text)).map(({ number }) => number)
      assert.deepEqual(truth.damaged, missing)
      assert.equal(truth.linesSent, 400)
    }),
    { numRuns: 60 },
  )
})

test('without a reader all bytes beyond the FIFO are discarded, and the FIFO too in the end', async () => {
  const truth = await emulateLine(linesOf(100), { baud: 115_200, sink: async () => 0, clock: steppedClock() })
  assert.equal(truth.damaged.length, 100)
  assert.equal(truth.bytesDiscarded, truth.bytesSent)
})

test('an unplug tears the line under way and takes what the FIFO held; what comes after the replug is whole again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = createRandom(seed)
      let away = false
      let text = ''
      /** What a reader has of each time the line was plugged in: a cut line is no line. */
      const pieces: string[] = []
      const sink: ByteSink = async (bytes) => {
        if (random() < 0.2) return 0
        const taken = Math.min(bytes.length, 1 + Math.floor(random() * 300))
        text += Buffer.from(bytes.subarray(0, taken)).toString('latin1')
        return taken
      }
      const clock = steppedClock()
      const sleep = clock.sleep
      const unplugging: Clock = {
        ...clock,
        async sleep(ms) {
          if (random() < 0.1) {
            away = !away
            if (away) pieces.push(text)
            text = ''
          }
          await sleep(ms)
        },
      }
      const lines = linesOf(400)
      const truth = await emulateLine(lines, { baud: 115_200, sink, unplugged: () => away, clock: unplugging })
      const arrived = new Set([...pieces, text].flatMap((piece) => piece.split('\n').slice(0, -1)))
      assert.deepEqual(
        truth.damaged,
        lines.filter(({ text: line }) => !arrived.has(line)).map(({ number }) => number),
      )
    }),
    { numRuns: 60 },
  )
})
