/** Logging never stops the server: its output may be closed at any time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawClient } from '../src/sources/mqtt/raw-client.ts'
import { ingestToken, startServer } from './fixtures/server.ts'

test('every process goes on when the reader of its output has ended', async () => {
  await using server = await startServer()
  const { pids } = server.ready
  const post = (seq: number) =>
    fetch(`${server.ready.ingest}/ingest/v1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ device: 'A', seq, occupied: true }),
    })
  assert.equal((await post(1)).status, 202)
  server.closeOutput()
  for (let tries = 0; tries < 3; tries++) {
    // Intake logs a rejected client, and main a restarted process.
    const refused = await rawClient(Number(new URL(server.ready.mqtt).port), { username: 'x', password: 'wrong' })
    assert.equal(refused.returnCode, 4)
    refused.socket.destroy()
  }
  await server.back('processor', await server.kill('processor'))
  assert.equal((await post(2)).status, 202)
  assert.deepEqual([server.ready.pids.main, server.ready.pids.intake], [pids.main, pids.intake])
})
