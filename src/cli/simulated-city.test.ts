/** What ends the simulated city: something that may send readings, and nothing that only looks. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openKeyring } from '../auth/keyring.ts'
import { silentLog } from '../lib/log.ts'
import { type CityDeps, createSimulatedCity } from './simulated-city.ts'

const lookMs = 1_000

test('an API key leaves the simulated city as it is, an ingest token ends it', async (t) => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-city-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  using keyring = await openKeyring(dir, {})
  t.mock.timers.enable({ apis: ['setInterval'] })
  let ends = 0
  const supervisor = { endDemo: async () => void ends++ }
  const city = createSimulatedCity({
    ...{ keyring, isForced: false, log: silentLog, place: { dir, token: 'bkd_x' } },
    supervisor: () => supervisor,
  } as unknown as CityDeps)
  t.after(() => city.stop())

  await keyring.createToken({ name: 'my-app', kind: 'api', scopes: ['read'] })
  t.mock.timers.tick(lookMs)
  assert.equal(ends, 0)

  await keyring.createToken({ name: 'my-gateway', kind: 'ingest' })
  t.mock.timers.tick(lookMs)
  await city.end('again')
  assert.equal(ends, 1)
})
