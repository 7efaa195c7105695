/** `kill -9` around the two appends of a change: in the main journal and in the second one. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { deskCopies } from '../journal/segment-journal.ts'

const child = path.join(import.meta.dirname, 'testing/publishing-child.ts')
const changesPerLife = 4
const livesMax = 400

async function life(dir: string, first: number, failPoints: string) {
  const started = spawn(process.execPath, [child, dir, `${first}`, `${changesPerLife}`], {
    env: { ...process.env, BAYKEEPER_FAIL_POINTS: failPoints },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  started.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    started.once('close', (...end) => resolve(end)),
  )
  const lines = output.split('\n').filter((line) => line !== '')
  assert.ok(signal === 'SIGKILL' || (code === 0 && lines.at(-1) === 'done'), `${code} ${signal}: ${output}`)
  return { isKilled: signal === 'SIGKILL', acknowledged: lines.filter((line) => line !== 'done') }
}

for (const [point, kills] of [
  ['desk-copying', 20],
  ['desk-copied', 10],
  ['desk-durable', 10],
] as const)
  test(`every acknowledged change has one copy, in order, after ${kills} kills at ${point}`, async (t) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'desk-kills-'))
    t.after(() => rm(dir, { recursive: true, force: true }))
    const acknowledged: string[] = []
    let killed = 0
    let first = 1
    for (let lives = 0; killed < kills; lives++, first += changesPerLife) {
      assert.ok(lives < livesMax, `only ${killed} kills in ${lives} lives`)
      const { isKilled, acknowledged: more } = await life(dir, first, `${point}=0.3`)
      acknowledged.push(...more)
      if (isKilled) killed++
    }
    const last = await life(dir, first, '')
    assert.equal(last.isKilled, false)
    acknowledged.push(...last.acknowledged)
    const copies: string[] = []
    for await (const { record, bytes } of deskCopies(path.join(dir, 'desk')))
      copies.push(`${record} ${Buffer.from(bytes).toString().slice('change '.length)}`)
    // A change whose answer was cut off may be there too.
    assert.deepEqual(
      copies.filter((copy) => acknowledged.includes(copy)),
      acknowledged,
    )
    const numbers = copies.map((copy) => Number(copy.split(' ')[0]))
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    )
    t.diagnostic(`${killed} kills at ${point}, ${acknowledged.length} changes acknowledged, ${copies.length} copies`)
  })
