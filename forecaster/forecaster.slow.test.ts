/** The forecaster as a process, at the size it is promised for; and the bench, small. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { forecastAnswerSchema } from '@baykeeper/contract/forecast.ts'
import { arMethod } from './bench/naive-methods.ts'
import { type Protocol, protocols } from './bench/protocols.ts'
import { settingOf } from './bench/setting.ts'
import { readModel } from './model/weights-file.ts'
import { meanAbsoluteError } from './scoring/errors.ts'
import { requestOf } from './serve/site-under-test.ts'

const main = path.join(import.meta.dirname, 'main.ts')
const folder = mkdtempSync(path.join(os.tmpdir(), 'forecaster-'))
const children: { kill(signal: 'SIGKILL'): boolean }[] = []
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const node = (args: readonly string[]) => spawnSync(process.execPath, args, { encoding: 'utf8' })

// How long it takes is measured by `npm run bench -- forecast-live --parts serving`.
test('500 lots whose history is known are forecast together from their newest values, and the process ends with its input', async () => {
  const child = spawn(process.execPath, [main, 'serve'], { stdio: ['pipe', 'pipe', 'ignore'] })
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const whole = requestOf({ lots: 4, days: 60 })
  const lots = Array.from({ length: 500 }, (_, i) => ({
    ...(whole.lots[i % 4] as (typeof whole.lots)[0]),
    id: `lot ${i}`,
  }))
  const ask = async (request: object) => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    return forecastAnswerSchema.parse(JSON.parse((await lines.next()).value as string))
  }
  await ask({ ...whole, lots })
  for (const quarter of [1, 2, 3]) {
    const at = Date.parse(whole.now) + quarter * 900_000
    const now = new Date(at).toISOString()
    const from = new Date(at - 60_000).toISOString()
    const short = lots.map((lot) => ({ ...lot, rates: [0.4] }))
    const answer = await ask({
      ...whole,
      now,
      from,
      append: true,
      pipeline: { ...whole.pipeline, as_of: now },
      lots: short,
    })
    assert.equal(answer.lots.length, 500)
    assert.ok(answer.lots.every(({ points }) => points.every(({ served }) => served === 'model')))
  }
  child.stdin.end()
  const [code] = await new Promise<[number | null]>((resolve) => child.once('exit', (status) => resolve([status])))
  assert.equal(code, 0)
})

test('train writes weights that can be served, from a site history in a file', () => {
  const { type: _, id: __, now: ___, pipeline: ____, ...history } = requestOf({ lots: 3, days: 60 })
  const file = path.join(folder, 'history.json')
  const out = path.join(folder, 'site.safetensors')
  writeFileSync(file, JSON.stringify(history))
  const { status, stdout, stderr } = node([
    main,
    'train',
    '--data',
    file,
    '--out',
    out,
    '--steps',
    '24',
    '--progress',
    'json',
  ])
  assert.equal(status, 0, stderr)
  const stages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).stage)
  assert.deepEqual([stages[0], stages[1], stages.at(-1)], ['reading', 'compiling', 'done'])
  assert.deepEqual(
    readModel(out).config.lots,
    history.lots.map(({ id }) => id),
  )
})

test('the shipped weights are small, and name their training data and licence', () => {
  const file = path.join(import.meta.dirname, 'weights/shipped.safetensors')
  const { about, dataHash, config } = readModel(file)
  assert.match(about, /dl-de\/by-2-0/)
  assert.match(dataHash, /^[0-9a-f]{64}$/)
  assert.equal(config.lots.length, 0)
})

test('the bench runs on a generated city and has all methods in its table', () => {
  const { status, stdout, stderr } = node([path.join(import.meta.dirname, 'bench.ts'), '--quick', '--validation'])
  assert.equal(status, 0, stderr)
  for (const name of ['persistence', 'DLinear', 'ridge', 'trees', '**network**'])
    assert.ok(stdout.includes(`| ${name} `), name)
})

const dataFolder = path.join(import.meta.dirname, '../../shared/data')
const skip = existsSync(path.join(dataFolder, 'datasets/muenster'))
  ? false
  : `the Muenster data is missing (${dataFolder}): the published figures of the anchor are not checked`

test('the anchor has its published errors on Muenster, validation of protocol M', { skip }, () => {
  const setting = settingOf(protocols['M'] as Protocol, 'validation', dataFolder)
  const { point } = arMethod(setting)
  const published = [0.849, 1.34, 2.12, 3.236, 4.594, 6.236]
  for (const [h, pairs] of setting.pairs.entries()) {
    const mae = 100 * meanAbsoluteError(point[h] as Float32Array, pairs)
    assert.ok(Math.abs(mae - (published[h] as number)) < 0.01, `${mae} at horizon ${h}`)
  }
})
