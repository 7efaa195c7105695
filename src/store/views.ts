/**
 * Views for programs that read the database themselves (BI tools): declared as values, made by the schema on every dialect, documented in
 * docs/reference.md. Their names and columns are stable: a column is added at the end, never renamed, and what it means stays. Times are UTC;
 * names end in their unit. The tables behind them may change with any release.
 */
import {
  alertSeverities,
  alertStates,
  alertSubjects,
  bayCauses,
  bayFlagBits,
  bayStates,
} from '@baykeeper/contract/vocabulary.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import type { Dialect } from './engine/table-sql.ts'

/** `instant`: a timestamp in UTC to the millisecond, in SQLite as text. `date`: in UTC, in SQLite as text. `number`: a decimal. */
type ViewType = 'text' | 'whole' | 'number' | 'instant' | 'date'

export interface ViewColumn {
  readonly name: string
  readonly type: ViewType
  readonly about: string
  /** Names in double quotes, which become backticks. */
  readonly sql: (dialect: Dialect) => string
}

export interface View {
  readonly name: string
  readonly about: string
  readonly columns: readonly ViewColumn[]
  readonly from: (dialect: Dialect) => string
  /** Schema version that makes it. */
  readonly since: number
}

const column = (name: string, type: ViewType, about: string, sql: ViewColumn['sql']): ViewColumn => ({
  ...{ name, type, about, sql },
})
const same = (of: string) => () => of

/** Not by FROM_UNIXTIME, which answers in the time zone of the session. */
const instantOf =
  (ms: string): ViewColumn['sql'] =>
  (dialect) =>
    dialect === 'sqlite'
      ? `strftime('%Y-%m-%d %H:%M:%f', ${ms} / 1000.0, 'unixepoch')`
      : `CAST(TIMESTAMPADD(MICROSECOND, ${ms} * 1000, TIMESTAMP'1970-01-01 00:00:00') AS DATETIME(3))`
const dateOf =
  (day: string): ViewColumn['sql'] =>
  (dialect) =>
    dialect === 'sqlite'
      ? `date(${day} * ${dayMs / 1_000}, 'unixepoch')`
      : `CAST(TIMESTAMPADD(DAY, ${day}, TIMESTAMP'1970-01-01 00:00:00') AS DATE)`
/** A member of a closed list by its stored place. */
const listedAs = (place: string, list: readonly string[]) =>
  same(`CASE ${place} ${list.map((name, i) => `WHEN ${i} THEN '${name}'`).join(' ')} END`)
/** What has no name is stored as an empty text. */
const orNull = (name: string) => same(`CASE WHEN ${name} = '' THEN NULL ELSE ${name} END`)

const stays = (table: 'stay' | 'session') => {
  const isEarlier = table === 'session'
  const doubt = (of: string, earlier: string) => `${isEarlier ? earlier : of} AS ${of}`
  return `SELECT "bay", "device", "arrival", "departure", "certain", ${[
    doubt('"corrections"', '0'),
    doubt('"max_error_ms"', 'CASE WHEN "certain" = 1 THEN 0 END'),
    doubt('"hidden_max"', 'NULL'),
    doubt('"overstay_min"', 'NULL'),
  ].join(', ')} FROM "${table}"`
}

