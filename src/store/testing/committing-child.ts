/** A process for tests to kill: commits batch after batch into the file named by its argument, as fast as it can, until it dies. */
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { openStore } from '../engine/open.ts'
import { aBatch, aDelta, aDevice, aReading, journal } from './store-samples.ts'

export const rowsPerBatch = 100

if (import.meta.main) {
  const store = await openStore(`sqlite:${process.argv[2]}`, { log: silentLog, clock: systemClock })
  await store.migrate()
  await store.takeFence(journal, 1)
  process.send?.('committing')
  for (let from = (await store.cursor(journal)).position; ; from++) {
    const readings = Array.from({ length: rowsPerBatch }, (_, idx) => aReading({ pos: from + 1, idx, seq: from }))
    await store.commit(
      aBatch({
        from,
        to: from + 1,
        readings,
        devices: [aDevice(1, { rev: from + 1 })],
        ledger: [aDelta({ committed: rowsPerBatch })],
      }),
    )
  }
}
