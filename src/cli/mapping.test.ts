import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { runCli } from '../../test/fixtures/cli.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-mapping-'))
process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
const written = (name: string, text: string) => {
  const file = path.join(dir, name)
  writeFileSync(file, text)
  return file
}

test('recorded messages are read by a preset, and what is not understood is named and ends with 1', async () => {
  const good = written(
    'good.txt',
    'zigbee2mqtt/bay-7 {"occupancy":true,"battery":88}\nzigbee2mqtt/bay-7/availability offline\n',
  )
  const right = await runCli(['mapping', 'test', good, '--preset', 'zigbee2mqtt'])
  assert.equal(right.code, 0, right.stderr)
  assert.match(right.stdout, /zigbee2mqtt\/bay-7 -> bay-7: \{"occupied":true,"batteryPct":88\}/)
  assert.match(right.stdout, /availability -> bay-7: \{"occupied":null\}/)
  const bad = written('bad.txt', 'lot/7/state on\nzigbee2mqtt/bay-7 {"occupancy":"maybe"}\n')
  const wrong = await runCli(['mapping', 'test', bad, '--preset', 'zigbee2mqtt', '--json'])
  assert.equal(wrong.code, 1)
  assert.equal((JSON.parse(wrong.stdout) as { data: { not_understood: number } }).data.not_understood, 2)
})

test('the mapping of a source of the configuration is tried too', async () => {
  const rule = { topic: 'lot/{device}/state', fields: { occupied: { at: '', taken: ['1'], free: ['0'] } } }
  const config = written(
    'baykeeper.yaml',
    JSON.stringify({ brokers: [{ url: 'mqtt://127.0.0.1:1', name: 'lot', mapping: [rule] }] }),
  )
  const file = written('lot.txt', 'lot/7/state 0\n')
  const { code, stdout, stderr } = await runCli(['mapping', 'test', file, '--source', 'lot', '--config', config])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /lot\/7\/state -> 7: \{"occupied":false\}/)
  assert.equal((await runCli(['mapping', 'test', file, '--source', 'none', '--config', config])).code, 2)
})
