import assert from 'node:assert/strict'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { recordKinds } from './journal.ts'
import { openJournalReader, openJournalWriter } from './segment-journal.ts'

test('a reader whose journal was deleted reports that: no record is reported lost, and none under another name', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-gone-'))
  const journal = path.join(dir, 'journal')
  try {
    await using writer = await openJournalWriter(journal)
    await writer.append([{ kind: recordKinds.data, frames: 1, bytes: Buffer.from('1') }])
    await using reader = await openJournalReader(journal)
    const { id } = reader
    await rename(journal, `${journal}-away`)
    const limit = { durable: 5, bytesMax: 1_000, framesMax: 10 }
    for (let turn = 0; turn < 2; turn++)
      await assert.rejects(reader.read(1, limit), { code: 'E_JOURNAL_GONE', message: /journal.*put it back/ })
    assert.equal(reader.id, id)
    await rename(`${journal}-away`, journal)
    const { records, damage } = await reader.read(0, { ...limit, durable: 1 })
    assert.deepEqual([records.length, damage], [1, []])
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
