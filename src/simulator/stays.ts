/**
 * Real stays from a file: when a car came to a bay and when it left, in the local time of the place. Columns: arrival_local,
 * departure_local, street_marker (the bay), and area if there is one.
 */
import { readCsvFile } from './csv-file.ts'

export interface Stay {
  readonly line: number
  readonly bay: string
  readonly area: string
  /** Milliseconds since 1970. */
  readonly arrival: number
  readonly departure: number
}

/** A row that cannot be played, and why. */
export interface BadRow {
  readonly line: number
  readonly what: string
}
export type OnBadRow = (row: BadRow) => void

export const stayColumns = ['arrival_local', 'departure_local', 'street_marker']
/** Local times repeat from row to row; the last few read are kept. */
const knownMax = 10_000

/** A row that cannot be played is reported and left out; the others are played. */
export async function* readStays(path: string, zone: string, onBadRow: OnBadRow): AsyncGenerator<Stay> {
  const known = new Map<string, LocalTime>()
  const timeOf = (text: string): LocalTime | undefined => {
    const before = known.get(text)
    if (before !== undefined) return before
    const time = localTime(text, zone)
    if (time === undefined) return undefined
    if (known.size >= knownMax) known.clear()
    known.set(text, time)
    return time
  }
  for await (const { line, cells } of readCsvFile(path, stayColumns)) {
    const bad = (what: string) => onBadRow({ line, what })
    const { street_marker: bay = '', arrival_local = '', departure_local = '', area } = cells
    const [arrived, departed] = [timeOf(arrival_local), timeOf(departure_local)]
    if (bay === '') bad('no street_marker')
    else if (arrived === undefined) bad(notLocal(arrival_local, zone))
    else if (departed === undefined) bad(notLocal(departure_local, zone))
    else {
      const arrival = arrived.first
      // Over the hour that comes twice a stay may end at an earlier time of the clock than it began.
      const departure = departed.first < arrival ? departed.second : departed.first
      if (departure < arrival) bad('the departure is before the arrival')
      else yield { line, bay, area: area || 'All bays', arrival, departure }
    }
  }
}

const notLocal = (text: string, zone: string) =>
  `${JSON.stringify(text)} is not a local time like 2016-11-07T08:35 in ${zone}`

interface LocalTime {
  readonly first: number
  /** The same as `first`, but for a time that daylight saving repeats. */
  readonly second: number
}

/** A time skipped by daylight saving means the hour after; one that comes twice means the first where that is possible. */
function localTime(text: string, zone: string): LocalTime | undefined {
  try {
    const local = Temporal.PlainDateTime.from(text.trim().replace(' ', 'T'))
    const { epochMilliseconds: first } = local.toZonedDateTime(zone)
    return { first, second: local.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds }
  } catch {
    // Text that is no time: the caller reports its row.
    return undefined
  }
}
