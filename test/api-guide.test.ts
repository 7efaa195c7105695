/** The commands of docs/api.md do what it states, against a real server. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { routes } from '@baykeeper/contract/routes.ts'
import { missing } from '../tools/parts.ts'
import { harbourLayout } from './fixtures/harbour-layout.ts'
import { apiKey, apiOf, startServer } from './fixtures/server.ts'

const guide = readFileSync(path.join(import.meta.dirname, '../docs/api.md'), 'utf8')
const steps = [...guide.matchAll(/```sh\n([^`]*)```\n\n```text\n([^`]*)```/g)].map(
  ([, commands = '', expected = '']) => ({
    commands,
    expected: expected.trim().split('\n'),
  }),
)

test('every command of the guide answers what the guide shows', { skip: missing('curl') }, async () => {
  assert.ok(steps.length >= 7)
  await using server = await startServer()
  await apiOf(server.ready.web).call(routes.publishLayout, { body: harbourLayout(['A', 'B', 'C']) })
  const env = { ...process.env, BASE: server.ready.web, KEY: apiKey }
  for (const { commands, expected } of steps) {
    const { stdout } = await promisify(execFile)('bash', ['-ec', commands], { env })
    let from = 0
    for (const line of expected) {
      const at = stdout.indexOf(line, from)
      assert.ok(at >= 0, `${commands}\nmisses: ${line}\n${stdout}`)
      from = at + line.length
    }
  }
})
