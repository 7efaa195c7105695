/**
 * Eleven garages of Muenster, 2019 to 2026, as a panel of quarter hours.
 * Source: "Parkhausbelegung Stadt Muenster" (dl-de/by-2-0), kept by Code for Muenster; see NOTICE.
 *
 * Cleaning, in this order: stamps at :00, :15, :30, :45; `bes` is 0 free; `ges`, `kei` and other words are missing; more than 1.05 x
 * capacity is missing; a run of zeros next to a value above 12 % of capacity is missing, because closed garages report 0 free.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { holidaysNrw, schoolHolidaysNrw } from './holidays.ts'
import { calendarOf, daysFromDate, type Lot, type Panel } from './panel.ts'

export const muensterLots: readonly Lot[] = [
  { id: 'PH Theater', capacity: 743 },
  { id: 'PH Alter Steinweg', capacity: 371 },
  { id: 'PH Aegidii', capacity: 750 },
  { id: 'PH Münster Arkaden', capacity: 166 },
  { id: 'PH Karstadt', capacity: 187 },
  { id: 'PH Stubengasse', capacity: 300 },
  { id: 'PH Bremer Platz', capacity: 287 },
  { id: 'PH Engelenschanze', capacity: 460 },
  { id: 'PH Bahnhofstraße', capacity: 320 },
  { id: 'PH Cineplex', capacity: 590 },
  { id: 'PH Stadthaus 3', capacity: 372 },
]

const slots = 96
const closedShareMin = 0.12
const overfullShare = 1.05

export function muensterFile(dataFolder: string): string {
  const file = path.join(dataFolder, 'datasets/muenster/muenster_free_spaces_5min.csv.gz')
  if (!existsSync(file))
    throw new Error(`the Muenster data is missing (${file}); generated cities need no data: --data city`)
  return file
}

/** `until` is exclusive. Nothing from there on is even parsed, so that a window that must stay unseen cannot leak. */
export function readMuenster(dataFolder: string, { from, until }: { from: string; until: string }): Panel {
  const firstDay = daysFromDate(from)
  const days = daysFromDate(until) - firstDay
  const free = readFree(gunzipSync(readFileSync(muensterFile(dataFolder))), { firstDay, days })
  for (const [i, lot] of muensterLots.entries()) dropFalse(free[i] as Float32Array, lot.capacity)
  const rates = muensterLots.map((lot, i) =>
    (free[i] as Float32Array).map((value) => Math.min(1, Math.max(0, 1 - value / lot.capacity))),
  )
  const years = [Number(from.slice(0, 4)) - 1, Number(until.slice(0, 4)) + 1] as const
  const calendar = calendarOf(firstDay, days, { holidays: holidaysNrw(...years), school: schoolHolidaysNrw() })
  return { name: 'muenster', lots: muensterLots, slots, firstDay, days, rates, calendar }
}

function readFree(bytes: Buffer, { firstDay, days }: { firstDay: number; days: number }): Float32Array[] {
  const free = muensterLots.map(() => new Float32Array(days * slots).fill(Number.NaN))
  const header = bytes.toString('utf8', 0, bytes.indexOf(10)).trimEnd().split(',')
  const columns = muensterLots.map(({ id }) => header.indexOf(id))
  if (columns.includes(-1)) throw new Error('the Muenster file lacks a garage: is it another version?')
  const dayByDate = new Map<string, number>()
  for (let start = bytes.indexOf(10) + 1; start < bytes.length; ) {
    const end = bytes.indexOf(10, start)
    const stop = end < 0 ? bytes.length : end
    const row = start
    start = stop + 1
    const minute = (bytes[row + 14] as number) * 10 + (bytes[row + 15] as number) - 528
    if (minute % 15 !== 0) continue
    const date = bytes.toString('latin1', row, row + 10)
    const day = dayByDate.get(date) ?? daysFromDate(date) - firstDay
    dayByDate.set(date, day)
    if (day < 0 || day >= days) continue
    const hour = (bytes[row + 11] as number) * 10 + (bytes[row + 12] as number) - 528
    const t = day * slots + hour * 4 + minute / 15
    const cells = bytes
      .toString('latin1', row + 17, stop)
      .trimEnd()
      .split(',')
    for (let lot = 0; lot < columns.length; lot++) {
      const value = countOf(cells[(columns[lot] as number) - 1] ?? '')
      if (value !== undefined) (free[lot] as Float32Array)[t] = value
    }
  }
  return free
}

/** Free spaces of one cell; `undefined` where it is empty, so that an earlier value for the same stamp stays. */
function countOf(cell: string): number | undefined {
  if (cell === 'bes') return 0
  return /^-?\d+$/.test(cell) ? Number(cell) : undefined
}

/** In place: what cannot be becomes missing. */
export function dropFalse(free: Float32Array, capacity: number): void {
  for (let t = 0; t < free.length; t++) if ((free[t] as number) > capacity * overfullShare) free[t] = Number.NaN
  for (let t = 0; t < free.length; t++) {
    if (free[t] !== 0) continue
    let end = t
    while (end < free.length && (free[end] === 0 || Number.isNaN(free[end]))) end++
    const before = t > 0 ? (free[t - 1] as number) : Number.NaN
    const after = end < free.length ? (free[end] as number) : Number.NaN
    if (before > closedShareMin * capacity || after > closedShareMin * capacity) free.fill(Number.NaN, t, end)
    t = end
  }
}
