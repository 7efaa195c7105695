/** `baykeeper serial` on real pseudo-terminals: what is played arrives, is captured byte for byte, and is understood. Skips where socat is missing. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { runCli as cli } from '../../test/fixtures/cli.ts'
import { missing } from '../../tools/parts.ts'
import { ptyPair } from '../sources/serial/testing/pty-pair.ts'
import { chunksOf } from './serial.ts'

const skip = missing('socat')

test('a played capture is sniffed as what it is, and captured as it was', { skip }, async (t) => {
  const { near, far } = await ptyPair(t)
  const dir = await mkdtemp(path.join(tmpdir(), 'serial-cli-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const [first, second] = [path.join(dir, 'first.ndjson'), path.join(dir, 'second.ndjson')]
  const chunks = Array.from({ length: 300 }, (_, i) => ({
    ...{ ms: i * 20, hex: Buffer.from(`Slot ${i % 4}: ${i % 2 ? 'occupied' : 'free'}\r\n`).toString('hex') },
  }))
  await writeFile(first, chunks.map((chunk) => JSON.stringify(chunk)).join('\n'))
  const sniffing = cli(['serial', 'sniff', near, '--baud', '9600', '--seconds', '6'])
  const playing = cli(['serial', 'play', first, far, '--baud', '9600'])
  const sniffed = await sniffing
  assert.equal(sniffed.code, 0, sniffed.stderr)
  assert.deepEqual(parse(sniffed.stdout), {
    serial: [{ path: near, baud: 9_600, patterns: ['Slot {device}: {occupied}'] }],
  })
  const captured = await cli(['serial', 'capture', near, second, '--baud', '9600', '--seconds', '1', '--json'])
  assert.equal(captured.code, 0, captured.stderr)
  assert.equal((await playing).code, 0)
  const bytesOf = (text: string) => Buffer.concat(chunksOf(text, '').map(({ bytes }) => bytes)).toString()
  const got = bytesOf(await readFile(second, 'utf8'))
  assert.ok(got.length > 100 && bytesOf(await readFile(first, 'utf8')).includes(got))
  const again = await cli(['serial', 'capture', near, second, '--seconds', '1'])
  assert.deepEqual([again.code, /exists already, and nothing is overwritten/.test(again.stderr)], [2, true])
})
