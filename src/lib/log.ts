/**
 * Log lines go to standard error, one JSON object or one readable line each. WARN means nothing was lost; ERROR means data was
 * lost or a human is needed. Log once, where the decision is taken.
 *
 * A line holds names and texts that senders chose. Characters that would begin another line or steer a terminal are escaped.
 */
import { type LogLevel, logLevels } from '@baykeeper/contract/vocabulary.ts'
import { createLogOutput } from './log-output.ts'

export type LogFields = Readonly<Record<string, unknown>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger that adds `fields` to every line. */
  with(fields: LogFields): Log
}

const rank = (level: LogLevel) => logLevels.indexOf(level)

export interface LogOptions {
  readonly level?: LogLevel
  readonly json?: boolean
  readonly write?: (line: string) => void
}

export function createLog(fields: LogFields = {}, options: LogOptions = {}): Log {
  const { level = 'info', json = false, write = toStandardError(json) } = options
  const emit = (at: LogLevel, message: string, more: LogFields = {}) => {
    if (rank(at) < rank(level)) return
    const all = { ...fields, ...more }
    const time = new Date().toISOString()
    if (json) return write(escaped(JSON.stringify({ time, level: at, message, ...all }, replaceError)))
    const tail = Object.entries(all)
      .map(([key, value]) => `${key}=${fieldText(value)}`)
      .join(' ')
    write(escaped(`${time.slice(11, 23)} ${at.padEnd(5)} ${message}${tail ? `  ${tail}` : ''}`))
  }
  return {
    debug: (message, more) => emit('debug', message, more),
    info: (message, more) => emit('info', message, more),
    warn: (message, more) => emit('warn', message, more),
    error: (message, more) => emit('error', message, more),
    with: (more) => createLog({ ...fields, ...more }, { level, json, write }),
  }
}

const outputs = new Map<boolean, (line: string) => void>()
const toStandardError = (json: boolean) => (line: string) =>
  outputs.getOrInsertComputed(json, () => createLogOutput(process.stderr, undefined, json))(line)

const fieldText = (value: unknown) =>
  typeof value === 'string' && /^[\x21\x23-\x3c\x3e-\x7e]+$/.test(value) ? value : JSON.stringify(value, replaceError)

/** Controls, line separators, bidi controls and characters of no width, written as JSON writes them. */
const escaped = (line: string) =>
  line.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\u200b-\u200d\u2060\ufeff]/gu, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const replaceError = (_key: string, value: unknown) =>
  value instanceof Error
    ? { message: value.message, code: (value as { code?: string }).code, cause: value.cause }
    : typeof value === 'bigint'
      ? value.toString()
      : value

export const silentLog: Log = createLog({}, { write: () => {} })
