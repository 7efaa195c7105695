import assert from 'node:assert/strict'
import { it } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import { hourMs, runClockSteps, start, steppingClock } from './testing/clock-steps.ts'
import { createCrashFiles } from './testing/crash-files.ts'
import { runSeeds } from './testing/run-seeds.ts'
import { seededRandom } from './testing/seeded-random.ts'
import { openWriter } from './writer.ts'

it('keeps its order and what is young, wherever the wall clock goes', async (t) => {
  const { reached, firstSeed } = await runSeeds({ budgetMs: effort(700) }, runClockSteps)
  t.diagnostic(`clock: ${reached} steps from seed ${firstSeed}`)
})

it('what was written while the clock was behind is not old when the next process looks', async () => {
  const files = createCrashFiles(seededRandom(1))
  const time = steppingClock()
  const deps = { files, clock: time.clock, lock: files.lock, random: (bytes: number) => new Uint8Array(bytes) }
  const open = () => openWriter('/journal', deps, { segmentBytesMax: 700, retentionMs: 24 * hourMs })
  const segments = () => [...files.contents().keys()].filter((path) => path.endsWith('.segment')).length
  const first = await open()
  time.pass(30 * hourMs)
  await first.append([{ kind: 1, frames: 1, bytes: new Uint8Array(100) }])
  time.step(start + 2 * hourMs)
  for (let i = 0; i < 2; i++) await first.append([{ kind: 1, frames: 1, bytes: new Uint8Array(100) }])
  await first[Symbol.asyncDispose]()
  time.step(start + 30 * hourMs)
  const second = await open()
  const before = segments()
  time.pass(hourMs)
  second.release(3)
  await second[Symbol.asyncDispose]()
  assert.ok(before > 2)
  assert.equal(segments(), before)
})

it('a clock that was wrong at opening, and right for a moment only, makes nothing old', async () => {
  await runClockSteps(882_859_859)
})
