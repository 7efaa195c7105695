/** The command line of a bench: flags every bench has, and numbers that must make sense. */
import { parseArgs } from 'node:util'

export interface BenchFlags {
  /** Ends within 90 s; its figures are smoke. */
  readonly quick: boolean
  /** One JSON object on the last line of standard output. */
  readonly json: boolean
  /** Appends the result to docs/benchmarks.json. */
  readonly record: boolean
  readonly full: boolean
  readonly value: (name: string) => string | undefined
  readonly numbers: (name: string) => number[] | undefined
}

/** Exits with 2 and prints the valid flags when a flag is unknown or not a number. */
export function benchFlags(names: readonly string[], args = process.argv.slice(2)): BenchFlags {
  const switches = ['quick', 'json', 'record', 'full']
  try {
    const parsed = parseArgs({
      args,
      options: Object.fromEntries([
        ...switches.map((name) => [name, { type: 'boolean' as const }]),
        ...names.map((name) => [name, { type: 'string' as const }]),
      ]),
    })
    const values: Readonly<Record<string, unknown>> = parsed.values
    const value = (name: string) => values[name] as string | undefined
    return {
      quick: values['quick'] === true,
      json: values['json'] === true,
      record: values['record'] === true,
      full: values['full'] === true,
      value,
      numbers(name) {
        const text = value(name)
        if (text === undefined) return undefined
        const numbers = text.split(',').map(Number)
        if (numbers.some((number) => !(number > 0))) throw new Error(`--${name} ${text}: give numbers above 0`)
        return numbers
      },
    }
  } catch (fault) {
    const known = [...switches.map((name) => `--${name}`), ...names.map((name) => `--${name} VALUE`)]
    console.error(`${(fault as Error).message}\nThere are ${known.join(', ')}.`)
    process.exit(2)
  }
}
