/**
 * A serial port: LF or CRLF lines up to 64 KiB, or another framing (lib/serial-framing.ts). No sender repeats here, so what was read is kept in memory until intake takes it.
 *
 * Promises
 * - A port that is away is waited for, for ever; it is opened again within a second of coming back. Unplugging ends nothing.
 *   Only a port that cannot be opened (held by another, no permission) is left to the retry schedule.
 * - Time in which the port was not open, or not read, is reported with begin and end, and what its driver lost (port-watch.ts).
 * - What is no reading of a sensor (see sift.ts) is kept as noise; a line that names CSV columns holds for the lines after it.
 * - A port without modem lines or speed, as a pseudo-terminal, works as well.
 */
import type { Socket } from 'node:net'
import type { Instant } from '../../lib/brand.ts'
import { createDeliveryQueue, type DeliveryQueue } from '../delivery-queue.ts'
import type { Source, SourceContext } from '../source.ts'
import { findDevice, parseUsbId } from './find-device.ts'
import { type LineSettings, openPort } from './open-port.ts'
import { type Cut, type CutterSettings, createPortCutter } from './port-cutter.ts'
import { createPortWatch, type PortWatch } from './port-watch.ts'

export interface SerialSourceOptions extends CutterSettings {
  /** Device file, best below /dev/serial/by-id, or `usb:VENDOR:PRODUCT[:SERIAL]`. */
  readonly path: string
  readonly baud?: number
  readonly line?: LineSettings
  readonly name?: string
}

const defaultBaud = 115_200
/** A line on the wire has no gap this long between its bytes: what comes after one begins a line. */
const quietMs = 50
/** How often a port that is away is looked for. */
const lookMs = 250
/** Kept while intake refuses: an hour of 100 lines of 100 bytes a second is 36 MB. Beyond it the port is not read. */
const keptBytesMax = 32 * 1024 * 1024
/** How often a port that is not read looks whether it may go on. */
const pausedLookMs = 10
const closeMs = 5_000
/** How often the driver is asked what it lost. */
const countersLookMs = 2_000

export function serialSource(options: SerialSourceOptions): Source {
  parseUsbId(options.path)
  /** Outlives the port: what was read before an unplug is delivered while the port is opened again. */
  let queue: DeliveryQueue | undefined
  let watch: PortWatch | undefined
  return {
    name: options.name ?? 'serial',
    kind: 'serial',
    async run(signal, context) {
      queue ??= createDeliveryQueue(context, { onRefused: 'retry', signal })
      watch ??= createPortWatch(context)
      for (;;) {
        const path = await waitForDevice(options.path, signal, context, watch)
        if (path === undefined) break
        await readPort(path, options, { queue, signal, context, watch })
        if (signal.aborted) break
        watch.down('the port was gone')
        context.log.warn('the port is gone; it is opened again when it comes back', { path })
        // An aborted sleep ends early: the loop looks at the signal.
        await context.clock.sleep(lookMs, signal).catch(() => {})
      }
      const late = new AbortController()
      // The sleep is aborted once it is not needed any more.
      await Promise.race([queue.settled(), context.clock.sleep(closeMs, late.signal).catch(() => {})])
      late.abort()
    },
  }
}

/** Undefined when aborted meanwhile. */
async function waitForDevice(
  wanted: string,
  signal: AbortSignal,
  { clock, status }: SourceContext,
  watch: PortWatch,
): Promise<string | undefined> {
  let told = false
  while (!signal.aborted) {
    const path = await findDevice(wanted)
    if (path !== undefined) return path
    if (!told) status('waiting', `${wanted} is not there; plug it in, or correct the path`)
    watch.down('the port was not there')
    told = true
    // An aborted sleep ends early: the loop looks at the signal.
    await clock.sleep(lookMs, signal).catch(() => {})
  }
  return undefined
}

interface Around {
  readonly queue: DeliveryQueue
  readonly signal: AbortSignal
  readonly context: SourceContext
  readonly watch: PortWatch
}

/** Resolves when the port has gone or the signal has aborted. */
async function readPort(path: string, options: SerialSourceOptions, around: Around): Promise<void> {
  const { queue, signal, context, watch } = around
  const { baud = defaultBaud, line } = options
  const { clock, log } = context
  const port = await openPort(path, baud, line).catch((fault) => {
    watch.down('the port could not be opened')
    throw fault
  })
  const { stream } = port
  const openedAt = clock.monotonic()
  let firstAt: number | undefined
  const cutter = createPortCutter(options, () => (firstAt ?? openedAt) - openedAt < quietMs)
  const noise = (bytes: Buffer) => {
    queue.noise(bytes).catch((fault) => log.warn('noise could not be kept', { bytes: bytes.length, fault }))
  }
  const keep = (cuts: readonly Cut[]) => {
    for (const cut of cuts)
      if ('noise' in cut) noise(cut.noise)
      else {
        const { frames } = cut.delivery
        queue.add([cut.delivery]).catch((fault) => log.error('messages could not be kept', { frames, fault }))
      }
  }
  const quiet = watchForQuiet(stream, () => keep(cutter.quiet()))
  const take = (chunk: Buffer) => {
    firstAt ??= clock.monotonic()
    keep(cutter.push(chunk))
    quiet.heard()
    if (queue.bytes > keptBytesMax) steer()
  }
  let unread: { readonly cause: 'refused'; readonly frames: null; readonly from: Instant } | undefined
  function steer() {
    if (queue.bytes > keptBytesMax && !stream.destroyed) {
      if (!unread) {
        log.error('intake refuses for too long; the port is not read and its sensors’ lines are lost')
        unread = { cause: 'refused', frames: null, from: clock.now() }
        context.lost({ ...unread, detail: 'Intake refused for too long: the port is not read.' })
      }
      stream.pause()
      setTimeout(steer, pausedLookMs)
      return
    }
    if (unread)
      context.lost({ ...unread, to: clock.now(), detail: 'Intake refused for too long: the port was not read.' })
    unread = undefined
    if (stream.destroyed) return
    stream.resume()
    quiet.heard()
  }

  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const onAbort = () => end()
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) end()
  stream.on('data', take)
  stream.on('error', (fault: Error) => {
    log.debug('the port broke', { path, fault })
    end()
  })
  stream.once('end', () => end())
  stream.once('close', () => end())
  await watch.up(path)
  context.status('up', port.note)
  const timer = setInterval(() => watch.look(), countersLookMs)
  await ended
  clearInterval(timer)
  quiet.stop()
  await watch.look()
  signal.removeEventListener('abort', onAbort)
  stream.off('data', take)
  const cut = cutter.rest()
  if (cut.length > 0) noise(cut)
  await port.close()
}

/** `onQuiet` once nothing came for `quietMs`. */
function watchForQuiet(stream: Socket, onQuiet: () => void) {
  let heard = 0
  const timer = setTimeout(() => {
    const before = heard
    // Timers run before what waits is read: a process that was busy hears first what came meanwhile.
    setImmediate(() => {
      if (heard === before && !stream.isPaused() && !stream.destroyed) onQuiet()
    })
  }, quietMs)
  return {
    /** Something, so that the time begins again. */
    heard() {
      heard++
      timer.refresh()
    },
    stop: () => clearTimeout(timer),
  }
}
