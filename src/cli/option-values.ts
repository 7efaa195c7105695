/**
 * Values of command line options, one parser for each kind. A wrong value ends the command with exit 2, the option's name and what
 * would be right. The placeholder names the kind: `<n>` is a whole number on every command.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { instant } from '../lib/brand.ts'

interface Range {
  readonly min: number
  readonly max: number
}

/** `--limit <n>`: a whole number. */
export const whole = (flags: string, about: string, { min, max }: Range): Option =>
  new Option(flags, about).argParser((text) => {
    const value = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(
        max < Number.MAX_SAFE_INTEGER
          ? `Give a whole number from ${min} to ${max}.`
          : `Give a whole number of ${min} or more.`,
      )
    return value
  })

/** `--rate <hz>`, `--seconds <s>`: a decimal number. */
export const decimal = (flags: string, about: string, { min, max }: Range): Option =>
  new Option(flags, about).argParser((text) => decimalOf(text, { min, max }))

/** `--speed <times>`: a decimal number, or `max`. */
export const decimalOrMax = (flags: string, about: string, range: Range): Option =>
  new Option(flags, about).argParser((text) => (text === 'max' ? Number.POSITIVE_INFINITY : decimalOf(text, range)))

function decimalOf(text: string, { min, max }: Range): number {
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Give a number from ${min} to ${max}.`)
  return value
}

/** `--port <port>`: the text goes on to the configuration, which knows the origin of each value. */
export const port = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((text) => {
    if (text !== 'off' && !(/^\d{1,5}$/.test(text) && Number(text) <= 65_535))
      throw new InvalidArgumentError('Give a port from 0 to 65535 (0 = any free one), or "off".')
    return text
  })

/** `--from <day>`: a day of the calendar, UTC. */
export const day = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((text) => {
    if (!isDay(text)) throw new InvalidArgumentError('Give a day such as 2026-11-23.')
    return text
  })

/** `--from <time>`: a moment with its time zone, or the begin of a day, UTC. */
export const time = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((value) => {
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(value)
    const ms = isDay(value) || (isTime && isDay(value.slice(0, 10))) ? Date.parse(value) : Number.NaN
    if (Number.isNaN(ms))
      throw new InvalidArgumentError('Give a time with its zone such as 2026-11-23T08:00:00Z, or a day.')
    return instant(ms)
  })

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

/** `--source <name>`, `--config <file>`: text that is not empty. */
export const text = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((value) => {
    if (value.trim() === '') throw new InvalidArgumentError('Give a value that is not empty.')
    return value
  })

/** Given again it is added to what was given before. */
export const several = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((value, before: string | undefined) => {
    if (value.trim() === '') throw new InvalidArgumentError('Give a value that is not empty.')
    return before === undefined ? value : `${before},${value}`
  })

/** `--via <name>`: one of a closed list. */
export const oneOf = (flags: string, about: string, names: readonly string[]): Option =>
  new Option(flags, about).choices(names)

/** `--scopes <list>`: names from a closed list, separated by commas. */
export const listOf = (flags: string, about: string, names: readonly string[]): Option =>
  new Option(flags, about).argParser((value) => {
    const given = value.split(',').map((name) => name.trim())
    const unknown = given.find((name) => !names.includes(name))
    if (unknown !== undefined)
      throw new InvalidArgumentError(`There is no "${unknown}"; choose from ${names.join(', ')}.`)
    return given.join(',')
  })

/** `--at <clock>`: a time of day. */
export const timeOfDay = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((value) => {
    if (/^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return value
    throw new InvalidArgumentError('Give a time such as 07:00.')
  })

/** `--zone <iana>`: a time zone. */
export const timeZone = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((value) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions() && value
    } catch {
      // The only fault of this constructor is an unknown zone.
      throw new InvalidArgumentError('Give an IANA zone such as Australia/Melbourne.')
    }
  })

/** `--anchor <place>`: a point on the earth, the same point in the plan, and the bearing of its upward direction. */
export const anchor = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((value) => {
    const numbers = value.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    const [lat = Number.NaN, lon = Number.NaN, x = Number.NaN, y = Number.NaN, bearing = 0] = numbers
    const isWhole = (numbers.length === 4 || numbers.length === 5) && numbers.every(Number.isFinite)
    if (!isWhole || Math.abs(lat) > 90 || Math.abs(lon) > 180 || Math.abs(bearing) > 360)
      throw new InvalidArgumentError(
        'Give LAT,LON,X,Y or LAT,LON,X,Y,BEARING, such as 51.96,7.62,0,0: degrees of a point, and where it is in the plan in metres.',
      )
    return { lat, lon, x, y, bearing }
  })

export const addAll = (command: Command, options: readonly Option[]): Command =>
  options.reduce((to, option) => to.addOption(option), command)
