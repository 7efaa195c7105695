/** How commands speak: standard output carries data, standard error talk. Exit codes are part of the contract. */
import { fstatSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
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
  if (options.json) writeOutput(`${JSON.stringify({ ok, data, warnings })}\n`)
  else {
    for (const line of lines()) writeOutput(`${line}\n`)
    for (const warning of warnings) process.stderr.write(`! ${warning}\n`)
  }
}

const standardOutput = 1

/**
 * Writes all of `chunk` to standard output, or throws. To a file it does not go through the stream, which takes a write that a full disk
 * cut short for a whole one. False when a reader has to catch up: wait for `drain`.
 */
export function writeOutput(chunk: string | Uint8Array): boolean {
  if (!isToFile()) return process.stdout.write(chunk)
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(standardOutput, bytes, at)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new CommandFailed(
      exitCodes.failed,
      `standard output cannot be written (${reason}): what was written is not all; make room, or write to another place, and run the command again`,
      { cause },
    )
  }
  return true
}

/** A file or a device, but no terminal. Closed: neither. */
function isToFile(): boolean {
  try {
    const found = fstatSync(standardOutput)
    return found.isFile() || (found.isCharacterDevice() && !isatty(standardOutput))
  } catch {
    // A descriptor that cannot be looked at is no terminal and no file.
    return false
  }
}

/** A failure that ends the command with its own exit code and a sentence about what to do. */
export class CommandFailed extends Error {
  readonly exitCode: number
  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Of the store, or of a process that reports one of its faults. */
export const needsPerson = (cause: unknown): boolean => isForPerson(((cause ?? {}) as { fault?: StoreFault }).fault)
