/** Every operation that the reference names, with valid, boundary, wrong and foreign input: no 5xx, nothing that is not documented. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { routes } from '@baykeeper/contract/routes.ts'
import { type Accounts, openAccounts } from '../src/auth/accounts.ts'
import { openKeyring } from '../src/auth/keyring.ts'
import { systemClock } from '../src/lib/clock.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { apiKey, apiOf, ingestToken, startServer, type TestServer } from './fixtures/server.ts'
import { walk } from './walk/walk.ts'
import { walkedLayout } from './walk/walked-layout.ts'

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
const requests = Number(process.env['WALK_REQUESTS'] ?? 60)

const ownRule = {
  ...{ kind: 'own', severity: 'warning', title: 'Nearly full', threshold: 2, clear_at: 4 },
  watch: { quantity: 'free', is: 'below', places: 'site' },
}
const bodies = {
  ...{ 'PUT /api/v1/rules/{id}': [ownRule], 'POST /api/v1/rules/dry-run': [{ days: 7, rule: ownRule }] },
  ...{
    'PATCH /api/v1/public-access': [{ others: 'forecast' }],
    'PUT /api/v1/layout': [walkedLayout],
    'POST /api/v1/layout/check': [walkedLayout],
  },
  'POST /signin': [{ key: apiKey }],
  'POST /api/v1/overrides': [{ bays: ['A-1', '..'], state: 'closed', minutes: 60, reason: 'a test' }],
  'POST /api/v1/layout/changes': [{ changes: [{ bay: 'a/b', set: { types: ['ev'] } }] }],
}
/** Of the key that only reads. */
const readerName = 'reader-of-the-walk'
/** Of all operations: tests have no forecasts, raw frames, channels, signs, codes of an app and keys of a browser, and a short walk may miss another. */
const neverGoodMax = 0.2

async function send(server: TestServer, frames: readonly unknown[]) {
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' }
  for (const frame of frames)
    await fetch(`${server.ready.ingest}/ingest/v1`, { method: 'POST', headers, body: JSON.stringify(frame) })
}

/** Bays with stays, a gate that counts, frames that cannot be decoded, an override, a recount and several layouts. */
async function filled(server: TestServer) {
  const api = apiOf(server.ready.web)
  await api.call(routes.publishLayout, { body: walkedLayout, query: { comment: 'first' } })
  await api.call(routes.publishLayout, { body: walkedLayout, query: { comment: 'second' } })
  const start = Date.now() - 3_600_000
  for (let seq = 1; seq <= 20; seq++)
    await send(server, [
      ['A-1', 'A-2', '..', 'a/b'].map((bay, i) => ({
        ...{ device: `sensor-of-${bay}`, seq, occupied: (seq + i) % 2 === 0, battery_v: 3.1, rssi_dbm: -80 },
        time: new Date(start + seq * 60_000).toISOString(),
      })),
      { device: 'loop', seq, count_in: seq * 3, count_out: seq },
    ])
  await send(server, [{ device: 'A', seq: 'one' }, { nonsense: true }, 'text'])
  await drainedLedger(server.dataDir)
  await api.call(routes.beginOverride, { body: { id: 'first', bays: ['A-1'], state: 'closed', reason: 'a test' } })
  const deck = { site: 'south', level: 'l0', zone: 'deck' }
  await api.call(routes.recount, { body: { id: 'first', ...deck, vehicles: 7, reason: 'a test' } })
}

/** Of a person with a password; another one each time the walk has ended it. The server knows it half a second later. */
async function sessionsOf(accounts: Accounts, email: string, password: string): Promise<() => string> {
  const by = { name: 'test', address: '' }
  const { people, sessions } = accounts
  const { id } = people.add({ name: 'Hopper', email, role: 'viewer', sites: undefined }, by)
  await people.setPassword(id, password, by)
  let cookie = ''
  return () => {
    if (!sessions.find(cookie)) cookie = sessions.open({ person: id, address: '127.0.0.1', agent: 'walk' })
    return `baykeeper_session=${cookie}`
  }
}

test('no operation answers 5xx or what the reference does not document, for right and wrong input', async (t) => {
  await using server = await startServer()
  await filled(server)
  using keyring = await openKeyring(server.dataDir, {}, { clock: systemClock })
  for (const kind of ['api', 'ingest'] as const) await keyring.createToken({ name: 'spare', kind })
  const read = await keyring.createToken({ name: readerName, kind: 'api', scopes: ['read'] })
  using accounts = openAccounts(server.dataDir)
  const api = apiOf(server.ready.web)
  const { link } = await api.call(routes.inviteUser, {
    body: { name: 'Grace', email: 'grace@example.org', role: 'viewer' },
  })
  const password = 'seven green bicycles'
  const forms = {
    'POST /api/v1/users': [{ name: 'Kay', email: 'kay@example.org', role: 'viewer' }],
    'POST /setup': [{ key: await keyring.createSetupLink(), name: 'Eve', email: 'eve@example.org', password }],
    'POST /password': [{ link: new URLSearchParams(link.split('?')[1]).get('link'), password }],
  }
  const account = {
    'PUT /api/v1/account/password': [{ current: password, new: password }],
    'POST /api/v1/account/second-factor': [{ password }],
    'POST /api/v1/account/passkeys/options': [{ password }],
  }
  const restore = async () => void (await api.answer(routes.publishLayout, { body: walkedLayout }))
  const fewOf = {
    ...{
      'POST /api/v1/ledger/audit': 6,
      'PUT /api/v1/layout': 30,
      'POST /api/v1/layout/check': 30,
      'POST /signin': 20,
    },
  }
  const report = await walk({
    // By its name: a number can have no passkeys.
    base: server.ready.web.replace('127.0.0.1', 'localhost'),
    seed,
    requests,
    fewOf,
    bodies: { ...bodies, ...forms, ...account },
    restore,
    keys: { all: apiKey, read },
    session: await sessionsOf(accounts, 'hopper@example.org', password),
    kept: readerName,
  })
  t.diagnostic(
    `SEED=${seed}: ${report.operations} operations, ${report.requests} requests, ${JSON.stringify(report.statuses)}`,
  )
  assert.deepEqual(report.faults, [], `SEED=${seed}`)
  const { neverGood, operations } = report
  t.diagnostic(`never answered well: ${neverGood.join(', ')}`)
  assert.ok(neverGood.length <= operations * neverGoodMax, `the walk does not reach ${neverGood.join(', ')}`)
  assert.equal((await fetch(`${server.ready.web}/readyz`)).status, 200)
})
