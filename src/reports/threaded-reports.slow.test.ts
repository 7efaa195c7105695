import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { plainCsv } from '../lib/csv-text.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { sqlitePlace } from '../store/testing/sqlite-place.ts'
import { randomFleet, storeFleet } from './testing/fleet-truth.ts'
import { threadedReports } from './threaded-reports.ts'

test('a list that is still being read when its time is over ends with an error', async () => {
  const fleet = randomFleet({ seed: 3, zone: 'UTC', from: '2025-06-01', days: 200, bays: 1 })
  await using place = await sqlitePlace()
  await using store = await openStore(`sqlite:${place.file}`, { log: silentLog, clock: systemClock })
  await store.migrate()
  await storeFleet(store, fleet)
  const msMax = 10_000
  const { chunks } = await threadedReports(`sqlite:${place.file}`, msMax).answer({
    ...{ kind: 'occupancy-15min', site: 'deck', compare: 'none', format: 'json', csv: plainCsv },
    ...{ from: '2025-06-01', to: '2025-12-01', now: instant(fleet.end) },
    keptDays: { stays: 0, bayChanges: 0 },
  })
  const reader = chunks[Symbol.asyncIterator]()
  assert.equal((await reader.next()).done, false)
  await systemClock.sleep(msMax)
  await assert.rejects(async () => {
    while (!(await reader.next()).done);
  }, /took longer than it may/)
})
