/** Against processes that do what a forecaster must not: fall, hang, say nonsense. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../lib/log.ts'
import { createForecaster } from './forecaster.ts'
import type { ForecasterState } from './forecaster-run.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'forecaster-double-'))
after(() => rmSync(folder, { recursive: true }))

const board = "{ type: 'score', cells: [], gate: [], factors: [], calibration: [], drift: [] }"
/** `body` has the request as `ask` and the number of it as `n`. */
function double(name: string, body: string): string {
  const file = path.join(folder, `${name}.mjs`)
  writeFileSync(
    file,
    `import { createInterface } from 'node:readline'
let n = 0
const board = ${board}
const say = (answer) => console.log(JSON.stringify(answer))
createInterface({ input: process.stdin }).on('line', (line) => { const ask = JSON.parse(line); n++; ${body} })`,
  )
  return file
}
const weights = { file: 'w', hash: 'h', name: 'trained here', trained: null, rows: null, parameters: null }
const request = { now: new Date().toISOString(), forecasts: [], actuals: [] }

function started(main: string, more: { laterMs?: number } = {}) {
  const states: ForecasterState[] = []
  const tried: boolean[] = []
  const stop = new AbortController()
  const forecaster = createForecaster({
    ...{ log: silentLog, signal: stop.signal, main, onState: (state) => states.push(state) },
    // A busy machine may take seconds to start a process.
    deadlines: { firstMs: 30_000, laterMs: 30_000, ...more },
    weights: (canUseOwn) => {
      tried.push(canUseOwn)
      return weights
    },
  })
  return { forecaster, states, tried, [Symbol.dispose]: () => stop.abort() }
}

async function again<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + 30_000; ; await sleep(50)) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > until) throw error
    }
  }
}

test('questions are answered one after the other, each with its own answer', async () => {
  using run = started(
    double(
      'well',
      'setTimeout(() => say({ ...board, id: ask.id, drift: [{ lot: String(n), minutes: 1, why: ask.now }] }), 5)',
    ),
  )
  const answers = await Promise.all(['a', 'b', 'c'].map((now) => run.forecaster.score({ ...request, now })))
  assert.deepEqual(
    answers.map(({ drift }) => [drift[0]?.lot, drift[0]?.why]),
    [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
    ],
  )
  assert.deepEqual(
    run.states.map(({ state }) => state),
    ['starting', 'up'],
  )
})

test('a forecaster that exits is restarted without its earlier state', async () => {
  using run = started(double('falls', 'if (n === 2) process.exit(9); say({ ...board, id: ask.id })'))
  await run.forecaster.score(request)
  const before = run.forecaster.generation
  await assert.rejects(run.forecaster.score(request), /exited/)
  await again(() => run.forecaster.score(request))
  assert.equal(run.forecaster.generation, before + 1)
  assert.ok(run.states.some(({ state, detail }) => state === 'down' && /exit 9/.test(detail)))
})

test('a forecaster that hangs is killed at the deadline', async () => {
  using run = started(double('hangs', 'if (n === 1) say({ ...board, id: ask.id })'), { laterMs: 150 })
  await run.forecaster.score(request)
  const hanging = run.forecaster.pid
  await assert.rejects(run.forecaster.score(request), /exited \(SIGKILL\)/)
  await again(() => run.forecaster.score(request))
  assert.notEqual(run.forecaster.pid, hanging)
})

test('a refusal and a wrong answer are rejected, and an invalid line ends the process', async () => {
  using run = started(
    double(
      'odd',
      "say(n === 1 ? { type: 'refused', id: ask.id, why: 'no' } : n === 2 ? { id: ask.id } : 0); if (n === 3) console.log('{')",
    ),
  )
  await assert.rejects(run.forecaster.score(request), /refused: no/)
  await assert.rejects(run.forecaster.score(request))
  await assert.rejects(run.forecaster.score(request), /exited/)
})

test('weights that crash it twice before an answer are replaced by the shipped ones', async () => {
  using run = started(path.join(folder, 'missing.mjs'))
  await again(async () => assert.ok(run.tried.includes(false)))
  assert.deepEqual(run.tried.slice(0, 3), [true, true, false])
  await assert.rejects(run.forecaster.score(request))
})
