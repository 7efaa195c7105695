/**
 * Reports: every kind with its tables, every table with its columns, each declared once. JSON, CSV, XLSX, the list of `GET /api/v1/reports` and
 * the documentation are made from these values. Names of columns end in their unit and are stable: a column is added, never renamed.
 */

/** How a cell is written. `share`: 0..1, a percentage in XLSX. `instant`: milliseconds since 1970 inside, ISO 8601 with offset outside. */
export type ReportColumnType = 'text' | 'whole' | 'number' | 'share' | 'date' | 'instant' | 'flag'

export interface ReportColumn {
  readonly name: string
  readonly type: ReportColumnType
  readonly about: string
}

export interface ReportTable {
  readonly name: string
  readonly about: string
  readonly columns: readonly ReportColumn[]
}

const column =
  (type: ReportColumnType) =>
  (name: string, about: string): ReportColumn => ({ name, type, about })
const text = column('text')
const whole = column('whole')
const number = column('number')
const share = column('share')
const date = column('date')
const instant = column('instant')
const flag = column('flag')

const table = (name: string, about: string, columns: readonly ReportColumn[]): ReportTable => ({ name, about, columns })

const coverage = share('coverage', 'share of bays x time whose state was known; empty: there was no bay')
const occupancy = share(
  'occupancy',
  '(occupied + reserved) / (free + occupied + reserved), in bay-time; unknown and closed are in neither part; empty: nothing was known',
)
const ofBay = [text('site', 'id of the site'), text('level', 'id of the level'), text('bay', 'id of the bay')] as const
const ofRule = [
  whole('max_stay_min', 'of the rule that was broken, minutes'),
  whole('grace_min', 'minutes on top of it'),
] as const
const fullMin = number('full_min', 'minutes in which every bay was known to be taken; empty: nothing was known')
const stays = whole('stays', 'stays that ended on it')
const uncertain = whole('uncertain_stays', 'of them, those of which something is in doubt')

