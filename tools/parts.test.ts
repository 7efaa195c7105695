import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { aptLine, findBinary, findPart, missing } from './parts.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-parts-'))
const before = process.env['PATH']
after(() => rmSync(dir, { recursive: true, force: true }))

describe('external parts', () => {
  afterEach(() => {
    process.env['PATH'] = before
  })

  test('are found on the PATH, by their first name that can be run', () => {
    process.env['PATH'] = dir
    writeFileSync(path.join(dir, 'chromium'), 'no program')
    writeFileSync(path.join(dir, 'chromium-browser'), '#!/bin/sh\n')
    chmodSync(path.join(dir, 'chromium-browser'), 0o755)
    assert.equal(findPart('chromium'), path.join(dir, 'chromium-browser'))
    assert.equal(missing('chromium'), false)
  })
  test('that are missing are named with what they are for and the line that adds them', () => {
    process.env['PATH'] = ''
    assert.equal(findBinary('no-such-program'), undefined)
    assert.equal(
      missing('socat'),
      'socat not found (serial lines over a pseudo-terminal); apt-get install --no-install-recommends socat',
    )
  })
  test('may need several packages', () => {
    assert.match(aptLine(['mariadbd', 'socat']), /mariadb-server-core mariadb-client-core socat$/)
    assert.match(aptLine(['mariadbd', 'mariadb-dump']), / mariadb-client$/)
  })
})
