/**
 * The clock harness: the wall clock of a running journal jumps to 1970, to 2038, back, and by an hour, between openings and within them.
 * Records stay in the order of appending, for any times in the headers, and retention removes nothing that is not released,
 * and nothing that is younger than the retention by a clock that never steps.
 */
import assert from 'node:assert/strict'
import { instant } from '../../lib/brand.ts'
import type { Clock } from '../../lib/clock.ts'
import type { JournalRecord, JournalWriter } from '../journal.ts'
import { openReader } from '../reader.ts'
import { openWriter } from '../writer.ts'
import { createCrashFiles } from './crash-files.ts'
import { type Random, seededRandom, upTo } from './seeded-random.ts'

const dir = '/journal'
export const hourMs = 3_600_000
const retentionMs = 24 * hourMs
const stepsMax = 60
const soonMs = 5 * 60_000
export const start = Date.UTC(2026, 0, 1)
const steps: readonly ((wall: number, random: Random) => number)[] = [
  () => 0,
  () => Date.UTC(2038, 0, 19, 3, 14, 8),
  (wall) => wall - hourMs,
  (wall) => wall + hourMs,
  (wall, random) => wall - upTo(random, 10 * retentionMs),
  (wall, random) => wall + upTo(random, 1_000 * retentionMs),
  () => start,
]

/** Runs one history. Returns how often the clock was stepped; throws with what is wrong. */
export async function runClockSteps(seed: number): Promise<number> {
  const random = seededRandom(seed)
  const files = createCrashFiles(random)
  const time = steppingClock()
  const deps = { files, clock: time.clock, random: (bytes: number) => randomBytes(bytes, random), lock: files.lock }
  const appendedAt: number[] = []
  let released = 0
  let stepped = 0
  let unset = false
  const open = () => openWriter(dir, deps, { segmentBytesMax: 900, retentionMs })
  let writer = await open()
  for (let i = upTo(random, stepsMax); i > 0; i--) {
    const what = random()
    if (what < 0.5) {
      assert.equal(await writer.append([recordOf(appendedAt.length + 1, random)]), appendedAt.length + 1)
      appendedAt.push(time.clock.monotonic())
    } else if (what < 0.75) {
      const to = steps[upTo(random, steps.length - 1)]?.(time.clock.now(), random) ?? 0
      // A clock that was wrong at opening and is set back later by less than it was wrong leaves times that cannot be checked.
      if (!unset || to > time.clock.now()) time.step(to)
      stepped++
    } else if (what < 0.85) time.pass(upTo(random, 2 * retentionMs))
    else if (what < 0.95) released = Math.max(released, upTo(random, appendedAt.length))
    else {
      await writer[Symbol.asyncDispose]()
      // A clock slightly behind at opening cannot be distinguished from a correct one: such a machine starts in 1970.
      unset = time.isBehind()
      if (unset) time.step(0)
      writer = await open()
      // A machine that starts with a wrong clock is synchronized soon. The directory looks the same as that of an idle journal.
      await idle(writer)
      time.pass(upTo(random, soonMs))
      writer.release(released)
      time.step(start + time.clock.monotonic())
    }
    writer.release(released)
    await idle(writer)
    await check(deps, appendedAt, released, time.clock.monotonic())
  }
  await writer[Symbol.asyncDispose]()
  return stepped
}

/** Reads what is there: it is a tail of what was appended, in order, and what is missing was released and old. */
async function check(
  deps: { files: Parameters<typeof openReader>[1]['files'] },
  appendedAt: readonly number[],
  released: number,
  now: number,
) {
  await using reader = await openReader(dir, deps)
  const limit = { durable: appendedAt.length, bytesMax: 1e9, framesMax: 1e9 }
  let next = 1
  for (let after = 0; after < appendedAt.length; ) {
    const { records, damage } = await reader.read(after, limit)
    for (const { toRecord } of damage) {
      assert.equal(next, 1, 'a gap behind records')
      const { length } = appendedAt.slice(0, toRecord)
      assert.ok(length <= released, `record ${length} is gone, and only ${released} are released`)
      const age = now - (appendedAt[length - 1] ?? 0)
      assert.ok(age > retentionMs, `record ${length} is gone ${Math.round(age / hourMs)} hours after it came`)
      next = toRecord + 1
    }
    for (const { number, bytes } of records) {
      assert.equal(number, next++)
      assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), number)
    }
    after = next - 1
  }
}

function recordOf(number: number, random: Random): JournalRecord {
  const bytes = new Uint8Array(4 + upTo(random, 300))
  new DataView(bytes.buffer).setUint32(0, number)
  return { kind: 1, frames: 1, bytes }
}

/** Retention runs between the appends. */
async function idle(writer: JournalWriter) {
  writer.stats()
  for (let i = 0; i < 3; i++) await new Promise((done) => setImmediate(done))
}

const randomBytes = (bytes: number, random: Random) => Uint8Array.from({ length: bytes }, () => upTo(random, 255))

export function steppingClock() {
  let wall = start
  let monotonic = 0
  const clock: Clock = { now: () => instant(wall), monotonic: () => monotonic, sleep: () => Promise.resolve() }
  return {
    clock,
    isBehind: () => wall < start + monotonic,
    step(to: number) {
      wall = to
    },
    pass(ms: number) {
      wall += ms
      monotonic += ms
    },
  }
}
