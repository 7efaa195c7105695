/** Losses and days of sensors as the wire names them. */
import type { Loss, SensorDay } from '@baykeeper/contract/losses.ts'
import { dayName } from '../lib/utc-day.ts'
import type { LossTotal, StoredLoss, StoredSensorDay } from '../store/store.ts'
import { iso, saturatedMark } from './wire.ts'

export function lossOnWire(loss: StoredLoss): Loss {
  const { cause, source } = loss
  const day = dayName(loss.day)
  if (cause === 'sequence-gap') {
    const { external: device, from, to } = loss
    return { cause, source, device, day, frames: to - from + 1, from: null, to: null, detail: gapSentence(loss) }
  }
  const { frames, from, to, detail } = loss
  return {
    ...{ cause, source, device: null, day, frames },
    ...{ from: from === null ? null : iso(from), to: to === null ? null : iso(to), detail },
  }
}

function gapSentence({ external, epoch, from, to }: { external: string; epoch: number; from: number; to: number }) {
  // A boot that the sender named has a number made from its name: people cannot use it.
  const since = epoch === 0 ? '' : epoch > countsShown ? ' of one of its boots' : ` of its ${ordinal(epoch + 1)} count`
  if (from === to) return `Sensor ${external}: number ${from}${since} never came.`
  return `Sensor ${external}: ${to - from + 1} numbers between ${from - 1} and ${to + 1}${since} never came.`
}

export const totalOnWire = (total: LossTotal) => ({ ...total, ...saturatedMark(total.frames) })

/** Each restart of a sensor begins a new count. Higher numbers are made from names of boots. */
const countsShown = 1_000_000
const ordinal = (n: number) => {
  const ending = n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}

export const sensorDayOnWire = (row: StoredSensorDay): SensorDay => ({
  day: dayName(row.day),
  source: row.source,
  device: row.external,
  committed: row.committed,
  duplicate: row.duplicate,
  quarantined: row.quarantined,
  lost: row.lost,
  ...saturatedMark(row.lost, row.committed, row.duplicate, row.quarantined),
})