export const reportTables = {
  figures: table('figures', 'Key figures of the period, and of the period it is compared with.', [
    text('figure', 'what is measured'),
    text('unit', 'of the value; share: 0..1'),
    number('value', 'empty: not known'),
    number('value_before', 'of the period compared with; empty: not compared or not known'),
    number('change', 'value less value_before'),
  ]),
  cells: table('cells', 'Occupancy by weekday and local hour. Holidays are a separate row and in no weekday.', [
    text('day', 'mon to sun, or holiday'),
    whole('hour', 'local hour, 0 to 23'),
    occupancy,
    share('median', 'middle of the means of that hour on each day observed for at least 80 %'),
    share('lowest', 'lowest of these means'),
    share('highest', 'highest of these means'),
    coverage,
    fullMin,
    number('hours', 'time that these hours had: one repeated by a clock change counts twice, one skipped not at all'),
    whole('days', 'days with this hour'),
    share('occupancy_before', 'of the period compared with'),
    share('coverage_before', 'of the period compared with'),
    number('change', 'occupancy less occupancy_before'),
  ]),
  days: table('days', 'Occupancy and peak of each local day.', [
    date('date', 'local day'),
    text('day', 'mon to sun, or holiday'),
    occupancy,
    share(
      'highest',
      'most bays taken at once / bays known in the mean of that quarter of an hour, observed for at least 80 %; empty: there is none, or a higher mean was seen in less',
    ),
    whole('highest_bays', 'bays taken then'),
    instant('highest_at', 'begin of the quarter of an hour in which it was reached first'),
    share('lowest', 'lowest mean of a quarter of an hour observed for at least 80 %'),
    coverage,
    fullMin,
    number('hours', 'length of the day'),
  ]),
  busy: table('busy', 'Unbroken times with an occupancy of 90 % or more, observed for at least 80 %; longest first.', [
    instant('begin', 'begin of its first quarter of an hour'),
    instant('end', 'end of its last one'),
    number('minutes', 'length'),
    share('highest', 'most bays taken at once / bays known in the mean of that quarter of an hour'),
  ]),
  dwell: table('dwell', 'Length of stays that ended in the period.', [
    text('stays', 'certain, uncertain, or all'),
    whole('count', 'a stay counts in the period in which it ended, with its whole length'),
    whole('begun_before', 'of them, those that began before the period'),
    whole('median_min', 'nearest rank, whole minutes'),
    whole('p90_min', 'nearest rank, whole minutes'),
    number('mean_min', 'minutes'),
    whole('longest_min', 'whole minutes'),
    whole('count_before', 'of the period compared with'),
    whole('median_min_before', 'of the period compared with'),
  ]),
  lengths: table('lengths', 'How many stays were how long.', [
    whole('from_min', 'shortest length, minutes'),
    whole('to_min', 'below this length, minutes; empty: no limit'),
    whole('stays', 'certain stays'),
    share('share', 'of all certain stays'),
    whole('uncertain_stays', 'stays of which something is in doubt'),
    share('share_before', 'of the period compared with'),
  ]),
  turnoverDays: table('turnover_days', 'Stays by the local day on which they ended.', [
    date('date', 'local day'),
    stays,
    uncertain,
    number(
      'turnover',
      'stays per bay and day: stays / (known bay-hours / 24), so that gaps do not lower it; empty where less than 80 % is known, or the place holds places of count zones',
    ),
    number('known_bay_hours', 'bays, and places of count zones, x time whose state was known'),
    coverage,
  ]),
  turnoverBays: table('turnover_bays', 'Stays by bay; bays without any are at the end.', [
    ...ofBay,
    whole('stays', 'stays that ended in the period'),
    whole('uncertain_stays', 'of them, those of which something is in doubt'),
    number(
      'stays_per_day',
      'stays / days of the period, as far as it was processed and its stays are recorded and kept',
    ),
    number('mean_min', 'mean length, minutes'),
    whole('overstays', 'of at least a minute'),
    whole('overstay_min', 'together'),
  ]),
  overstayRules: table('overstay_rules', 'Overstays that ended in the period, by the rule that was broken.', [
    ...ofRule,
    whole('overstays', 'of at least a minute'),
    whole('minutes', 'beyond the limit, together'),
    number('mean_min', 'beyond the limit'),
    whole('longest_min', 'beyond the limit'),
  ]),
  overstayBays: table('overstay_bays', 'Overstays that ended in the period, by bay and rule; most minutes first.', [
    ...ofBay,
    ...ofRule,
    whole('overstays', 'of at least a minute'),
    whole('minutes', 'beyond the limit, together'),
    whole('longest_min', 'beyond the limit'),
  ]),
  qualityDays: table('quality_days', 'How much of each local day is known.', [
    date('date', 'local day'),
    coverage,
    number('known_bay_hours', 'bays x time whose state was known'),
    number('hours', 'length of the day'),
  ]),
  devices: table(
    'devices',
    'Sensors assigned to the place, by days of arrival in UTC that begin in the period; fewest days first.',
    [
      text('device', 'external id'),
      text('source', 'source of its frames; empty: no frame was ever stored'),
      text('bay', 'bay it is assigned to now'),
      whole('days', 'days on which a frame was stored'),
      share('uptime', 'days / UTC days that begin in the period; empty: none does'),
      whole('stored', 'frames stored'),
      whole('duplicates', 'frames that came again'),
      whole('dead_letters', 'frames that could not be used'),
      whole('missing', 'frames that never came, by their numbers'),
    ],
  ),
  losses: table('losses', 'Losses of the whole server by cause, by days in UTC that begin in the period.', [
    text('cause', 'see docs/reference.md'),
    whole('frames', 'frames known to be lost'),
    whole('losses_of_unknown_size', 'losses whose size cannot be known, which frames does not hold'),
  ]),
  stays: table('stays', 'Stays that ended in the period, newest day of storing first.', [
    ...ofBay,
    text('device', 'that reported the arrival; empty: none did'),
    instant('arrival', 'when it began'),
    instant('departure', 'when it ended'),
    number('dwell_min', 'departure less arrival, minutes'),
    flag('certain', 'nothing of it is in doubt'),
    number('max_error_s', 'upper bound on the error of arrival and departure, seconds; empty: none is known'),
    whole('hidden_max', 'stays that may hide in it; empty: not known'),
    whole('overstay_min', 'whole minutes beyond the limit; empty: the bay had no rule'),
    whole('correction_counter', 'late readings that it takes in'),
  ]),
  quarters: table('quarters', 'Occupancy of the place by quarters of an hour, oldest first.', [
    instant('start', 'begin of the quarter'),
    whole('capacity_bays', 'bays that are not closed; empty: nothing is known of this time'),
    number('occupied_bays', 'mean number of bays taken'),
    whole('occupied_min_bays', 'fewest at once'),
    whole('occupied_max_bays', 'most at once'),
    occupancy,
    coverage,
    fullMin,
  ]),
  bayChanges: table('bay_changes', 'Changes of the state of each bay, by bay, then time.', [
    ...ofBay,
    instant('time', 'when the state began'),
    text('state', 'free, occupied, reserved, unknown or closed'),
    text('cause', 'device, override, layout or rule'),
    text('flags', 'doubts about the bay, separated by blanks'),
  ]),
} as const satisfies Record<string, ReportTable>

