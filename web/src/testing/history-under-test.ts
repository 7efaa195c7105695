/** Made-up history for tests of the pages: stays of a bay, a day of a lot with an unknown hour. */
import { type BayHistory, bayHistorySchema } from '@baykeeper/contract/bay.ts'
import { type OccupancyHistory, occupancyHistorySchema, type Stay, staySchema } from '@baykeeper/contract/history.ts'

const minuteMs = 60_000
const quarterMs = 15 * minuteMs
const capacity = 120

export function sampleStays(bay: string): Stay[] {
  const now = Date.now()
  return Array.from({ length: 5 }, (_, i) => {
    const departure = now - (i * 137 + 12) * minuteMs
    const dwellMs = (18 + ((i * 53) % 160)) * minuteMs
    const [arrived, left] = [departure - dwellMs, departure].map((at) => new Date(at).toISOString())
    return staySchema.parse({
      ...{ bay, device: bay, source: 'http', arrival: arrived, departure: left },
      ...{ dwell_s: dwellMs / 1_000, certain: i !== 2, correction_counter: 0, max_error_s: i === 2 ? 300 : 0 },
      ...{ hidden_max: 0, overstay_min: null },
    })
  })
}

export function sampleDay(site: string): OccupancyHistory {
  const to = Date.now()
  const from = Math.floor((to - 24 * 60 * minuteMs) / quarterMs) * quarterMs
  const points = Array.from({ length: Math.ceil((to - from) / quarterMs) }, (_, i) => {
    const start = new Date(from + i * quarterMs).toISOString()
    const unknown = { capacity, occupied: null, occupied_min: null, occupied_max: null, rate: null, full: null }
    if (i >= 30 && i < 34) return { start, ...unknown, coverage: 0 }
    const rate = 0.5 + 0.4 * Math.sin(i / 14)
    const occupied = Math.round(rate * capacity)
    const coverage = i >= 34 && i < 44 ? 0.6 : 1
    return { start, capacity, occupied, occupied_min: occupied, occupied_max: occupied, rate, coverage, full: 0 }
  })
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  const series = [{ level: null, zone: null, type: null, points }]
  return occupancyHistorySchema.parse({ site, time_zone: 'Europe/Berlin', step: '15m', ...span, series })
}

/** Two stays of a day, and an hour of which nothing is known. */
export function sampleBayHistory(): BayHistory {
  const to = Date.now()
  const at = (hours: number) => new Date(to - hours * 60 * minuteMs).toISOString()
  const states = [
    { cause: 'device', state: 'free', at: at(26) },
    { cause: 'device', state: 'occupied', at: at(20) },
    { cause: 'device', state: 'unknown', at: at(12) },
    { cause: 'device', state: 'free', at: at(11) },
    { cause: 'device', state: 'occupied', at: at(2) },
  ]
  return bayHistorySchema.parse({ from: at(24), to: at(0), states })
}
