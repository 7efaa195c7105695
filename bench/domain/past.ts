/** A past for the city, written as the processor writes it: a layout of long ago, and days of changes of every bay. */
import { newDevice } from '../../src/domain/fold.ts'
import type { BayChangeRow, BayStateRow } from '../../src/domain/folds/bay-rows.ts'
import type { DeviceId } from '../../src/domain/reading.ts'
import { instant } from '../../src/lib/brand.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { packJson } from '../../src/lib/packed-json.ts'
import { dayMs } from '../../src/lib/utc-day.ts'
import { openStore } from '../../src/store/engine/open.ts'
import { noReadings, noSessions } from '../../src/store/store.ts'
import { bayCount, bayName, cityText, deviceName } from './city.ts'

const journal = '0123456789abcdef0123456789abcdef'
/** Bays of one commit. */
const baysAtOnce = 10_000
const rest = { readings: noReadings(), deadLetters: [], deadLettersDone: [], ledger: [] }
const noGatewayChanges = { gateways: [], gatewaysGone: [], paths: [] }
const noHistory = { sessions: noSessions, occupancy: [], counts: [], health: [] }

/** Each bay changes so often a day, up to two hours ago. Returns the number of changes. */
export async function layPast(url: string, { days, changesOfDay }: { days: number; changesOfDay: number }) {
  await using store = await openStore(url, { log: silentLog, clock: systemClock })
  await store.migrate()
  await store.takeFence(journal, 1)
  await store.cursor(journal)
  const begin = Date.now() - days * dayMs - 2 * 3_600_000
  const everyMs = dayMs / changesOfDay
  const packed = await packJson(JSON.parse(cityText('Past')))
  const past = { version: 1, record: 1, created: instant(begin), author: 'bench', comment: '', packed }
  let to = 0
  for (let first = 0; first < bayCount; first += baysAtOnce) {
    const bays = Array.from({ length: baysAtOnce }, (_, i) => first + i)
    const changes = bays.flatMap((bay) =>
      Array.from({ length: days * changesOfDay }, (_, i) => changeOf(bay, instant(begin + i * everyMs + bay), i)),
    )
    const newest = changes.filter((_, i) => i % (days * changesOfDay) === days * changesOfDay - 1)
    const states = newest.map(({ time, ...row }): BayStateRow => {
      return { ...row, since: time, changed: time, patterns: '[]', rev: to + 1 }
    })
    await store.commit({
      ...{ ...rest, journal, fence: 1, from: to, to: to + 1, layouts: to === 0 ? [past] : [] },
      devices: bays.map((bay) => ({
        ...newDevice(bay + 1, 'http', deviceName(bay) as DeviceId, instant(begin)),
        ...{ lastTime: instant(begin), rev: to + 1 },
      })),
      history: {
        ...noHistory,
        bays: { states, changes, overrides: [], gateways: noGatewayChanges, clock: instant(Date.now() - 3_600_000) },
      },
    })
    to++
  }
  return bayCount * days * changesOfDay
}

const changeOf = (bay: number, time: BayChangeRow['time'], i: number): BayChangeRow => ({
  ...{ bay: bayName(bay), time, state: i % 2 === 0 ? 'occupied' : 'free', cause: 'device' },
  ...{ flags: 0, device: bay + 1, override: null },
})
