import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { NotUtf8, readUtf8File } from './utf8-file.ts'

const room = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-utf8-'))
after(() => rmSync(room, { recursive: true, force: true }))
const written = (bytes: Uint8Array) => {
  const file = path.join(room, 'file')
  writeFileSync(file, bytes)
  return file
}

test('the byte order mark is no part of the text', () => {
  assert.equal(readUtf8File(written(Buffer.from('\ufeffport: 1\r\n'))), 'port: 1\r\n')
})

test('a character of Latin-1 is refused with its line, and never read as another', () => {
  assert.throws(
    () => readUtf8File(written(Buffer.from('port: 1\ntrust: [M\u00fcnster]\n', 'latin1'))),
    (fault) => fault instanceof NotUtf8 && fault.line === 2 && /file:2: is not UTF-8/.test(fault.message),
  )
})

test('a file that is absent is reported as that', () => {
  assert.throws(() => readUtf8File(path.join(room, 'none')), { code: 'ENOENT' })
})
