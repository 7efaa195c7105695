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

export const stayColumns = ['arrival_local', 'departure_local', 'street_marker']
/** Local times repeat from row to row; the last few read are kept. */
const knownMax = 10_000

export async function* readStays(path: string, zone: string): AsyncGenerator<Stay> {
  const known = new Map<string, number>()
  const instantOf = (text: string, line: number): number => {
    const before = known.get(text)
    if (before !== undefined) return before
    const ms = localToInstant(text, zone)
    if (ms === undefined)
      throw new Error(
        `${path}, line ${line}: ${JSON.stringify(text)} is no local time like 2016-11-07T08:35 in ${zone}`,
      )
    if (known.size >= knownMax) known.clear()
    known.set(text, ms)
    return ms
  }
  for await (const { line, cells } of readCsvFile(path, stayColumns)) {
    const bay = cells['street_marker'] as string
    if (bay === '') throw new Error(`${path}, line ${line}: no street_marker`)
    const arrival = instantOf(cells['arrival_local'] as string, line)
    const departure = instantOf(cells['departure_local'] as string, line)
    if (departure < arrival) throw new Error(`${path}, line ${line}: the departure is before the arrival`)
    yield { line, bay, area: cells['area'] || 'All bays', arrival, departure }
  }
}

/** A time skipped by daylight saving means the hour after, one that comes twice means the first: as people write timetables. */
function localToInstant(text: string, zone: string): number | undefined {
  try {
    return Temporal.PlainDateTime.from(text.trim().replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds
  } catch {
    return undefined
  }
}
