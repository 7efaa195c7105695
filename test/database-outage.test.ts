/** The whole server on a real MariaDB or MySQL that is not there at first, dies in the middle and comes back: intake never notices. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type DatabaseServer, startServer as startDatabase } from '../src/store/testing/mariadb-fixture.ts'
import { serverMissing } from '../src/store/testing/server-programs.ts'
import { runCli } from './fixtures/cli.ts'
import { drainedLedger, readingsOf } from './fixtures/readings.ts'
import { ingestToken, startServer, type TestServer } from './fixtures/server.ts'

for (const kind of ['mariadb', 'mysql'] as const)
  describe(`a database that comes and goes (${kind})`, { skip: serverMissing(kind) }, () => {
    let database: DatabaseServer
    let server: TestServer
    let url: string
    before(async () => {
      database = await startDatabase(kind)
      url = await database.createDatabase()
      await database.kill()
      server = await startServer({ flags: ['--store', url] })
    })
    after(async () => {
      await server?.[Symbol.asyncDispose]()
      await database?.[Symbol.asyncDispose]()
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

    test('the server starts without its database, accepts readings and reports the outage', {
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
      await database.start()
      for (let i = 0; i < 40; i++) {
        if (i === 15) await database.kill()
        if (i === 30) await database.start()
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

for (const kind of ['mariadb', 'mysql'] as const)
  describe(`a database that does not take what it is asked (${kind})`, { skip: serverMissing(kind) }, () => {
    let database: DatabaseServer
    before(async () => {
      database = await startDatabase(kind)
    })
    after(() => database?.[Symbol.asyncDispose]())

    test('a wrong password ends the start with exit 3 and a message what to check', { timeout: 60_000 }, async () => {
      const url = new URL(await database.createDatabase())
      url.password = 'wrong'
      await assert.rejects(startServer({ flags: ['--store', url.href] }), ({ message }: Error) => {
        assert.match(message, /the server ended \(exit 3\)/)
        assert.match(message, /does not let user "baykeeper" in: check user and password/)
        return true
      })
    })

    test('an account without rights ends a command with exit 3, the server, the statement and what to do', async () => {
      await database.execute(
        "CREATE DATABASE bare; CREATE USER reader IDENTIFIED BY 'r'; GRANT SELECT ON bare.* TO reader",
      )
      const store = `mysql://reader:r@127.0.0.1:${database.port}/bare`
      const data = await mkdtemp(path.join(tmpdir(), 'baykeeper-bare-'))
      const { code, stderr } = await runCli(['dlq', 'list', '--data', data, '--store', store])
      await rm(data, { recursive: true, force: true })
      assert.equal(code, 3, stderr)
      assert.match(stderr, /CREATE command denied .*\(server (MySQL|MariaDB) \d+\..*, statement "CREATE TABLE/)
      assert.match(stderr, /GRANT ALL ON/)
    })
  })
