/** A real server that keeps raw frames, its processor killed again and again: every reading has its frame, once, byte for byte. */

import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { readingsOf } from './fixtures/readings.ts'
import { apiOf, ingestToken, startServer } from './fixtures/server.ts'

const kills = 4
const rowsPerPost = 50
const copiedMsMax = 30_000

test('raw frames are copied once each, whenever the processor is killed', { timeout: 120_000 }, async () => {
  await using server = await startServer({ env: { BAYKEEPER_RAW_DAYS: '7' } })
  const rows: string[] = []
  const post = async () => {
    const some = Array.from({ length: rowsPerPost }, (_, i) => `D-1,${rows.length + i + 1},,${i % 2}`)
    rows.push(...some)
    const answer = await fetch(`${server.ready.ingest}/ingest/v1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'text/csv' },
      body: some.join('\n'),
    })
    assert.equal(answer.status, 202)
  }
  for (let round = 0; round < kills; round++) {
    for (let i = 0; i < 6; i++) {
      await post()
      await sleep(Math.random() * 120)
    }
    // The copier gathers for a second: some of these meet it in the middle of a piece, some between two.
    await sleep(Math.random() * 1_200)
    await server.back('processor', await server.kill('processor'))
  }
  await post()

  using db = new DatabaseSync(path.join(server.dataDir, 'baykeeper.db'), { readOnly: true })
  const count = () => Number(db.prepare('SELECT count(*) AS n FROM raw_frame').get()?.['n'])
  for (const limit = performance.now() + copiedMsMax; count() < rows.length && performance.now() < limit; )
    await sleep(100)
  assert.equal(count(), rows.length)
  const readings = await readingsOf(server.ready.web, 'D-1')
  assert.equal(readings.length, rows.length)
  for (const { id, seq } of readings) {
    const answer = await apiOf(server.ready.web).answer(routes.rawFrame, { params: { id } })
    assert.equal(answer.status, 200)
    assert.equal(await answer.text(), rows[(seq as number) - 1])
  }
})
