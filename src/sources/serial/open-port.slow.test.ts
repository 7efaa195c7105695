/** What serialport sets at a real terminal. A pseudo-terminal has no parity and always 8 data bits; two stop bits it keeps. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { missing } from '../../../tools/parts.ts'
import { lineName, openPort } from './open-port.ts'
import { ptyPair } from './testing/pty-pair.ts'

test('stop bits and speed reach the terminal, and the note names the line', { skip: missing('socat') }, async (t) => {
  const { near: path } = await ptyPair(t)
  for (const stopBits of [2, 1] as const) {
    const port = await openPort(path, 9_600, { stopBits, parity: 'even' })
    const { stdout } = await promisify(execFile)('stty', ['-F', path, '-a'])
    await port.close()
    assert.match(stdout, /speed 9600/)
    assert.match(stdout, stopBits === 2 ? /[^-]cstopb/ : /-cstopb/)
    assert.match(port.note, stopBits === 2 ? /9600 baud, 8E2$/ : /9600 baud, 8E1$/)
  }
  assert.equal(lineName({}), '8N1')
})
