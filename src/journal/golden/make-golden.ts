/**
 * Makes the golden journals of the format version of today: `node src/journal/golden/make-golden.ts`. What exists is left alone: a
 * golden journal is made once, when its version is released, and read by every release after it.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { JournalRecord } from '../journal.ts'
import { formatVersion } from '../segment.ts'
import { type CrashFiles, createCrashFiles } from '../testing/crash-files.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { createStepClock } from '../testing/step-clock.ts'
import { openWriter } from '../writer.ts'

const options = { segmentBytesMax: 1_400 }
const id = Uint8Array.fromHex('5ba17a11ba7ec0de')
const clock = createStepClock()

const data = (text: string, frames = 1): JournalRecord => ({ kind: 1, frames, bytes: Buffer.from(text) })
const noise = (text: string): JournalRecord => ({ kind: 2, frames: 1, bytes: Buffer.from(text, 'latin1') })
const checkpoint = (text: string): JournalRecord => ({ kind: 3, frames: 0, bytes: Buffer.from(text) })

const open = (files: CrashFiles) =>
  openWriter('/journal', { files, clock, random: () => id, lock: (dir) => files.lock(dir) }, options)

/** One opening, closed at its end unless it is killed. */
async function opening(files: CrashFiles, calls: readonly (readonly JournalRecord[])[], { killed = false } = {}) {
  const writer = await open(files)
  for (const records of calls) await writer.append(records)
  if (killed) return files.kill()()
  await writer[Symbol.asyncDispose]()
  return files
}

const disk = () => createCrashFiles(seededRandom(1))
const mixed = [
  [data('first'), noise('\x00\xff'), checkpoint('counters')],
  [data('two\nlines', 2), data('', 0)],
]

async function damaged() {
  const files = await opening(disk(), [[data('before')], [data('damaged', 7)], [data('after')]])
  const [path = '', bytes = new Uint8Array()] = [...files.contents()][0] ?? []
  const at = Buffer.from(bytes).indexOf('damaged')
  bytes[at] = (bytes[at] ?? 0) ^ 1
  files.put(path, bytes)
  return files
}

async function torn() {
  const files = await opening(disk(), [[data('whole')], [data('also whole'), data('torn'.repeat(20))]], {
    killed: true,
  })
  const [path = '', bytes = new Uint8Array()] = [...files.contents()][0] ?? []
  bytes.fill(0, Buffer.from(bytes).indexOf('torn') + 10)
  files.put(path, bytes)
  return files
}

async function next() {
  const files = await opening(disk(), [[data('x'.repeat(600), 3)], [data('y'.repeat(600), 2), checkpoint('kept')]])
  return opening(files, [[data('of the second opening')]])
}

const golden = {
  whole: await opening(disk(), mixed),
  'torn-tail': await torn(),
  'damaged-record': await damaged(),
  next: await next(),
}
for (const [name, files] of Object.entries(golden)) {
  const dir = join(import.meta.dirname, `v${formatVersion}-${name}`)
  if (existsSync(dir)) continue
  mkdirSync(dir)
  for (const [path, bytes] of files.contents())
    if (path.endsWith('.segment')) writeFileSync(join(dir, basename(path)), bytes)
}
