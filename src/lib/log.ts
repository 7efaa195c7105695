/**
 * Log lines go to standard error, one JSON object or one readable line each. WARN means nothing was lost; ERROR means data was
 * lost or a human is needed. Log once, where the decision is taken.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, unknown>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger that adds `fields` to every line. */
  with(fields: LogFields): Log
}

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

export interface LogOptions {
  readonly level?: LogLevel
  readonly json?: boolean
  readonly write?: (line: string) => void
}

export function createLog(fields: LogFields = {}, options: LogOptions = {}): Log {
  const { level = 'info', json = false, write = (line) => process.stderr.write(`${line}\n`) } = options
  const emit = (at: LogLevel, message: string, more: LogFields = {}) => {
    if (rank[at] < rank[level]) return
    const all = { ...fields, ...more }
    if (json) return write(JSON.stringify({ time: new Date().toISOString(), level: at, message, ...all }, replaceError))
    const tail = Object.entries(all)
      .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value, replaceError)}`)
      .join(' ')
    write(`${new Date().toISOString().slice(11, 23)} ${at.padEnd(5)} ${message}${tail ? `  ${tail}` : ''}`)
  }
  return {
    debug: (message, more) => emit('debug', message, more),
    info: (message, more) => emit('info', message, more),
    warn: (message, more) => emit('warn', message, more),
    error: (message, more) => emit('error', message, more),
    with: (more) => createLog({ ...fields, ...more }, { level, json, write }),
  }
}

const replaceError = (_key: string, value: unknown) =>
  value instanceof Error
    ? { message: value.message, code: (value as { code?: string }).code, cause: value.cause }
    : typeof value === 'bigint'
      ? value.toString()
      : value

export const silentLog: Log = createLog({}, { write: () => {} })
