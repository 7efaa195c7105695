/** Words for a lot, the same as the server writes into the page before this script takes over. Pure. */
import type { OccupancyCounts } from '@baykeeper/contract/live.ts'

const nearlyFullRate = 0.95

export type LotWord = 'Free' | 'Nearly full' | 'Full' | 'No data' | 'Closed'

/** Unknown is never sold as free. */
export function lotWord({ capacity, free, occupied, reserved, closed }: OccupancyCounts): LotWord {
  const known = free + occupied + reserved
  if (known === 0) return capacity > 0 && closed === capacity ? 'Closed' : 'No data'
  if (free === 0) return 'Full'
  return (occupied + reserved) / known >= nearlyFullRate ? 'Nearly full' : 'Free'
}

export function levelText(occupancy: OccupancyCounts): string {
  const word = lotWord(occupancy)
  return word === 'Free' || word === 'Nearly full' ? `${occupancy.free} free` : word
}

export function ageText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000))
  if (s < 60) return `${s} s ago`
  if (s < 3_600) return `${Math.floor(s / 60)} min ago`
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ago`
  const days = Math.floor(s / 86_400)
  return days === 1 ? 'a day ago' : `${days} days ago`
}
