/**
 * How full each kind of car park is by local time: percent at each full hour for a weekday, a Saturday and a Sunday, smooth in
 * between. Holidays are Sundays. Now and then the city has an evening event that draws cars.
 */
export type DayKind = 'weekday' | 'saturday' | 'sunday'
type Curve = readonly number[]

export interface Character {
  readonly name: string
  /** Prefix of its bays. */
  readonly code: string
  /** Share of the city's bays. */
  readonly share: number
  /** Median stay in minutes; stays differ widely around it. */
  readonly stayMin: number
  /** Percent taken at 0, 1, ... 23 o'clock. */
  readonly percent: Readonly<Record<DayKind, Curve>>
  /** Percent points that a full-blown event adds. */
  readonly eventPercent: number
}

export const characters: readonly Character[] = [
  {
    name: 'Old Town',
    code: 'OLD',
    share: 0.28,
    stayMin: 32,
    eventPercent: 25,
    percent: {
      weekday: [22, 19, 17, 16, 16, 18, 25, 41, 60, 72, 79, 84, 88, 86, 80, 76, 75, 74, 70, 66, 60, 51, 40, 30],
      saturday: [30, 26, 22, 20, 18, 18, 20, 27, 40, 58, 74, 85, 92, 94, 93, 90, 86, 80, 76, 75, 72, 66, 55, 42],
      sunday: [32, 27, 23, 20, 18, 17, 17, 19, 23, 30, 38, 46, 54, 58, 58, 55, 50, 46, 44, 43, 40, 35, 30, 25],
    },
  },
  {
    name: 'Station',
    code: 'STA',
    share: 0.22,
    stayMin: 48,
    eventPercent: 12,
    percent: {
      weekday: [16, 15, 14, 14, 17, 29, 52, 78, 91, 94, 94, 93, 92, 92, 91, 88, 80, 66, 50, 39, 31, 26, 22, 18],
      saturday: [18, 16, 15, 14, 15, 18, 24, 31, 39, 46, 51, 54, 55, 55, 53, 50, 47, 44, 41, 37, 33, 29, 25, 21],
      sunday: [19, 17, 15, 14, 14, 15, 18, 22, 27, 32, 36, 39, 41, 43, 45, 47, 49, 50, 48, 43, 37, 31, 26, 21],
    },
  },
  {
    name: 'Riverside Mall',
    code: 'MALL',
    share: 0.32,
    stayMin: 38,
    eventPercent: 8,
    percent: {
      weekday: [9, 7, 6, 5, 5, 6, 8, 12, 20, 33, 45, 54, 59, 57, 55, 58, 66, 76, 80, 77, 68, 52, 32, 16],
      saturday: [12, 8, 6, 5, 5, 6, 8, 13, 25, 45, 67, 84, 93, 96, 97, 96, 93, 87, 81, 80, 76, 63, 42, 24],
      sunday: [14, 9, 6, 5, 5, 5, 6, 8, 11, 16, 22, 28, 33, 38, 42, 45, 48, 52, 56, 58, 53, 42, 28, 16],
    },
  },
  {
    name: 'Hospital',
    code: 'HOSP',
    share: 0.18,
    stayMin: 42,
    eventPercent: 0,
    percent: {
      weekday: [33, 31, 30, 30, 31, 40, 58, 73, 84, 90, 92, 90, 87, 88, 91, 92, 89, 80, 69, 60, 52, 46, 40, 36],
      saturday: [33, 31, 30, 30, 30, 34, 43, 50, 56, 61, 65, 67, 68, 70, 74, 76, 73, 66, 58, 52, 46, 41, 38, 35],
      sunday: [32, 31, 30, 29, 29, 33, 41, 47, 53, 59, 64, 67, 69, 73, 78, 80, 76, 68, 59, 52, 46, 41, 37, 34],
    },
  },
]

/** Of the harbour, which takes no share of the car parks' bays. */
const harbour: Character = {
  name: 'Harbour',
  code: 'HARB',
  share: 0,
  stayMin: 14,
  eventPercent: 15,
  percent: {
    weekday: [30, 26, 24, 22, 22, 24, 30, 40, 52, 60, 64, 68, 72, 72, 68, 66, 68, 72, 74, 72, 66, 58, 46, 36],
    saturday: [34, 30, 26, 24, 22, 24, 28, 36, 48, 60, 70, 76, 80, 82, 82, 80, 78, 76, 76, 74, 70, 62, 52, 42],
    sunday: [34, 30, 26, 24, 22, 22, 26, 32, 42, 54, 64, 70, 74, 76, 76, 74, 70, 66, 60, 54, 48, 42, 36, 32],
  },
}
export const allCharacters: readonly Character[] = [...characters, harbour]

/** Month-day of holidays most cities share. */
const holidays = new Set(['01-01', '05-01', '12-25', '12-26'])
/** ISO dates of the city's holidays. */
export const holidaysOfYears = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [...holidays].map((day) => `${from + i}-${day}`)).flat()

/** One evening in this many has an event in town. */
const eventEvery = 9

/** Share of bays taken, 0.02..0.98, at `ms` in `zone`. */
export function demand({ percent, eventPercent }: Character, ms: number, zone: string, seed: number): number {
  const now = Temporal.Instant.fromEpochMilliseconds(Math.round(ms)).toZonedDateTimeISO(zone)
  const next = now.add({ hours: 1 })
  const share = (now.minute * 60 + now.second) / 3_600
  const smooth = (1 - Math.cos(Math.PI * share)) / 2
  const from = percent[dayKind(now)][now.hour] as number
  const to = percent[dayKind(next)][next.hour] as number
  const event = hasEvent(now.toPlainDate(), seed) ? eventPercent * bump(now.hour + share, 18, 20, 22, 23.5) : 0
  return Math.min(0.98, Math.max(0.02, (from + (to - from) * smooth + event) / 100))
}

function dayKind(day: Temporal.ZonedDateTime): DayKind {
  if (day.dayOfWeek === 7 || holidays.has(day.toPlainDate().toString().slice(5))) return 'sunday'
  return day.dayOfWeek === 6 ? 'saturday' : 'weekday'
}

const hasEvent = (date: Temporal.PlainDate, seed: number): boolean =>
  ((date.year * 372 + date.month * 31 + date.day) * 2_654_435_761 + seed * 40_503) % eventEvery === 0

/** 0 before `a`, rising to 1 at `b`, 1 until `c`, 0 from `d`. */
const bump = (x: number, a: number, b: number, c: number, d: number): number =>
  Math.max(0, Math.min(1, (x - a) / (b - a), (d - x) / (d - c)))
