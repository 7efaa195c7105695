/** A notifier with schedules in its arguments, for the test that kills it: `node report-process.ts DIRECTORY SETTINGS SCHEDULES NOW`. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReportSchedule } from '../../domain/report-schedule.ts'
import { createLog } from '../../lib/log.ts'
import { startNotifier } from '../notifier.ts'
import { notificationsSchema } from '../settings.ts'
import { silentFeed } from '../stored-feed.ts'
import { reportsInMemory, rowOf } from './reports-in-memory.ts'

const [dataDir = '', settings = '{}', schedules = '[]', now = '0'] = process.argv.slice(2)
const offset = Number(now) - Date.now()
const source = reportsInMemory()
for (const schedule of JSON.parse(schedules) as ReportSchedule[])
  source.put(rowOf(schedule, Number(now) - 24 * 3_600_000))

startNotifier({
  ...{ dataDir, settings: notificationsSchema.parse(JSON.parse(settings)), feed: silentFeed },
  log: createLog({ process: 'notifier' }),
  now: () => Date.now() + offset,
  backoff: { firstMs: 50, capMs: 200 },
  reports: {
    schedules: source.schedules,
    async make(schedule, options) {
      await sleep(Math.random() * 20)
      const made = await source.make(schedule, options)
      // What is made again is another file: only one of them may be sent.
      return { ...made, file: Buffer.from(`${schedule.id} ${Math.random()}`) }
    },
  },
  reportPollMs: 20,
})
// A parent that is gone takes it along.
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
