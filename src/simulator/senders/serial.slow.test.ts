import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hash48 } from '../../lib/hash.ts'
import { emulateLine, ttySink } from '../emulator.ts'
import { SendRefused } from './sender.ts'
import { openLine, openSerialSender } from './serial.ts'

const skip = spawnSync('socat', ['-V']).status === 0 ? false : 'SKIPPED: no socat on this machine'

/** Two ends of a line. */
async function openPair() {
  const dir = mkdtempSync(path.join(tmpdir(), 'line-'))
  const [near, far] = [path.join(dir, 'near'), path.join(dir, 'far')] as const
  const socat = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' })
  while (!existsSync(near) || !existsSync(far)) await sleep(10)
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      socat.kill('SIGKILL')
      rmSync(dir, { recursive: true })
    },
  }
}

/** Reads until nothing has come for a while; `pauseMs` between reads makes it slow. */
async function readAll(file: string, wanted: number, pauseMs: number): Promise<string> {
  await using handle = await open(file, 'r+')
  const chunk = Buffer.alloc(16_384)
  let text = ''
  while (text.length < wanted) {
    const { bytesRead } = await handle.read(chunk)
    text += chunk.toString('latin1', 0, bytesRead)
    if (pauseMs > 0) await sleep(pauseMs)
  }
  return text
}

test('a slow reader gets every line that was sent, in order', { skip, timeout: 30_000 }, async () => {
  await using pair = await openPair()
  const count = 10_000
  const readings = Array.from({ length: count }, (_, i) => ({
    device: 'A-017',
    seq: i,
    time: 0,
    occupied: i % 2 === 1,
  }))
  const expected = readings.map(({ seq }) => `A-017,${seq},1970-01-01T00:00:00.000Z,${seq % 2}\n`).join('')
  const read = readAll(pair.far, expected.length, 1)
  {
    await using sender = await openSerialSender(pair.near)
    for (let at = 0; at < count; at += sender.batchMax) await sender.send(readings.slice(at, at + sender.batchMax))
    assert.equal(sender.stats.sent, count)
    assert.equal(await read, expected)
  }
})

test('the error for a path that is no serial line states what to do', async () => {
  await assert.rejects(
    openSerialSender('/nonexistent/tty'),
    (error: Error) => error instanceof SendRefused && /--to/.test(error.message),
  )
})

test('a board at 460,800 baud on a real terminal: its truth is what arrives', {
  skip,
  timeout: 60_000,
}, async () => {
  await using pair = await openPair()
  await using line = await openLine(pair.near, 115_200)
  // Each with its own hash: the halves of two cut lines must not read like a third.
  const lines = Array.from({ length: 3_000 }, (_, i) => ({
    number: i,
    text: `A-017,${i},,${i % 2},${hash48(`line ${i}`).toString(36)}`,
  }))
  // The reader sleeps first, so that the terminal fills and the board has to discard.
  const late = sleep(2_600).then(() => open(pair.far, 'r+'))
  const sending = emulateLine(lines, { baud: 460_800, sink: ttySink(line) })
  await using far = await late
  let text = ''
  const chunk = Buffer.alloc(65_536)
  const reading = (async () => {
    while (!text.includes('end\n')) {
      const { bytesRead } = await far.read(chunk)
      text += chunk.toString('latin1', 0, bytesRead)
    }
  })()
  const truth = await sending
  // A bare line end would complete a line whose own was discarded.
  await line.write('#\nend\n')
  await reading
  const arrived = new Set(text.split('\n'))
  assert.ok(truth.damaged.length > 0, 'the terminal filled')
  assert.deepEqual(
    truth.damaged,
    lines.filter(({ text }) => !arrived.has(text)).map(({ number }) => number),
  )
})
