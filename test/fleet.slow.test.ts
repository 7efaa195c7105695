/** A fleet through every source of a real server: what the server shows is the truth, and a difference ends with 1. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { findPart } from '../tools/parts.ts'
import { runCli } from './fixtures/cli.ts'
import { startServer } from './fixtures/server.ts'

interface Outcome {
  readonly data: {
    readonly by_way: Readonly<Record<string, number>>
    readonly frames: number
    readonly noise: number
    readonly differences: readonly { readonly device: string; readonly what: string; readonly why: string }[]
  }
}

test('a fleet of 120 devices through every source is shown as it is', async (t) => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-fleet-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const hasSocat = findPart('socat') !== undefined
  const serial = hasSocat ? ['--serial', path.join(dir, 'port')] : []
  await using server = await startServer({ flags: serial })
  const check = ['simulate', '--check', '--sensors', '120', '--seed', '11', '--json', '--data', server.dataDir]
  const { code, stdout, stderr } = await runCli(check)
  const { data } = JSON.parse(stdout || '{}') as Outcome
  assert.deepEqual(data.differences, [], stderr)
  assert.equal(code, 0, stderr)
  const ways = ['webhook', 'http', 'mqtt', 'tcp', 'udp', ...(hasSocat ? ['serial'] : [])]
  assert.deepEqual(Object.keys(data.by_way).sort(), ways.sort())
  assert.ok(data.frames > 1_000)
  assert.match(stderr, /"event":"progress","stage":"compare"/)

  const real = await runCli([...check.slice(0, 2), '--sensors', '5', '--data', server.dataDir])
  assert.equal(real.code, 2)
  assert.match(real.stderr, /10 to 500000 devices/)
})
