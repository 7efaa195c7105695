/** The whole server on a real MariaDB that is not there at first, dies in the middle and comes back: intake never notices. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type DatabaseServer, mariadbMissing, startMariadb } from '../src/store/mysql/mariadb-fixture.ts'
import { drainedLedger, readingsOf } from './fixtures/readings.ts'
import { ingestToken, startServer, type TestServer } from './fixtures/server.ts'

describe('a database that comes and goes', { skip: mariadbMissing() }, () => {
  let mariadb: DatabaseServer
  let server: TestServer
  let url: string
  before(async () => {
    mariadb = await startMariadb()
    url = await mariadb.createDatabase()
    await mariadb.kill()
    server = await startServer({ flags: ['--store', url] })
  })
  after(async () => {
    await server?.[Symbol.asyncDispose]()
    await mariadb?.[Symbol.asyncDispose]()
  })

  let next = 1
  /** Posts a batch and expects it to be on disk. */
  async function post(count: number) {
    const rows = Array.from({ length: count }, () => `D-1,${next++},,${next % 2}`)
    const began = performance.now()
    const answer = await fetch(`${server.ready.ingest}/ingest/v1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'text/csv' },
      body: rows.join('\n'),
    })
    assert.equal(answer.status, 202)
    assert.deepEqual(await answer.json(), { accepted: count })
    return performance.now() - began
  }

  test('the server starts without its database, takes readings and says what is wrong', {
    timeout: 60_000,
  }, async () => {
    assert.match(server.logs(), /database cannot be reached/)
    for (let i = 0; i < 20; i++) await post(50)
    assert.equal((await fetch(`${server.ready.web}/healthz`)).status, 200)
    assert.equal((await fetch(`${server.ready.web}/readyz`)).status, 503)
  })

  test('the backlog drains once the database is there, and again after it was killed in the middle', {
    timeout: 120_000,
  }, async () => {
    await mariadb.start()
    for (let i = 0; i < 40; i++) {
      if (i === 15) await mariadb.kill()
      if (i === 30) await mariadb.start()
      await post(50)
    }
    const { data, code } = await drainedLedger(server.dataDir, ['--store', url])
    assert.deepEqual(
      [code, data['committed'], data['duplicate'], data['lost'], data['difference']],
      [0, next - 1, 0, 0, 0],
    )
    const seqs = (await readingsOf(server.ready.web, 'D-1')).map(({ seq }) => seq)
    assert.deepEqual(
      seqs,
      Array.from({ length: next - 1 }, (_, index) => index + 1),
    )
  })
})
