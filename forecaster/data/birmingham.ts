/**
 * Thirty car parks of Birmingham, autumn 2016 (UCI 482), half hours from 08:00 to 16:30, as a panel of 48 slots a day: the nights are
 * missing. Two lots with few readings are dropped, exact duplicates too; a slot takes the nearest reading within 20 minutes. The licence
 * of this copy is not confirmed: it is read for measuring, never to train what is shipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { calendarOf, daysFromDate, type Panel } from './panel.ts'

const slots = 48
const firstSlot = 16
const lastSlot = 33
const nearestMinutesMax = 20
const dropped = new Set(['NIA North', 'BHMBRTARC01'])
const from = '2016-10-04'
const until = '2016-12-20'

interface Reading {
  readonly minute: number
  readonly rate: number
}

/** `before` is exclusive: later rows are not read. */
export function readBirmingham(dataFolder: string, before: string): Panel {
  const file = path.join(dataFolder, 'datasets/birmingham/dataset.csv')
  if (!existsSync(file)) throw new Error(`the Birmingham data is missing (${file})`)
  const firstDay = daysFromDate(from)
  const days = Math.min(daysFromDate(until), daysFromDate(before)) - firstDay
  const readings = new Map<string, Map<number, Reading[]>>()
  const capacity = new Map<string, number>()
  const seen = new Set<string>()
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/).slice(1)) {
    const [id, size, occupied, stamp] = line.split(',')
    if (!id || !stamp || dropped.has(id) || seen.has(line)) continue
    seen.add(line)
    const day = daysFromDate(stamp.slice(0, 10)) - firstDay
    if (day < 0 || day >= days) continue
    capacity.set(id, Number(size))
    const [hour, minute, second] = stamp.slice(11).split(':').map(Number) as [number, number, number]
    const byDay = readings.get(id) ?? new Map<number, Reading[]>()
    readings.set(id, byDay)
    const list = byDay.get(day) ?? []
    byDay.set(day, list)
    const rate = Math.min(1, Math.max(0, Number(occupied) / Number(size)))
    list.push({ minute: hour * 60 + minute + second / 60, rate })
  }
  const lots = [...capacity].map(([id, size]) => ({ id, capacity: size })).sort((a, b) => (a.id < b.id ? -1 : 1))
  const rates = lots.map(({ id }) => gridOf(readings.get(id) as Map<number, Reading[]>, days))
  const calendar = calendarOf(firstDay, days, { holidays: new Set(['2016-12-25', '2016-12-26']), school: new Set() })
  return { name: 'birmingham', lots, slots, firstDay, days, rates, calendar }
}

function gridOf(readings: Map<number, Reading[]>, days: number): Float32Array {
  const grid = new Float32Array(days * slots).fill(Number.NaN)
  for (const [day, list] of readings)
    for (let slot = firstSlot; slot <= lastSlot; slot++) {
      let nearest = nearestMinutesMax
      for (const { minute, rate } of list) {
        const away = Math.abs(minute - slot * 30)
        if (away > nearest) continue
        nearest = away
        grid[day * slots + slot] = rate
      }
    }
  return grid
}
