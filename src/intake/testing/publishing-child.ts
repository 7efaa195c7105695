/**
 * A channel in its own process that publishes changes until it is killed: `node publishing-child.ts DIR FIRST COUNT`. A line for each change
 * that was acknowledged, with its record, and `done` at the end.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../lib/clock.ts'
import { failPoint } from '../../lib/fail-point.ts'
import { silentLog } from '../../lib/log.ts'
import { openChannel } from '../journal-channel.ts'

const [dir = '', first = '1', count = '1'] = process.argv.slice(2)
const channel = await openChannel('real', dir, { retentionMs: 0, clock: systemClock, log: silentLog })
for (let n = Number(first); n < Number(first) + Number(count); n++) {
  const record = await channel.publish(Buffer.from(`change ${n}`))
  failPoint('desk-durable')
  // At once: what a killed process has acknowledged must not wait in a buffer.
  writeSync(1, `${record} ${n}\n`)
  if (n % 3 === 0) await channel.checkpoints.tick()
  channel.release(channel.journal.tail().lastRecord)
}
const { lastRecord } = channel.journal.tail()
while (channel.desk.mark().upTo < lastRecord) await systemClock.sleep(2)
await channel[Symbol.asyncDispose]()
writeSync(1, 'done\n')
process.exit(0)
