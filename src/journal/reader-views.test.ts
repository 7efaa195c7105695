import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { recordKinds } from './journal.ts'
import { openJournalReader, openJournalWriter } from './segment-journal.ts'

test('the bytes of one answer are whole, however the window moves while it is put together', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-views-'))
  try {
    await using writer = await openJournalWriter(dir)
    const sent: Buffer[] = []
    for (let n = 0; n < 300; n++) {
      // Sizes that never line up with the steps of the window.
      const bytes = Buffer.alloc(1 + ((n * 7_919) % 120_011), `${n}|`)
      sent.push(bytes)
      await writer.append([{ kind: recordKinds.data, frames: 1, bytes }])
    }
    const { lastRecord: durable } = writer.tail()
    for (const [bytesMax, framesMax] of [
      [1, 1_000],
      [100_000, 1_000],
      [1_000_000, 1_000],
      [4_194_304, 3],
      [4_194_304, 10],
      [4_194_304, 37],
    ] as const) {
      await using reader = await openJournalReader(dir)
      let after = 0
      while (after < durable) {
        const { records, damage } = await reader.read(after, { durable, bytesMax, framesMax })
        assert.deepEqual(damage, [])
        for (const record of records)
          assert.ok(
            Buffer.from(record.bytes).equals(sent[record.number - 1] as Buffer),
            `record ${record.number} at ${bytesMax} bytes, ${framesMax} frames`,
          )
        after = records.at(-1)?.number ?? durable
      }
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
