/** A gap of a LoRaWAN device is noticed by the running server and filled from the storage of its network server, once. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { storageUnderTest, storedUplink } from '../src/sources/network-storage/storage-under-test.ts'
import { verifyLedger } from './fixtures/cli.ts'
import { apiOf, ingestToken, startServer } from './fixtures/server.ts'

const start = Date.now() - 30 * 60_000
const uplink = (n: number) => storedUplink(n, new Date(start + n * 60_000).toISOString())

test('what a webhook did not bring is brought from the storage, and shown as a figure of the source', async (t) => {
  const storage = await storageUnderTest(t, [1, 2, 3, 4, 5, 6].map(uplink))
  const file = path.join(os.tmpdir(), `baykeeper-storage-${process.pid}.yaml`)
  const settings = {
    url: storage.url,
    application: 'lot',
    apiKey: 'NNSXS.X',
    source: 'env',
    everyS: 1,
    allowAddresses: ['127.0.0.1'],
  }
  await writeFile(file, JSON.stringify({ networkStorage: [settings] }))
  await using server = await startServer({ flags: ['--config', file] })
  const api = apiOf(server.ready.web)
  for (const n of [1, 2, 6]) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ingestToken}` }
    const answer = await fetch(`${server.ready.ingest}/ingest/lorawan`, {
      method: 'POST',
      headers,
      body: JSON.stringify(uplink(n)),
    })
    assert.equal(answer.status, 202)
  }
  const storageSource = async () => (await api.call(routes.sources)).items.find(({ name }) => name === 'storage')
  const repaired = async () => Number((await storageSource())?.figures?.['uplinks_repaired'] ?? 0)
  for (let i = 0; i < 120 && (await repaired()) < 3; i++) await sleep(100)
  assert.equal(await repaired(), 3, JSON.stringify(await storageSource()))
  const numbers = async () => {
    const { items } = await api.call(routes.deviceReadings, { params: { id: '70B3D57ED0000017' } })
    return items.map(({ seq }) => seq).sort()
  }
  for (let i = 0; i < 80 && (await numbers()).length < 6; i++) await sleep(100)
  assert.deepEqual(await numbers(), [1, 2, 3, 4, 5, 6])
  const { code, data } = await verifyLedger(server.dataDir)
  assert.deepEqual([code, data['unaccounted'] ?? data['difference'] ?? 0], [0, 0])
})
