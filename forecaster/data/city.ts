/**
 * A generated city: demand that a model can learn, from a seed, for machines without the data and for tests.
 *
 * Each lot has a kind (office, shopping, station, evening) with its daily curve by day type; over it lie what makes forecasting worth the
 * while: the season, holidays and the shopping days before them, a slow city-wide mood that several lots share with a lag, evening events
 * announced by nothing but their first arrivals, lots that fill up and spill into a neighbour, sensors that fall silent.
 */

import { holidaysNrw, schoolHolidaysNrw } from './holidays.ts'
import { calendarOf, daysFromDate, dayType, type Panel, weekday } from './panel.ts'
import { gaussian, type Random, seededRandom } from './random.ts'

export interface CityOptions {
  readonly seed: number
  readonly lots: number
  readonly days: number
  /** First date; default 2023-01-02, a Monday. */
  readonly from?: string
}

const slots = 96

interface Kind {
  readonly name: string
  /** Base rate at night, height of the day by day type, its start, end (hours) and steepness. */
  readonly night: number
  readonly height: readonly [number, number, number]
  readonly from: number
  readonly to: number
  readonly steep: number
}

const kinds: readonly Kind[] = [
  { name: 'office', night: 0.12, height: [0.68, 0.15, 0.05], from: 8, to: 17.2, steep: 1.6 },
  { name: 'shopping', night: 0.08, height: [0.5, 0.75, 0.1], from: 10.5, to: 18.8, steep: 1.3 },
  { name: 'station', night: 0.35, height: [0.4, 0.25, 0.18], from: 7.2, to: 18.5, steep: 1.1 },
  { name: 'evening', night: 0.1, height: [0.4, 0.55, 0.35], from: 18.3, to: 23.2, steep: 1.8 },
]

export function generatedCity({ seed, lots, days, from = '2023-01-02' }: CityOptions): Panel {
  const random = seededRandom(seed)
  const firstDay = daysFromDate(from)
  const year = Number(from.slice(0, 4))
  const dates = { holidays: holidaysNrw(year - 1, year + 5), school: schoolHolidaysNrw() }
  const calendar = calendarOf(firstDay, days, dates)
  const bare: Panel = { name: `city-${seed}`, lots: [], slots, firstDay, days, rates: [], calendar }
  const mood = moodOf(days, random)
  const events = eventsOf(days, random)
  const rates: Float32Array[] = []
  const list = Array.from({ length: lots }, (_, i) => {
    const kind = kinds[i % kinds.length] as Kind
    const capacity = 80 + Math.floor(random() * 600)
    rates.push(lotRates({ panel: bare, kind, capacity, mood, events, random, neighbour: rates[i - 1] }))
    return { id: `${kind.name}-${i + 1}`, capacity }
  })
  return { ...bare, lots: list, rates }
}

/** Slow deviation of the whole city by step: weather, mostly. A day-long memory. */
function moodOf(days: number, random: Random): Float32Array {
  const mood = new Float32Array(days * slots)
  let daily = 0
  let fast = 0
  for (let t = 0; t < mood.length; t++) {
    if (t % slots === 0) daily = 0.7 * daily + 0.09 * gaussian(random)
    fast = 0.97 * fast + 0.012 * gaussian(random)
    mood[t] = daily + fast
  }
  return mood
}

/** Strength of the evening's event by day: some are on fixed Thursdays, some come as they come. */
function eventsOf(days: number, random: Random): Float32Array {
  return Float32Array.from({ length: days }, (_, day) =>
    day % 14 === 3 ? 0.35 : random() < 0.06 ? 0.2 + 0.4 * random() : 0,
  )
}

interface LotOptions {
  readonly panel: Panel
  readonly kind: Kind
  readonly capacity: number
  readonly mood: Float32Array
  readonly events: Float32Array
  readonly random: Random
  readonly neighbour: Float32Array | undefined
}

function lotRates({ panel, kind, capacity, mood, events, random, neighbour }: LotOptions): Float32Array {
  const rates = new Float32Array(panel.days * slots)
  const shift = 0.6 * gaussian(random)
  const lag = Math.floor(random() * 5)
  const taste = 0.5 + random()
  const noise = 0.35 / Math.sqrt(capacity)
  let wander = 0
  let silentUntil = -1
  for (let t = 0; t < rates.length; t++) {
    const day = Math.floor(t / slots)
    const hour = (t % slots) / 4 - shift
    const height = heightOf(panel, kind, day)
    const hump =
      1 / (1 + Math.exp(-kind.steep * (hour - kind.from))) - 1 / (1 + Math.exp(-kind.steep * (hour - kind.to)))
    const event = kind.name === 'office' ? 0 : (events[day] as number) * Math.exp(-(((hour - 20) / 1.6) ** 2))
    wander = 0.95 * wander + noise * gaussian(random)
    const spill = neighbour && t > 2 ? 0.5 * Math.max(0, (neighbour[t - 2] || 0) - 0.9) : 0
    const demand =
      kind.night + hump * height * (1 + taste * (mood[Math.max(0, t - lag)] as number)) + event + spill + wander
    if (silentUntil < t && random() < 0.0002) silentUntil = t + Math.floor(random() * 60)
    const count = Math.round(Math.min(1, Math.max(0, demand)) * capacity)
    rates[t] = t <= silentUntil ? Number.NaN : count / capacity
  }
  return rates
}

function heightOf(panel: Panel, kind: Kind, day: number): number {
  const base = kind.height[dayType(panel, day)] as number
  const season = 1 + 0.08 * Math.sin((2 * Math.PI * (panel.firstDay + day)) / 365.25)
  const school = panel.calendar.school[day + 40] ? (kind.name === 'office' ? 0.8 : 1.05) : 1
  const beforeHoliday = panel.calendar.holiday[day + 41] && kind.name === 'shopping' ? 1.25 : 1
  const friday = weekday(panel.firstDay + day) === 4 && kind.name === 'office' ? 0.85 : 1
  return base * season * school * beforeHoliday * friday
}