const vStay: View = {
  name: 'v_stay',
  about: 'One row for each stay that ended, as GET /api/v1/stays has them.',
  since: 23,
  columns: [
    column('bay', 'text', 'id of the bay; null: of a device that watches none', orNull('"s"."bay"')),
    column('device', 'text', 'that reported the arrival; null: none did', same('"d"."external"')),
    column('source', 'text', 'source of that device', same('"d"."source"')),
    column('arrival_utc', 'instant', 'when it began', instantOf('"s"."arrival"')),
    column('departure_utc', 'instant', 'when it ended', instantOf('"s"."departure"')),
    column('dwell_s', 'number', 'departure less arrival, seconds', same('("s"."departure" - "s"."arrival") / 1e3')),
    column('certain', 'whole', '1: nothing of it is in doubt; 0', same('"s"."certain"')),
    column(
      'max_error_s',
      'number',
      'bound on the error of its ends, seconds; null: none is known',
      same('"s"."max_error_ms" / 1e3'),
    ),
    column('hidden_max', 'whole', 'stays that may hide in it; null: not known', same('"s"."hidden_max"')),
    column('overstay_min', 'whole', 'whole minutes beyond the limit; null: no rule', same('"s"."overstay_min"')),
    column('correction_counter', 'whole', 'late readings that it takes in', same('"s"."corrections"')),
  ],
  from: () =>
    `(${stays('stay')} UNION ALL ${stays('session')}) AS "s" LEFT JOIN "device" AS "d" ON "d"."id" = "s"."device"`,
}

const place = '"o"."site", "o"."level", "o"."zone"'
const rollup = [
  '"capacity"',
  '"occupied_ms"',
  '"known_ms"',
  '"full_ms"',
  '"min_occupied"',
  '"max_occupied"',
  '"occupied_end"',
  '"known_end"',
]
const atMost = (dialect: Dialect, a: string, b: string) => `${dialect === 'sqlite' ? 'min' : 'LEAST'}(${a}, ${b})`
/** Up to where processing has come, in whole quarters: of what is later nothing is known. A database without a clock is of a release before it. */
const noClock = Number.MAX_SAFE_INTEGER
const processed = `SELECT COALESCE(MAX("at" - "at" % ${quarterMs}), ${noClock}) AS "processed" FROM "fold_clock" WHERE "part" = 0`
const behindLast = `CASE WHEN "c"."processed" = ${noClock} THEN "o"."start" + ${quarterMs} ELSE "c"."processed" END`
const quartersWithNext = `SELECT ${place}, "o"."start", ${rollup.map((name) => `"o".${name}`).join(', ')}, "c"."processed",
  COALESCE(LEAD("o"."start") OVER (PARTITION BY ${place} ORDER BY "o"."start"), ${behindLast}) AS "next_start"
  FROM "occupancy" AS "o" CROSS JOIN (${processed}) AS "c" WHERE "o"."span_ms" = ${quarterMs}`
/** The quarter of each row, and the time behind it in which nothing changed; whole quarters that were processed. */
const runs = (dialect: Dialect) => {
  const end = atMost(dialect, '"q"."next_start"', '"q"."processed"')
  const unchangedMs = `(${end} - "start" - ${quarterMs})`
  return `SELECT "site", "level", "zone", "start", "start" + ${quarterMs} AS "end", "capacity", "occupied_ms", "known_ms", "full_ms",
  "min_occupied", "max_occupied" FROM (${quartersWithNext}) AS "q" WHERE "start" + ${quarterMs} <= "processed"
  UNION ALL SELECT "site", "level", "zone", "start" + ${quarterMs}, ${end}, "capacity",
  "occupied_end" * ${unchangedMs}, "known_end" * ${unchangedMs},
  CASE WHEN "capacity" > 0 AND "occupied_end" >= "capacity" THEN ${unchangedMs} ELSE 0 END,
  "occupied_end", "occupied_end" FROM (${quartersWithNext}) AS "q" WHERE ${end} > "start" + ${quarterMs}`
}
const length = '("r"."end" - "r"."start")'

