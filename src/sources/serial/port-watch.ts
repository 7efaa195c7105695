/**
 * What a serial port may have lost: time in which it could not be read, with begin and end, and what its driver counted. How many
 * frames that was cannot be known, so it is reported as `null` frames, never as 0.
 */
import type { Instant } from '../../lib/brand.ts'
import { type Figure, notAvailable, type SourceContext } from '../source.ts'
import { type DriverCounters, driverCounters } from './driver-counters.ts'

export interface PortWatch {
  /** The port is open and read: ends the time it was down. */
  up(device: string): Promise<void>
  /** The port is not read from now on; a second call changes nothing. */
  down(why: string): void
  /** Asks the driver what it lost since the last look. */
  look(): Promise<void>
}

export type ReadCounters = (device: string) => Promise<DriverCounters | undefined>

const lossy = 'a serial line has no acknowledgement: what is sent while the port is not read is lost'

export function createPortWatch(context: SourceContext, read: ReadCounters = driverCounters): PortWatch {
  const { clock } = context
  let down: { readonly from: Instant; readonly since: number; readonly why: string } | undefined
  let downs = 0
  let downMs = 0
  let device: string | undefined
  /** Undefined where the driver does not count. */
  let before: DriverCounters | undefined
  /** Counted by the drivers of this port since the start. */
  let overruns: Figure = notAvailable
  let bufferOverruns: Figure = notAvailable

  const tell = () =>
    context.facts({
      lossy,
      figures: { port_downs: downs, port_down_ms: Math.round(downMs), overruns, buffer_overruns: bufferOverruns },
    })

  return {
    async up(path) {
      device = path
      before = await read(path)
      if (before) {
        if (overruns === notAvailable) overruns = 0
        if (bufferOverruns === notAvailable) bufferOverruns = 0
      }
      if (down) {
        const ms = clock.monotonic() - down.since
        downMs += ms
        const detail = `${down.why}: it was not read for ${(ms / 1_000).toFixed(1)} s.`
        context.lost({ cause: 'port-down', frames: null, from: down.from, to: clock.now(), detail })
        down = undefined
      }
      tell()
    },
    down(why) {
      if (down) return
      down = { from: clock.now(), since: clock.monotonic(), why }
      downs++
      device = undefined
      context.lost({ cause: 'port-down', frames: null, from: down.from, detail: `${why}: it is not read.` })
      tell()
    },
    async look() {
      if (device === undefined || before === undefined) return
      const asked = device
      const now = await read(asked)
      if (device !== asked || now === undefined) return
      const more = moreOf(now, before)
      before = now
      if (more.overruns + more.bufferOverruns === 0) return
      overruns = Number(overruns) + more.overruns
      bufferOverruns = Number(bufferOverruns) + more.bufferOverruns
      const detail = `${asked}: the driver lost ${more.overruns + more.bufferOverruns} characters that were not read in time.`
      context.lost({ cause: 'overrun', frames: null, detail })
      context.log.error('the serial driver lost characters', { device: asked, ...more })
      tell()
    },
  }
}

/** A driver that was loaded again counts from 0. */
function moreOf(now: DriverCounters, before: DriverCounters) {
  const more = (name: 'overruns' | 'bufferOverruns') =>
    now[name] < before[name] ? now[name] : now[name] - before[name]
  return { overruns: more('overruns'), bufferOverruns: more('bufferOverruns') }
}
