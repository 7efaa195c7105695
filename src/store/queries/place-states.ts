/**
 * How many places stood over time, in few statements and as columns: a forecast of 500 lots reads the newest quarters of each, and after a start
 * their whole past, which is millions of rows. A statement for each of them and an object for each row took most of its time.
 */
import type { CompiledQuery } from 'kysely'
import type { Instant } from '../../lib/brand.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { PlaceStates, PlaceStatesFilter } from '../history.ts'

type Runner = Pick<SqlRunner, 'all'>

/** SQLite takes 500 parts and 32,766 parameters. */
const placesPerStatement = 50

// Backticks are quotes in every dialect here.
const ofPlace = '`span_ms` = ? AND `site` = ? AND `level` = ? AND `zone` = ?'
const columns = '`start`, `capacity`, `occupied_end` AS `occupied`, `known_end` AS `known`'
const newest = `SELECT MAX(\`start\`) FROM \`occupancy\` WHERE ${ofPlace} AND \`start\` <= ?`
export const rowsOf = (place: number) =>
  `SELECT ${place} AS \`place\`, ${columns} FROM \`occupancy\` WHERE ${ofPlace} ` +
  `AND \`start\` >= COALESCE((${newest}), ?) AND \`start\` < ?`

async function inParts<Row>(
  { all }: Runner,
  { spanMs, places, from, to }: PlaceStatesFilter,
  { part, visit }: { part: (place: number) => string; visit: (rows: readonly Row[]) => void },
): Promise<void> {
  for (let first = 0; first < places.length; first += placesPerStatement) {
    const asked = places.slice(first, first + placesPerStatement)
    const sql = asked.map((_, i) => part(first + i)).join(' UNION ALL ')
    const parameters = asked.flatMap(({ site, level, zone }) => {
      const key = [spanMs, site ?? '', level ?? '', zone ?? '']
      return [...key, ...key, from, from, to]
    })
    visit(await all({ sql, parameters } as unknown as CompiledQuery<Row>))
  }
}

interface StateRow {
  readonly place: number
  readonly start: Instant
  readonly capacity: number
  readonly occupied: number
  readonly known: number
}

export async function placeStates(runner: Runner, filter: PlaceStatesFilter): Promise<PlaceStates[]> {
  const rows: StateRow[] = []
  await inParts<StateRow>(runner, filter, {
    part: rowsOf,
    visit(some) {
      for (const row of some) rows.push(row)
    },
  })
  const byPlace = Map.groupBy(rows, ({ place }) => place)
  return filter.places.map((_, place) => {
    const own = (byPlace.get(place) ?? []).sort((a, b) => a.start - b.start)
    return {
      starts: own.map(({ start }) => start),
      capacities: own.map(({ capacity }) => capacity),
      occupied: own.map(({ occupied }) => occupied),
      known: own.map(({ known }) => known),
    }
  })
}

interface PackedRow {
  readonly place: number
  readonly starts: string
  readonly capacities: string
  readonly occupied: string
  readonly known: string
}

/** SQLite puts each column of a place into one text, which is read four times as fast. */
export async function packedPlaceStates(runner: Runner, filter: PlaceStatesFilter): Promise<PlaceStates[]> {
  const states: PlaceStates[] = []
  const column = (name: string, as: string) => `json_group_array(${name}) AS ${as}`
  await inParts<PackedRow>(runner, filter, {
    part: (place) =>
      `SELECT place, ${column('start', 'starts')}, ${column('capacity', 'capacities')}, ${column('occupied', 'occupied')}, ` +
      `${column('known', 'known')} FROM (${rowsOf(place)} ORDER BY start)`,
    visit(rows) {
      for (const { starts, capacities, occupied, known } of rows)
        states.push({
          starts: JSON.parse(starts) as Instant[],
          capacities: JSON.parse(capacities) as number[],
          occupied: JSON.parse(occupied) as number[],
          known: JSON.parse(known) as number[],
        })
    },
  })
  return states
}