const vOccupancy: View = {
  name: 'v_occupancy_15min',
  about:
    'Occupancy of every place. A row is a quarter of an hour in which something changed, or the whole quarters up to the next one in which nothing did: weigh by `minutes`. Up to the newest whole quarter that was processed.',
  since: 28,
  columns: [
    column('site', 'text', 'null: all sites', orNull('"r"."site"')),
    column('level', 'text', 'null: the whole site', orNull('"r"."level"')),
    column('zone', 'text', 'null: the whole level; without a level, a bay type', orNull('"r"."zone"')),
    column('start_utc', 'instant', 'begin', instantOf('"r"."start"')),
    column('end_utc', 'instant', 'end', instantOf('"r"."end"')),
    column('minutes', 'whole', 'length', (dialect) =>
      dialect === 'sqlite' ? `${length} / ${minuteMs}` : `${length} DIV ${minuteMs}`,
    ),
    column('capacity_bays', 'whole', 'bays that are not closed', same('"r"."capacity"')),
    column(
      'occupied_bays',
      'number',
      'mean number of bays taken; null: nothing is known',
      same(`CASE WHEN "r"."known_ms" > 0 THEN "r"."occupied_ms" * 1e0 / ${length} END`),
    ),
    column(
      'known_bays',
      'number',
      'mean number of bays whose state is known',
      same(`"r"."known_ms" * 1e0 / ${length}`),
    ),
    column(
      'occupied_min_bays',
      'whole',
      'fewest at once',
      same('CASE WHEN "r"."known_ms" > 0 THEN "r"."min_occupied" END'),
    ),
    column(
      'occupied_max_bays',
      'whole',
      'most at once',
      same('CASE WHEN "r"."known_ms" > 0 THEN "r"."max_occupied" END'),
    ),
    column(
      'occupancy',
      'number',
      'taken share of what is known, 0..1; null: nothing is known',
      (dialect) =>
        `CASE WHEN "r"."known_ms" > 0 THEN ${atMost(dialect, '1.0', '"r"."occupied_ms" * 1e0 / "r"."known_ms"')} END`,
    ),
    column(
      'coverage',
      'number',
      'known share of bays x time, 0..1; null: there is no bay',
      (dialect) =>
        `CASE WHEN "r"."capacity" > 0 THEN ${atMost(dialect, '1.0', `"r"."known_ms" * 1e0 / ("r"."capacity" * ${length})`)} END`,
    ),
    column(
      'full_min',
      'number',
      'minutes in which every bay was known to be taken',
      same(`CASE WHEN "r"."known_ms" > 0 THEN "r"."full_ms" * 1e0 / ${minuteMs} END`),
    ),
  ],
  from: (dialect) => `(${runs(dialect)}) AS "r"`,
}

const vDeviceDay: View = {
  name: 'v_device_day',
  about: 'Frames of each device on each UTC day of arrival, with the extremes that it measured.',
  since: 23,
  columns: [
    column('device', 'text', 'external id', same('"d"."external"')),
    column('source', 'text', 'source of its frames', same('"d"."source"')),
    column('day_utc', 'date', 'UTC day of arrival', dateOf('"s"."day"')),
    column('stored', 'whole', 'frames stored', same('"s"."committed"')),
    column('duplicates', 'whole', 'frames that came again', same('"s"."duplicate"')),
    column('dead_letters', 'whole', 'frames that could not be used', same('"s"."quarantined"')),
    column('missing', 'whole', 'frames that never came, noticed on this day', same('"s"."lost"')),
    column('readings', 'whole', 'readings stored', same('"s"."readings"')),
    column('min_battery_v', 'number', 'volts; null: not measured', same('"h"."min_battery_v"')),
    column('min_battery_pct', 'number', 'per cent; null: not measured', same('"h"."min_battery_pct"')),
    column('min_temperature_c', 'number', 'degrees Celsius; null: not measured', same('"h"."min_temperature_c"')),
    column('max_temperature_c', 'number', 'degrees Celsius; null: not measured', same('"h"."max_temperature_c"')),
    column('min_rssi_dbm', 'number', 'dBm; null: not measured', same('"h"."min_rssi_dbm"')),
  ],
  from: () =>
    '"sensor_day" AS "s" JOIN "device" AS "d" ON "d"."id" = "s"."device" LEFT JOIN "device_health" AS "h" ON "h"."device" = "s"."device" AND "h"."day" = "s"."day"',
}

