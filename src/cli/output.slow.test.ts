/** What a command does where its output cannot be written: a result that is not all must not look like one. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { openSmallDisk, smallDiskMissing } from '../../test/fixtures/small-disk.ts'

const bin = path.join(import.meta.dirname, '../../bin/baykeeper')
const journal = path.join(import.meta.dirname, '../journal/golden/v1-whole')
const room = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-output-'))
after(() => rmSync(room, { recursive: true, force: true }))

/** With standard output in `file`. */
function into(file: string, ...args: string[]) {
  const output = openSync(file, 'w')
  try {
    return spawnSync(bin, args, {
      stdio: ['ignore', output, 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    })
  } finally {
    closeSync(output)
  }
}

describe('output that cannot be written', { timeout: 120_000 }, () => {
  const skip = existsSync('/dev/full') ? false : 'NOT RUN: this system has no /dev/full'
  for (const args of [
    ['journal', 'export', journal],
    ['journal', 'inspect', journal, '--json'],
    ['config', 'schema'],
  ])
    test(`${args.slice(0, 2).join(' ')} fails and reports it`, { skip }, () => {
      const { status, stderr } = into('/dev/full', ...args)
      assert.equal(status, 1)
      assert.match(stderr, /standard output cannot be written \(ENOSPC\): what was written is not all/)
    })

  test('a token that could not be shown is reported with how to make another', { skip }, () => {
    const { status, stderr } = into('/dev/full', 'token', 'create', '--source', 'x', '--data', path.join(room, 'data'))
    assert.equal(status, 1)
    assert.match(stderr, /could not be shown: add --replace/)
  })

  test('a write that a full disk cuts short is no success', { skip: smallDiskMissing() }, () => {
    using disk = openSmallDisk(1)
    const file = path.join(disk.dir, 'schema.json')
    const whole = into(path.join(room, 'schema.json'), 'config', 'schema')
    assert.equal(whole.status, 0)
    const { length } = readFileSync(path.join(room, 'schema.json'))
    // Leaves room for less than the schema.
    writeFileSync(path.join(disk.dir, 'filler'), Buffer.alloc(1024 * 1024 - 4096))
    assert.ok(length > 4096)
    const cut = into(file, 'config', 'schema')
    assert.ok(readFileSync(file).length < length)
    assert.equal(cut.status, 1, cut.stderr)
  })
})
