/** What happens to new weights, with a scripted trainer. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { jobOf } from '../api/routes/forecasts.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { noSessions, type OccupancyRow, type Store } from '../store/store.ts'
import { aBatch } from '../store/testing/store-samples.ts'
import { type TrainingDeps, train } from './training.ts'
import { asideNote, asideWeights, ownNote, ownWeights, servedWeights } from './weights.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'training-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const days = 36
const place = { site: 'S', level: null, zone: null }
const site = { id: 'S', zone: 'UTC', lots: [{ id: 'S', name: 'S', capacity: 10, place }] }

/** Writes its weights, and reports their score. */
function trainer(name: string, score: object): string {
  const file = path.join(folder, `${name}.mjs`)
  const progress = {
    stage: 'done',
    step: 9,
    steps: 9,
    loss: 0.1,
    samples_per_s: 1,
    eta_s: null,
    validation: 0.1,
    ...score,
  }
  writeFileSync(
    file,
    `import { copyFileSync, existsSync } from 'node:fs'
const option = (name) => process.argv[process.argv.indexOf('--' + name) + 1]
if (!existsSync(option('data'))) process.exit(3)
copyFileSync(option('from'), option('out'))
console.log(${JSON.stringify(JSON.stringify(progress))})
process.exit(0)`,
  )
  return file
}

async function storeWithHistory(): Promise<Store> {
  const store = await openStore('sqlite::memory:', { log: silentLog, clock: systemClock })
  await store.migrate()
  const now = Math.floor(Date.now() / quarterMs)
  const occupancy = Array.from({ length: days * 96 }, (_, i): OccupancyRow => {
    const occupied = (i >> 4) % 10
    return {
      ...{ ...place, spanMs: quarterMs, start: instant((now - i) * quarterMs), capacity: 10 },
      ...{ occupiedMs: 0, knownMs: 0, fullMs: 0, minOccupied: 0, maxOccupied: 10, occupiedEnd: occupied, knownEnd: 10 },
    }
  })
  const { position, fence } = await store.cursor('past')
  await store.commit(
    aBatch({
      ...{ journal: 'past', from: position, to: position + 1, fence },
      history: { sessions: noSessions, occupancy, counts: [], health: [] },
    }),
  )
  return store
}

/** Exits with 0 when it received a pause and then a resume. */
function resting(): string {
  const file = trainer('rested', { held_out: 0.2, held_out_before: 0.2, held_out_days: 5 })
  const source = readFileSync(file, 'utf8')
  const [imports = '', ...rest] = source.split('\n')
  const waits = `setTimeout(() => process.exit(5), 10_000)
let input = ''
for await (const bytes of process.stdin) if ((input += bytes).endsWith('go on\\n')) break
if (input !== 'rest\\ngo on\\n') process.exit(4)`
  writeFileSync(file, [imports, waits, ...rest].join('\n'))
  return file
}

async function trained(name: string, score: object, more: Partial<TrainingDeps> = {}) {
  await using store = await storeWithHistory()
  const dir = path.join(folder, `dir-${name}`)
  const now = systemClock.now()
  const id = await store.addTraining({
    ...{
      asked: now,
      author: 'test',
      state: 'running',
      started: now,
      ended: null,
      beat: now,
      progress: null,
      detail: '',
    },
  })
  const outcome = await train(
    {
      ...{ store, dir, sites: [site], promiseMs: 86_400_000, steps: 20, log: silentLog, main: trainer(name, score) },
      ...{ plans: { holidays: [], schoolHolidays: [] }, leaving: new AbortController().signal },
      ...more,
    },
    id,
  )
  return { outcome, dir, job: jobOf(await store.newestTraining()) }
}

const noteOf = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as { heldOut: object }

test('weights that are no worse on the days held out are served, and the record holds the difference', async () => {
  const { outcome, dir, job } = await trained('better', { held_out: 0.21, held_out_before: 0.22, held_out_days: 5 })
  assert.ok(outcome.state === 'done' && outcome.isServed, outcome.detail)
  assert.equal(servedWeights(dir)?.name, 'trained here')
  assert.deepEqual(noteOf(ownNote(dir)).heldOut, { days: 5, error: 0.21, before: 0.22 })
  assert.deepEqual(job.verdict, { served: true, days: 5, error: 0.21, before: 0.22 })
  assert.match(job.detail, /In use: its error is 0.2100 against 0.2200 .* newest 5 days/)
})

test('worse weights are kept aside with a note, and the previous weights go on serving', async () => {
  const { outcome, dir, job } = await trained('worse', { held_out: 0.23, held_out_before: 0.22, held_out_days: 5 })
  assert.ok(outcome.state === 'done' && !outcome.isServed, outcome.detail)
  assert.equal(servedWeights(dir)?.name, 'shipped weights')
  assert.ok(existsSync(asideWeights(dir)) && !existsSync(ownWeights(dir)))
  assert.deepEqual(noteOf(asideNote(dir)).heldOut, { days: 5, error: 0.23, before: 0.22 })
  assert.equal(job.verdict?.served, false)
  assert.match(job.detail, /^Not used/)
})

test('weights that were not judged are not served', async () => {
  const { outcome, dir } = await trained('unjudged', {})
  assert.equal(outcome.state, 'failed')
  assert.ok(!existsSync(ownWeights(dir)))
})

test('while readings wait a training rests, and goes on when they do not', async () => {
  let looks = 0
  const { outcome } = await trained('resting', {}, { main: resting(), isPressed: () => looks++ < 2 })
  assert.equal(outcome.state, 'done', outcome.detail)
})
