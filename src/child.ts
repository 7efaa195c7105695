/**
 * What every child process has in common: it receives its settings from `main`, says when it is ready, stops when told, and leaves
 * when `main` is gone (the channel closes), whatever it was doing.
 */
import process from 'node:process'
import { plainMessage } from './lib/disk-fault.ts'
import { createLog, type Log } from './lib/log.ts'
import type { ChildSettings, ToChild, ToMain } from './messages.ts'

export interface Child {
  readonly settings: ChildSettings
  readonly log: Log
  /** Aborted when the process must leave. */
  readonly signal: AbortSignal
  send(message: ToMain): void
  onMessage(listener: (message: ToChild) => void): void
}

/** A child that has not left this long after it was told to is ended by force: correctness never depends on a clean end. */
const leaveMsMax = 8_000

/** Runs `body` until it resolves; exits 0 when it was told to stop, 1 when it fell. */
export async function runChild(body: (child: Child) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const listeners: ((message: ToChild) => void)[] = []
  const leave = () => {
    if (stop.signal.aborted) return
    stop.abort(new Error('stopping'))
    setTimeout(() => process.exit(1), leaveMsMax).unref()
  }
  // A terminal's Ctrl-C reaches the whole group; main decides what it means.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', leave)
  process.on('disconnect', () => {
    leave()
    setTimeout(() => process.exit(1), 2_000).unref()
  })
  const settings = await new Promise<ChildSettings>((resolve) => {
    process.on('message', (message: ToChild) => {
      if (message.type === 'start') resolve(message.settings)
      else if (message.type === 'stop') leave()
      else for (const listener of listeners) listener(message)
    })
  })
  const log = createLog({ process: settings.role }, settings.config.log)
  const child: Child = {
    settings,
    log,
    signal: stop.signal,
    send(message) {
      if (process.connected) process.send?.(message, undefined, undefined, () => {})
    },
    onMessage: (listener) => listeners.push(listener),
  }
  try {
    await body(child)
    process.exit(0)
  } catch (fault) {
    if (stop.signal.aborted && fault === stop.signal.reason) process.exit(0)
    const message = plainMessage(fault, settings.dataDir)
    log.error(`${settings.role} stopped: ${message}`, { error: fault })
    child.send({ type: 'failed', message })
    setTimeout(() => process.exit(1), 50)
  }
}
