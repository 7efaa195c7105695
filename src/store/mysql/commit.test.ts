import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { instant } from '../../lib/brand.ts'
import { readingRows } from '../reading-rows.ts'
import { aReading } from '../store-samples.ts'
import { insertReadings } from './commit.ts'

test('a fault of readings is told when no statement is under way any more', async () => {
  // Three kinds are three pieces: what was measured differs.
  const kinds = [{ batteryV: 3.5 }, { temperatureC: 21.5 }, { rssiDbm: -70 }]
  const rows = readingRows(kinds.map((measures, i) => ({ ...aReading({ pos: i + 1, time: instant(1) }), ...measures })))
  for (let failing = 0; failing < kinds.length; failing++) {
    let [begun, ended] = [0, 0]
    const session = {
      async insertMany() {
        const turn = begun++
        try {
          if (turn === failing) throw new Error('deadlock')
          // As a client does that sends its rows in several statements.
          for (let statement = 0; statement < 20; statement++) await setImmediate()
        } finally {
          ended++
        }
      },
    }
    await assert.rejects(insertReadings(session, rows, 20_000), /deadlock/)
    assert.equal(ended, begun, `piece ${failing} fails`)
  }
})
