import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JournalError, recordKinds } from '../journal/journal.ts'
import { createMemoryJournal } from '../journal/testing/memory-journal.ts'
import { instant } from '../lib/brand.ts'
import { createLog } from '../lib/log.ts'
import { createCheckpoints, heartbeatMs } from './checkpoints.ts'
import { createIntakeCounters, parseCheckpoint } from './counters.ts'
import { restoreCounters } from './journal-channel.ts'

async function opened() {
  const journal = createMemoryJournal()
  const writer = await journal.openWriter()
  const time = { now: 1_000_000, monotonic: 0 }
  const clock = { now: () => instant(time.now), monotonic: () => time.monotonic }
  const counters = createIntakeCounters(clock)
  const lines: string[] = []
  let failing = false
  let held: Promise<void> | undefined
  const checkpoints = createCheckpoints({
    counters,
    clock,
    log: createLog({}, { write: (line) => void lines.push(line) }),
    aliveAt: instant(5),
    journal: {
      async append(records) {
        await held
        if (failing) throw new JournalError('E_JOURNAL_FULL', 'no room')
        return writer.append(records)
      },
    },
  })
  /** Looks once a second, as intake does. */
  const seconds = async (count: number) => {
    for (let i = 0; i < count; i++) {
      time.now += 1_000
      time.monotonic += 1_000
      await checkpoints.tick()
    }
  }
  const bodies = async () => {
    await using reader = await journal.openReader()
    const durable = writer.tail().lastRecord
    const { records } = await reader.read(0, { durable, bytesMax: 1e9, framesMax: 1e9 })
    return records
      .filter(({ kind }) => kind === recordKinds.checkpoint)
      .map(({ bytes }) => parseCheckpoint(bytes) ?? assert.fail('no checkpoint'))
  }
  return {
    ...{ checkpoints, counters, journal, writer, clock, time, lines, seconds, bodies },
    fail: (on: boolean) => {
      failing = on
    },
    hold: (until: Promise<void> | undefined) => {
      held = until
    },
  }
}

test('an idle server journals one heartbeat a minute and nothing else', async () => {
  const { seconds, bodies, time } = await opened()
  const begin = time.now
  await seconds(600)
  const beats = (await bodies()).map(({ at }) => at - begin)
  assert.deepEqual(
    beats,
    Array.from({ length: 10 }, (_, i) => 1_000 + i * heartbeatMs),
  )
})

test('a clock that is set back does not stop the heartbeat', async () => {
  const { seconds, bodies, time } = await opened()
  await seconds(1)
  time.now -= 86_400_000
  await seconds(120)
  assert.equal((await bodies()).length, 3)
})

test('a named loss is written once, and a change is written at the next look', async () => {
  const { seconds, bodies, counters } = await opened()
  await seconds(1)
  for (let i = 0; i < 4_096; i++) counters.lose('udp', { cause: 'kernel-drop', frames: 1, detail: 'full' })
  await seconds(300)
  const all = await bodies()
  assert.deepEqual(
    all.map(({ losses = [] }) => losses.length),
    [0, 4_096, 0, 0, 0, 0],
  )
})

test('a checkpoint that the journal refuses changes nothing: the next one has it all, and the log has one line of each change', async () => {
  const { seconds, bodies, counters, checkpoints, lines, fail } = await opened()
  fail(true)
  counters.refuse('http', 3, false)
  counters.lose('udp', { cause: 'kernel-drop', frames: 7, detail: 'full' })
  await seconds(30)
  assert.equal(checkpoints.aliveAt, 5)
  fail(false)
  await seconds(30)
  const all = await bodies()
  assert.deepEqual(
    all.map(({ refused, losses }) => [refused, losses?.length]),
    [[3, 1]],
  )
  assert.equal(lines.length, 2)
  assert.match(lines[0] ?? '', /could not be journaled.*no room/)
  assert.match(lines[1] ?? '', /journaled again/)
})

test('what changes while a checkpoint is on its way is in the next one', async () => {
  const { seconds, bodies, counters, hold } = await opened()
  const { promise, resolve } = Promise.withResolvers<void>()
  hold(promise)
  counters.refuse('http', 1, false)
  const first = seconds(1)
  counters.refuse('http', 1, false)
  resolve()
  await first
  await seconds(1)
  assert.deepEqual(
    (await bodies()).map(({ refused }) => refused),
    [1, 2],
  )
})

test('the end writes what has changed, and nothing when nothing has', async () => {
  const { seconds, bodies, counters, checkpoints } = await opened()
  await seconds(1)
  await checkpoints.last()
  assert.equal((await bodies()).length, 1)
  counters.refuse('http', 1, false)
  await checkpoints.last()
  assert.equal((await bodies()).length, 2)
})

test('after a crash the counts go on from the checkpoint and from what was journaled after it', async () => {
  const { seconds, counters, journal, writer, clock, time } = await opened()
  counters.refuse('http', 2, false)
  await seconds(1)
  const at = time.now
  for (let i = 0; i < 3; i++) await writer.append([{ kind: recordKinds.data, frames: 4, bytes: new Uint8Array(9) }])
  await writer[Symbol.asyncDispose]()
  await using again = await journal.openWriter()
  await using reader = await journal.openReader()
  const restored = createIntakeCounters(clock)
  assert.equal(await restoreCounters(restored, again, reader), at)
  const { received, accepted, refused } = restored.source('unknown')
  assert.deepEqual([received, accepted, refused], [12, 12, 0])
  assert.equal(restored.source('http').refused, 2)
  assert.equal(restored.dirty(), true)
})