export interface ReportKindDeclaration {
  readonly about: string
  /** The first one is what CSV holds when no table is named. */
  readonly tables: readonly ReportTable[]
  /** Rows are read and sent piece by piece; there is no comparison. */
  readonly isList?: true
}

const t = reportTables
export const reportKinds = {
  summary: {
    about: 'All of it on one page.',
    tables: [t.figures, t.cells, t.days, t.busy, t.dwell, t.lengths, t.turnoverDays, t.overstayRules, t.losses],
  },
  occupancy: { about: 'How full, by weekday and hour, and by day.', tables: [t.cells, t.days] },
  dwell: { about: 'How long vehicles stay.', tables: [t.lengths, t.dwell] },
  turnover: { about: 'How many vehicles a bay serves.', tables: [t.turnoverDays, t.turnoverBays] },
  peaks: { about: 'The highest occupancy of each day, and the times that were nearly full.', tables: [t.days, t.busy] },
  overstays: { about: 'Stays beyond their limit, by bay and rule.', tables: [t.overstayBays, t.overstayRules] },
  quality: {
    about: 'How much of this is known, and which sensors are missing.',
    tables: [t.qualityDays, t.devices, t.losses],
  },
  stays: { about: 'Every stay that ended.', tables: [t.stays], isList: true },
  'occupancy-15min': { about: 'Occupancy by quarters of an hour.', tables: [t.quarters], isList: true },
  'bay-changes': { about: 'Every change of the state of a bay.', tables: [t.bayChanges], isList: true },
} as const satisfies Record<string, ReportKindDeclaration>
export type ReportKind = keyof typeof reportKinds
export const reportKindNames = /* @__PURE__ */ Object.keys(reportKinds) as [ReportKind, ...ReportKind[]]

export const reportFormats = ['json', 'csv', 'xlsx'] as const
export type ReportFormat = (typeof reportFormats)[number]
/** Of a file that people open. */
export const mailedFormats = /* @__PURE__ */ reportFormats.filter((format) => format !== 'json')

/** `previous`: as many days, or whole months, directly before. `year`: the same dates a year earlier. `other`: compare_from and compare_to. */
export const reportComparisons = ['none', 'previous', 'year', 'other'] as const
export type ReportComparison = (typeof reportComparisons)[number]

/** Lengths at which the columns of the dwell histogram begin, minutes. */
export const dwellEdgesMin = [0, 5, 15, 30, 60, 120, 240, 480, 720, 1_440] as const

/** Days of a report: more is a mistake, and would be read for minutes. */
export const reportDaysMax = 1_830
