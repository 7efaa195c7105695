/** A disk that is really full: senders that can retry get an error, the others are still accepted, and it recovers without a restart. */
import assert from 'node:assert/strict'
import dgram from 'node:dgram'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createOracle, type SentFrame } from './fixtures/oracle.ts'
import { readingsOf } from './fixtures/readings.ts'
import { apiKey, ingestToken, startServer } from './fixtures/server.ts'
import { openSmallDisk, smallDiskMissing } from './fixtures/small-disk.ts'

const diskMb = 192
const fillerMb = 96
/** Raw bytes are kept whole, so that padding fills the disk and not the time of the test. */
const padding = 'x'.repeat(48_000)

test('a full disk refuses with 503 and Retry-After, keeps reads up, and resumes without a restart when there is room', {
  timeout: 120_000,
  skip: smallDiskMissing(),
}, async () => {
  using disk = openSmallDisk(diskMb)
  const elsewhere = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-store-'))
  const filler = path.join(disk.dir, 'filler')
  await writeFile(filler, Buffer.alloc(fillerMb * 1024 * 1024))
  try {
    await using server = await startServer({
      dataDir: path.join(disk.dir, 'data'),
      flags: ['--store', `sqlite:${path.join(elsewhere, 'store.db')}`],
    })
    const oracle = createOracle()
    let seq = 0
    async function post(): Promise<Response> {
      const frames: SentFrame[] = Array.from({ length: 20 }, () => ({
        device: 'A',
        seq: ++seq,
        occupied: seq % 2 === 0,
      }))
      oracle.sent(...frames)
      const answer = await fetch(`${server.ready.ingest}/ingest/v1`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/x-ndjson' },
        body: frames.map((frame) => JSON.stringify({ ...frame, padding })).join('\n'),
      })
      if (answer.status === 202) oracle.acknowledged(...frames)
      else seq -= frames.length
      return answer
    }

    let refused: Response | undefined
    for (let i = 0; i < 400 && !refused; i++) {
      const answer = await post()
      if (answer.status !== 202) refused = answer
    }
    assert.equal(refused?.status, 503, 'the disk is full long before this much is sent')
    assert.ok(Number(refused.headers.get('retry-after')) > 0, 'and has a retry time')
    assert.match(((await refused.json()) as { detail: string }).detail, /disk|space|full/i)
    const status = await fetch(`${server.ready.web}/api/v1/sources`, { headers: { authorization: `Bearer ${apiKey}` } })
    assert.equal(status.status, 200, 'reads stay up')
    assert.ok((await readingsOf(server.ready.web, 'A')).length > 0)

    // Who cannot send again still finds the room that is left.
    const udp = dgram.createSocket('udp4')
    const { port, hostname } = new URL(server.ready.udp)
    for (let n = 1; n <= 50; n++) udp.send(`U,${n},,1`, Number(port), hostname)
    for (let looks = 0; (await readingsOf(server.ready.web, 'U')).length < 50; looks++) {
      assert.ok(looks < 50, 'datagrams are taken while the disk is nearly full')
      await sleep(100)
    }
    udp.close()

    await rm(filler)
    for (let looks = 0; (await post()).status !== 202; looks++) {
      assert.ok(looks < 100, 'intake takes readings again without a restart')
      await sleep(100)
    }
    const { stored, acknowledged } = await oracle.check(server, {
      everything: false,
      store: `sqlite:${path.join(elsewhere, 'store.db')}`,
    })
    assert.equal(stored, acknowledged)
    assert.equal(await server.stop(), 0)
  } finally {
    await rm(elsewhere, { recursive: true, force: true })
  }
})
