/**
 * What every child process has in common: it receives its settings from `main`, reports when it is ready, stops when asked to, and leaves
 * when `main` is gone (the channel closes) during any work.
 *
 * A message or the end of the channel may come before this code runs: messages are kept by Node, the end is not, so it is looked at.
 */
import process from 'node:process'
import { plainMessage } from '../lib/disk-fault.ts'
import { createLog, type Log } from '../lib/log.ts'
import { surviveClosedOutput } from '../lib/log-output.ts'
import { StoreError } from '../store/store.ts'
import type { ChildSettings, ToChild, ToMain } from './messages.ts'

export interface Child {
  readonly settings: ChildSettings
  readonly log: Log
  /** Aborted when the process must leave. */
  readonly signal: AbortSignal
  send(message: ToMain): void
  onMessage(listener: (message: ToChild) => void): void
}

/** A child that has not left this long after it was asked to is ended by force: correctness never depends on a clean end. */
const leaveMsMax = 8_000
const orphanMsMax = 2_000

/** Runs `body` until it resolves; exits 0 when it was asked to stop, 1 when it fell. */
export async function runChild(body: (child: Child) => Promise<void>): Promise<void> {
  surviveClosedOutput()
  const stop = new AbortController()
  const listeners: ((message: ToChild) => void)[] = []
  let isReady = false
  const leave = () => {
    if (stop.signal.aborted) return
    stop.abort(new Error('stopping'))
    // Before it is ready it holds nothing that an orderly end would save, and not every step of a start can be interrupted.
    if (!isReady) process.exit(0)
    setTimeout(() => process.exit(1), leaveMsMax).unref()
  }
  const orphaned = () => {
    leave()
    setTimeout(() => process.exit(1), orphanMsMax).unref()
  }
  // A terminal's Ctrl-C and hang-up reach the whole group; main decides what they mean.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
  process.on('SIGTERM', leave)
  process.on('disconnect', orphaned)
  const settings = await new Promise<ChildSettings>((resolve) => {
    process.on('message', (message: ToChild) => {
      if (message.type === 'start') resolve(message.settings)
      else if (message.type === 'stop') leave()
      else for (const listener of listeners) listener(message)
    })
    if (!process.connected) orphaned()
  })
  const log = createLog({ process: settings.role }, settings.config.log)
  const child: Child = {
    settings,
    log,
    signal: stop.signal,
    send(message) {
      isReady ||= message.type === 'ready'
      // A main that is gone ends this process by the closed channel.
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
    const ofStore = fault instanceof StoreError ? { fault: fault.fault } : {}
    child.send({ type: 'failed', message, code: (fault as { code?: string }).code, ...ofStore })
    setTimeout(() => process.exit(1), 50)
  }
}
