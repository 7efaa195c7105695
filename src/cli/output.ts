/** How commands speak: standard output carries data, standard error talk. Exit codes are part of the contract. */
import type { IfSnakeKeys } from '../lib/snake-keys.ts'
import { isForPerson, type StoreFault } from '../store/store.ts'

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  config: 3,
  unreachable: 4,
  integrity: 5,
  interrupted: 130,
} as const

export interface Spoken {
  readonly json?: boolean | undefined
}

/** One object `{ok, data, warnings}` under --json, else the readable lines. A key in camel case does not compile. */
export function print<T>(
  options: Spoken,
  data: T & IfSnakeKeys<T>,
  lines: () => readonly string[],
  extra: { ok?: boolean; warnings?: readonly string[] } = {},
) {
  const { ok = true, warnings = [] } = extra
  if (options.json) process.stdout.write(`${JSON.stringify({ ok, data, warnings })}\n`)
  else {
    for (const line of lines()) process.stdout.write(`${line}\n`)
    for (const warning of warnings) process.stderr.write(`! ${warning}\n`)
  }
}

/** A failure that ends the command with its own exit code and a sentence that says what to do. */
export class CommandFailed extends Error {
  readonly exitCode: number
  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Of the store, or of a process that reports one of its faults. */
export const needsPerson = (cause: unknown): boolean => isForPerson(((cause ?? {}) as { fault?: StoreFault }).fault)
