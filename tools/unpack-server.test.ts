import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import {
  isUnpacked,
  recipeMark,
  recipeText,
  serverFolder,
  serverMissing,
} from '../src/store/testing/server-programs.ts'
import { debianMirror } from './unpack-server.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-unpack-'))
after(() => rmSync(dir, { recursive: true, force: true }))

describe('a server that this Debian release does not have', () => {
  test('comes from the mirror of the machine, in either form of its list, never from a security archive', async () => {
    const apt = path.join(dir, 'apt')
    mkdirSync(path.join(apt, 'sources.list.d'), { recursive: true })
    assert.equal(await debianMirror(apt), undefined)
    const source = path.join(apt, 'sources.list.d/debian.sources')
    writeFileSync(source, 'Types: deb\n# http://old.test/debian\nURIs: http://mirror.test/debian-security\n')
    assert.equal(await debianMirror(apt), undefined)
    writeFileSync(source, 'Types: deb\n# URIs: http://old.test/debian\nURIs: http://mirror.test/debian\nSuites: x\n')
    assert.equal(await debianMirror(apt), 'http://mirror.test/debian')
    const list = path.join(apt, 'sources.list')
    writeFileSync(list, '#deb http://old.test/debian x main\ndeb [signed-by=/k] https://own.test/debian/ x main\n')
    assert.equal(await debianMirror(apt), 'https://own.test/debian/')
  })

  test('counts only when it is whole and made from the recipe of today', () => {
    const before = process.env['BAYKEEPER_TEST_SERVERS']
    process.env['BAYKEEPER_TEST_SERVERS'] = dir
    try {
      const folder = serverFolder('mysql')
      mkdirSync(path.join(folder, 'usr/sbin'), { recursive: true })
      writeFileSync(path.join(folder, 'usr/sbin/mysqld'), '')
      assert.equal(isUnpacked('mysql'), false)
      assert.match(String(serverMissing('mysql')), /^MySQL 9\.7 is not set up .*node tools\/add-server\.ts mysql/)
      writeFileSync(recipeMark(folder), '{"suite":"older"}')
      assert.equal(isUnpacked('mysql'), false)
      writeFileSync(recipeMark(folder), recipeText('mysql'))
      assert.equal(serverMissing('mysql'), false)
    } finally {
      if (before === undefined) delete process.env['BAYKEEPER_TEST_SERVERS']
      else process.env['BAYKEEPER_TEST_SERVERS'] = before
    }
  })
})
