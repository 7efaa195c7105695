import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { rowsPerBatch } from '../../testing/committing-child.ts'
import { journal } from '../../testing/store-samples.ts'
import { openStore } from '../open.ts'

const rounds = 10

test('kill -9 of the writing process at random times leaves whole batches, and the next one continues', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'store-killed-'))
  const file = path.join(dir, 'baykeeper.db')
  try {
    let before = 0
    for (let round = 0; round < rounds; round++) {
      const child = fork(path.join(import.meta.dirname, '../../testing/committing-child.ts'), [file], {
        stdio: 'inherit',
      })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await Promise.race([new Promise((resolve) => child.once('message', resolve)), ended])
      await systemClock.sleep(Math.random() * 60)
      child.kill('SIGKILL')
      await ended
      await using store = await openStore(`sqlite:${file}`, { log: silentLog, clock: systemClock })
      const { cursor, totals } = await store.ledgerAt(journal)
      assert.ok(cursor.position >= before)
      before = cursor.position
      assert.equal(totals.committed, cursor.position * rowsPerBatch)
      assert.equal((await store.counts()).readings, cursor.position * rowsPerBatch)
      for (const device of await store.devices()) assert.equal(device.rev, cursor.position)
    }
    assert.ok(before > 0, 'the child committed nothing')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
