import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { type LimitsPlace, limitsSuite } from './testing/limits-suite.ts'

async function sqlitePlace(): Promise<LimitsPlace> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-limits-'))
  const store = await openStore(`sqlite:${path.join(dir, 'store.db')}`, { log: silentLog, clock: systemClock })
  await store.migrate()
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

limitsSuite('SQLite', sqlitePlace, { runs: 10, devices: 1_500 })
