/** A notifier on events in a SQLite file, for the row that kills it: `node notifier-process.ts DIRECTORY SETTINGS`. */
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog } from '../../src/lib/log.ts'
import type { AlertEvent } from '../../src/notify/alert-event.ts'
import { startNotifier } from '../../src/notify/notifier.ts'
import { notificationsSchema } from '../../src/notify/settings.ts'

const [dataDir = '', settings = '{}'] = process.argv.slice(2)
const events = new DatabaseSync(path.join(dataDir, 'events.db'), { timeout: 5_000 })
const after = events.prepare('select body from event where rev > ? order by rev limit ?')
const newest = events.prepare('select max(rev) as rev from event')

startNotifier({
  dataDir,
  settings: notificationsSchema.parse(JSON.parse(settings)),
  log: createLog({ process: 'notifier' }),
  backoff: { firstMs: 100, capMs: 400 },
  feed: {
    after: async ({ rev }, limit) => after.all(rev, limit).map((row) => JSON.parse(String(row['body'])) as AlertEvent),
    end: async () => ({ rev: Number(newest.get()?.['rev'] ?? 0), part: 0 }),
  },
})
// A parent that is gone takes it along.
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
