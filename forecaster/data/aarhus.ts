/**
 * Eight garages of Aarhus, summer and autumn 2014 (CityPulse, CC BY 4.0), about every half hour, as a panel of 48 slots a day. More cars than
 * spaces are a full garage; a slot takes the nearest reading within 20 minutes. Read for measuring, never to train what is shipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { calendarOf, daysFromDate, type Panel } from './panel.ts'

const slots = 48
const nearestMinutesMax = 20
const from = '2014-05-22'
const until = '2014-11-05'

/** `before` is exclusive: later rows are not kept. */
export function readAarhus(dataFolder: string, before: string): Panel {
  const file = path.join(dataFolder, 'datasets/aarhus/aarhus_parking.csv.gz')
  if (!existsSync(file)) throw new Error(`the Aarhus data is missing (${file})`)
  const firstDay = daysFromDate(from)
  const days = Math.min(daysFromDate(until), daysFromDate(before)) - firstDay
  const grids = new Map<string, { capacity: number; rates: Float32Array; away: Float32Array }>()
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split(/\r?\n/).slice(1)) {
    const [, count, stamp, , size, id] = line.split(',')
    if (!id || !stamp) continue
    const day = daysFromDate(stamp.slice(0, 10)) - firstDay
    if (day < 0 || day >= days) continue
    const grid = grids.get(id) ?? {
      capacity: Number(size),
      rates: new Float32Array(days * slots).fill(Number.NaN),
      away: new Float32Array(days * slots).fill(nearestMinutesMax),
    }
    grids.set(id, grid)
    const minute = Number(stamp.slice(11, 13)) * 60 + Number(stamp.slice(14, 16))
    const slot = Math.round(minute / 30)
    const at = day * slots + slot
    const away = Math.abs(minute - slot * 30)
    if (at >= grid.rates.length || away > (grid.away[at] as number)) continue
    grid.away[at] = away
    grid.rates[at] = Math.min(1, Math.max(0, Number(count) / Number(size)))
  }
  const named = [...grids].sort(([a], [b]) => (a < b ? -1 : 1))
  const calendar = calendarOf(firstDay, days, { holidays: new Set(), school: new Set() })
  return {
    ...{ name: 'aarhus', slots, firstDay, days, calendar },
    lots: named.map(([id, { capacity }]) => ({ id, capacity })),
    rates: named.map(([, { rates }]) => rates),
  }
}
