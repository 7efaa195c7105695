/** Signing in and encryption, against real servers, through both clients. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { type DatabaseServer, startServer } from '../../testing/mariadb-fixture.ts'
import { installed, serverMissing } from '../../testing/server-programs.ts'
import { openStore } from '../open.ts'
import { connect } from './connect.ts'
import { mysqlAddress } from './mysql-address.ts'

const deps = { log: silentLog, clock: systemClock }
const clients = ['mariadb', 'mysql2'] as const
const kinds = ['mariadb', 'mysql'] as const

/** An authority, and a certificate of it for `localhost` alone. */
function certificates(dir: string) {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' })
  const key = ['-newkey', 'rsa:2048', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test authority', '-days', '2')
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  writeFileSync(path.join(dir, 'names'), 'subjectAltName=DNS:localhost')
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed)
}

for (const kind of kinds)
  describe(`a connection to ${kind}`, {
    skip: serverMissing(kind) || (installed('openssl') ? false : 'openssl not installed (apt install openssl)'),
  }, () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-tls-'))
    let server: DatabaseServer
    before(async () => {
      certificates(dir)
      const files = { ca: 'ca.pem', cert: 'server.pem', key: 'server.key' }
      const settings = Object.entries(files).map(([name, file]) => `--ssl-${name}=${path.join(dir, file)}`)
      server = await startServer(kind, settings)
    })
    after(async () => {
      await server?.[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    })

    async function urlOf(host: string, options = ''): Promise<string> {
      const url = new URL(await server.createDatabase())
      url.hostname = host
      url.search = options
      return url.href
    }
    const trusted = `?tls=on&tls-ca=${encodeURIComponent(path.join(dir, 'ca.pem'))}`

    for (const client of clients) {
      test(`is encrypted, and the server verified, where the account asks for it (${client})`, async () => {
        const url = await urlOf('localhost', trusted)
        await server.execute("ALTER USER 'baykeeper'@'%' REQUIRE SSL")
        try {
          await using store = await openStore(url, deps, { client })
          assert.match((await store.describe()).version, /^(MySQL|MariaDB) /)
          await assert.rejects(openStore(await urlOf('localhost'), deps, { client }), { fault: 'config' })
        } finally {
          await server.execute("ALTER USER 'baykeeper'@'%' REQUIRE NONE")
        }
      })

      test(`is refused where the authority is not known (${client})`, async () => {
        const refused = { fault: 'config', message: /certificate.*; check the options tls and tls-ca/i }
        await assert.rejects(openStore(await urlOf('localhost', '?tls=on'), deps, { client }), refused)
      })

      test(`is refused where the certificate names another host (${client})`, async () => {
        // The certificate is for localhost: by its address the server is somebody else.
        const refused = { fault: 'config', message: /certificate|altnames/i }
        await assert.rejects(openStore(await urlOf('127.0.0.1', trusted), deps, { client }), refused)
      })

      test(`signs in without encryption when the server has forgotten the password (${client})`, async () => {
        const url = await urlOf('127.0.0.1')
        for (let turn = 0; turn < 2; turn++) {
          // The first time the password goes encrypted by the key of the server, then the server remembers it.
          if (turn === 0) await server.execute('FLUSH PRIVILEGES')
          await using store = await openStore(url, deps, { client })
          assert.ok(await store.describe())
        }
      })

      test(`lets no server ask for a file (${client})`, async () => {
        const url = await urlOf('127.0.0.1')
        await server.execute('SET GLOBAL local_infile = 1')
        const { pathname } = new URL(url)
        const session = await connect(mysqlAddress(url), client)
        try {
          await session.command('CREATE TABLE `taken` (`line` TEXT)')
          const file = path.join(dir, 'names')
          await assert.rejects(session.command(`LOAD DATA LOCAL INFILE '${file}' INTO TABLE \`taken\``))
          assert.deepEqual(await server.execute('SELECT * FROM taken', pathname.slice(1)), [])
        } finally {
          session.destroy('the test is over')
        }
      })
    }
  })