const vBay: View = {
  name: 'v_bay',
  about: 'The state of each bay that there ever was, as it is now.',
  since: 23,
  columns: [
    column('bay', 'text', 'id of the bay', same('"b"."bay"')),
    column('state', 'text', bayStates.join(', '), listedAs('"b"."state"', bayStates)),
    column('since_utc', 'instant', 'when the state began; null: not known', instantOf('"b"."since"')),
    column('cause', 'text', bayCauses.join(', '), listedAs('"b"."cause"', bayCauses)),
    column('device', 'text', 'sensor that it rests on; null: none', same('"d"."external"')),
    ...Object.entries(bayFlagBits).map(([flag, bit]) =>
      column(`is_${flag.replaceAll('-', '_')}`, 'whole', `1: the bay is ${flag}; 0`, (dialect) =>
        dialect === 'sqlite' ? `("b"."flags" / ${bit}) % 2` : `("b"."flags" DIV ${bit}) % 2`,
      ),
    ),
  ],
  from: () => '"bay_state" AS "b" LEFT JOIN "device" AS "d" ON "d"."id" = "b"."device"',
}

const vAlert: View = {
  name: 'v_alert',
  about: 'One row for each alert, as GET /api/v1/alerts has them.',
  since: 23,
  columns: [
    column('alert', 'text', 'id of the alert', same('"a"."id"')),
    column('rule', 'text', 'id of the rule that raised it', same('"a"."rule_id"')),
    column('kind', 'text', 'kind of the rule; person: made by a person', same('"a"."kind"')),
    column('severity', 'text', alertSeverities.join(', '), listedAs('"a"."severity"', alertSeverities)),
    column('state', 'text', alertStates.join(', '), listedAs('"a"."state"', alertStates)),
    column('title', 'text', 'of its rule', same('"a"."title"')),
    column('subject_kind', 'text', alertSubjects.join(', '), listedAs('"a"."subject_kind"', alertSubjects)),
    column('subject', 'text', 'id of what it is about', same('"a"."subject"')),
    column('site', 'text', 'null: of no site', orNull('"a"."site"')),
    column('level', 'text', 'null: of no level', orNull('"a"."site_level"')),
    column('zone', 'text', 'null: of no zone', orNull('"a"."zone"')),
    column('raised_utc', 'instant', 'when it was raised first', instantOf('"a"."raised"')),
    column('cleared_utc', 'instant', 'when its condition ended; null: it holds', instantOf('"a"."cleared"')),
    column('acknowledged_utc', 'instant', 'null: it was not', instantOf('"a"."acknowledged"')),
    column('acknowledged_by', 'text', 'null: it was not', same('"a"."acknowledged_by"')),
    column('owner', 'text', 'person it is assigned to; null: none', same('"a"."owner"')),
    column('closed_utc', 'instant', 'null: it is open', instantOf('"a"."closed"')),
    column('root_alert', 'text', 'id of the alert that explains it; null: none', same('"a"."root_id"')),
    column('times', 'whole', 'how often it was raised', same('"a"."times"')),
  ],
  from: () => '"alert" AS "a"',
}

export const views: readonly View[] = [vStay, vOccupancy, vDeviceDay, vBay, vAlert]

/** Can be repeated, and takes the place of the view of an earlier release. */
export function createView({ name, columns, from }: View, dialect: Dialect): string[] {
  const selected = columns.map((one) => `${one.sql(dialect)} AS "${one.name}"`).join(', ')
  const asSelected = `VIEW "${name}" AS SELECT ${selected} FROM ${from(dialect)}`
  return dialect === 'sqlite'
    ? [`DROP VIEW IF EXISTS "${name}"`, `CREATE ${asSelected}`]
    : [`CREATE OR REPLACE ${asSelected}`]
}
