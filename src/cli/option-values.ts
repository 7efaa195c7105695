/**
 * Values of command line options, one parser for each kind. A wrong value ends the command with exit 2, the option's name and what
 * would be right. The placeholder names the kind: `<n>` is a whole number on every command.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'

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

/** `--zone <iana>`: a time zone. */
export const timeZone = (flags: string, about: string): Option =>
  new Option(flags, about).argParser((value) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions() && value
    } catch {
      throw new InvalidArgumentError('Give an IANA zone such as Australia/Melbourne.')
    }
  })

export const addAll = (command: Command, options: readonly Option[]): Command =>
  options.reduce((to, option) => to.addOption(option), command)
