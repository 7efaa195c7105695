/** SQLite's result codes, sorted by what the caller should do. https://sqlite.org/rescode.html */
import { StoreError, type StoreFault } from '../../store.ts'

/** Primary result codes (the low byte of the extended code). */
const faultOf: Readonly<Record<number, StoreFault>> = {
  5: 'transient', // BUSY: another process writes for longer than the timeout
  6: 'transient', // LOCKED
  14: 'transient', // CANTOPEN
  8: 'capacity', // READONLY
  10: 'transient', // IOERR: the disk, never a row
  13: 'capacity', // FULL: disk full
  18: 'data', // TOOBIG
  20: 'data', // MISMATCH
}
/** Extended constraint codes that a value causes. */
const dataConstraints = new Set([275, 1299, 3091]) // CHECK, NOTNULL, DATATYPE (STRICT)

export function sqliteFault(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const { errcode, message } = error as { errcode?: number; message: string }
  const fault =
    errcode === undefined ? 'unknown' : dataConstraints.has(errcode) ? 'data' : (faultOf[errcode & 0xff] ?? 'unknown')
  return new StoreError(fault, `SQLite: ${message}`, { cause: error })
}
