/** Public holidays and school holidays of North Rhine-Westphalia, for the Muenster data. A site brings its own. */
import { dateFromDays, daysFromDate } from './panel.ts'

/** Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher), as days since 1970. */
export function easter(year: number): number {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1) / 86_400_000
}

const fixed = ['01-01', '05-01', '10-03', '11-01', '12-25', '12-26']
/** Good Friday, Easter Monday, Ascension, Whit Monday, Corpus Christi. */
const afterEaster = [-2, 1, 39, 50, 60]

export function holidaysNrw(fromYear: number, toYear: number): Set<string> {
  const dates = new Set<string>()
  for (let year = fromYear; year <= toYear; year++) {
    for (const day of fixed) dates.add(`${year}-${day}`)
    for (const days of afterEaster) dates.add(dateFromDays(easter(year) + days))
  }
  return dates
}

/** First and last day, by decree of the ministry. */
const schoolHolidays: readonly (readonly [string, string])[] = [
  ['2021-07-05', '2021-08-17'],
  ['2021-10-11', '2021-10-23'],
  ['2021-12-24', '2022-01-08'],
  ['2022-04-11', '2022-04-23'],
  ['2022-06-27', '2022-08-09'],
  ['2022-10-04', '2022-10-15'],
  ['2022-12-23', '2023-01-06'],
  ['2023-04-03', '2023-04-15'],
  ['2023-05-30', '2023-05-30'],
  ['2023-06-22', '2023-08-04'],
  ['2023-10-02', '2023-10-14'],
  ['2023-12-21', '2024-01-05'],
  ['2024-03-25', '2024-04-06'],
  ['2024-05-21', '2024-05-21'],
  ['2024-07-08', '2024-08-20'],
  ['2024-10-14', '2024-10-26'],
  ['2024-12-23', '2025-01-06'],
  ['2025-04-14', '2025-04-26'],
  ['2025-06-10', '2025-06-10'],
  ['2025-07-14', '2025-08-26'],
  ['2025-10-13', '2025-10-25'],
  ['2025-12-22', '2026-01-06'],
  ['2026-03-30', '2026-04-11'],
  ['2026-05-26', '2026-05-26'],
  ['2026-07-20', '2026-09-01'],
]

export function schoolHolidaysNrw(): Set<string> {
  const dates = new Set<string>()
  for (const [first, last] of schoolHolidays)
    for (let day = daysFromDate(first); day <= daysFromDate(last); day++) dates.add(dateFromDays(day))
  return dates
}
