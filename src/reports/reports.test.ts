import { describe } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { sqlitePlace } from '../store/testing/sqlite-place.ts'
import { reportSuite } from './testing/report-suite.ts'

describe('reports, on SQLite', () => {
  reportSuite(
    async () => {
      const { file, ...here } = await sqlitePlace()
      return { open: () => openStore(`sqlite:${file}`, { log: silentLog, clock: systemClock }), ...here }
    },
    { zones: 2 },
  )
})
