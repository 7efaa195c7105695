/**
 * Where log lines are written. Logging never stops a process: a reader that has gone is ignored, and for one that does not keep up
 * a bounded amount is kept, because a write to a pipe is queued in memory.
 */
import type { Writable } from 'node:stream'

const waitingMax = 1024 * 1024

/** Writes lines to `stream`; above `max` waiting characters they are left out and counted in a line of the log, of the same form. */
export function createLogOutput(stream: Writable, max = waitingMax, json = false): (line: string) => void {
  stream.on('error', ignore)
  let leftOut = 0
  return (line) => {
    if (stream.writableLength > max) {
      leftOut++
      return
    }
    if (leftOut > 0) {
      const time = new Date().toISOString()
      const message = 'the reader of the log did not keep up; log lines were left out'
      const notice = json
        ? JSON.stringify({ time, level: 'warn', message, lines: leftOut })
        : `${time.slice(11, 23)} warn  ${message}: ${leftOut}`
      leftOut = 0
      stream.write(`${notice}\n`)
    }
    stream.write(`${line}\n`)
  }
}

/** For each process, before anything is written: without a listener a closed pipe ends it. */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignore)
}

/** The reader of this output has gone, so there is nowhere to report it; the data does not depend on it. */
const ignore = () => {}
