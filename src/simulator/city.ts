/**
 * The demo city: sensors in four car parks and a harbour with the demand of a real week, the faults of real radios, and a script of what happens
 * beside the traffic (city-script.ts). It is pure: `tick(now)` answers with the frames that reached the network since the tick before, in the
 * order they would arrive; the same seed and the same ticks give the same frames.
 *
 * Each bay is a two-state chain whose rates make the expected share of taken bays equal the demand curve at every moment:
 * departures at rate d = 1/stay, arrivals at (r' + d*r) / (1 - r), for a curve r with slope r'.
 * Faults of the city: a frame comes late, twice, or with a garbled copy before it. None is ever missing: the numbers of
 * every sensor stay without gaps, so a count of lost readings above zero is never the city's doing.
 */
import type { Layout } from '../domain/layout.ts'
import type { Instant } from '../lib/brand.ts'
import { type CityFaults, usualPauseMs } from './city-gateway.ts'
import { livingCity } from './city-layout.ts'
import { type Cell, firstFrames, type Life, newLife } from './city-life.ts'
import { backlogOf, type CityAct, type CityScript, createScript, type ScriptStage } from './city-script.ts'
import { changes, frame, reportOf, type Sensor } from './city-sensor.ts'
import { stuckBay } from './harbour.ts'
import { placeRates, type Rate } from './place-rates.ts'
import { createRandom, type Random } from './random.ts'

export interface CityOptions {
  readonly bays: number
  readonly seed: number
  /** IANA zone whose local time drives the demand. */
  readonly zone: string
  /** City time runs this many times as fast as the clock; readings carry the clock's time. */
  readonly speed?: number
  readonly faults?: Partial<CityFaults>
  /** What happens beside the traffic of a city with a harbour; absent: the script of the demo. */
  readonly script?: (stage: ScriptStage) => CityScript
}

/** What is true of a bay. */
export interface BayTruth {
  readonly bay: string
  readonly occupied: boolean
  /** Why a server may not know: a fault of the sensor, or a frame that has not reached it. */
  readonly excuse: 'stuck' | 'flapping' | 'silent' | 'pending' | undefined
}

export interface City {
  readonly layout: Layout
  /** The first word of every sensor that talks. Opens the city's epoch: a later start has a higher one. */
  start(now: Instant): readonly string[]
  /** What people did at the desk since the last call: to be in effect before the frames of the next tick. */
  acts(now: Instant): readonly CityAct[]
  /** Frames since the last call, as JSON lines; now and then one is garbled. */
  tick(now: Instant): readonly string[]
  /** As of the last tick. */
  truth(): readonly BayTruth[]
}

const defaultFaults: CityFaults = { duplicate: 1 / 500, late: 1 / 5_000, garbled: 1 / 30_000, pauseMs: usualPauseMs }
/** City time in one step: short against a stay. */
const stepCityMs = 20_000
/** After a longer gap (a laptop asleep) the city goes on from here instead of reliving the gap. */
const gapCityMsMax = 10 * 60_000

export function createCity(options: CityOptions): City {
  const { bays, seed, zone, speed = 1, faults: chances, script = createScript } = options
  const layout = livingCity(bays, seed, zone)
  const random = createRandom(seed)
  const chance = { ...defaultFaults, ...chances }
  const places = layout.sites.flatMap((site, s) =>
    site.levels.map((_, l) => ({ site: s, level: l, of: site.levels.length })),
  )
  let life: Life | undefined
  let clockStart = 0
  let last = 0

  function start(now: Instant): string[] {
    const epoch = Math.max((life?.epoch ?? 0) + 1, Math.floor(now / 1_000))
    clockStart = now
    last = now
    const rates = placeRates(places, { zone, seed }, now, 1_000)
    const begun = newLife({ layout, places, rates, random, chance, epoch, now, script })
    life = begun
    const stuck = begun.harbour && begun.bays[begun.harbour.yardAt]?.[stuckBay]
    return begun.cells.flatMap(({ sensors }) =>
      sensors.flatMap((sensor) =>
        sensor.silentAt > now
          ? firstFrames(random, sensor, begun, now, sensor === stuck && sensor.fault === 'stuck' ? backlogOf(now) : [])
          : [],
      ),
    )
  }

  function tick(now: Instant): string[] {
    if (now <= last || !life) return []
    const from = Math.max(last, now - gapCityMsMax / speed)
    last = now
    const steps = Math.max(1, Math.ceil(((now - from) * speed) / stepCityMs))
    const width = (now - from) / steps
    for (let step = 0; step < steps; step++) {
      const at = from + step * width
      const cityMs = width * speed
      const rates = placeRates(places, { zone, seed }, clockStart + (at - clockStart) * speed, cityMs)
      for (const cell of life.cells) live(random, life, cell, rates, { at, width, cityMs, now })
      countHeartbeats(life, now)
    }
    const lines: string[] = []
    for (const { gateway } of life.cells) gateway.flush(now, lines)
    return lines
  }

  return {
    ...{ layout, start, tick },
    acts: (now) => life?.harbour?.script.acts(now) ?? [],
    truth: () => (life ? truthOf(life, last) : []),
  }
}

interface Step {
  readonly at: number
  /** Of the clock. */
  readonly width: number
  readonly cityMs: number
  readonly now: number
}

/** Lets the sensors of one gateway live for a while. */
function live(random: Random, life: Life, cell: Cell, rates: readonly Rate[], { at, width, cityMs, now }: Step) {
  for (const sensor of cell.sensors) {
    if (sensor.heldUntil <= at && changes(random, sensor, rates[sensor.place] as Rate, cityMs))
      sensor.occupied = !sensor.occupied
    countPass(life, sensor, at, now)
    if (sensor.silentAt <= at) continue
    const reported = reportOf(random, sensor, width)
    if (reported !== sensor.reported) {
      sensor.reported = reported
      cell.gateway.emit(sensor.device, frame(random, sensor, life.epoch, at + random() * width, false), now)
    }
    if (sensor.heartbeatAt <= at + width) {
      cell.gateway.emit(sensor.device, frame(random, sensor, life.epoch, Math.max(at, sensor.heartbeatAt), true), now)
      sensor.heartbeatAt += sensor.heartbeatMs * Math.max(1, Math.ceil((at - sensor.heartbeatAt) / sensor.heartbeatMs))
    }
  }
}

/** A vehicle of the yard drives in or out. */
function countPass({ harbour, cells }: Life, sensor: Sensor, at: number, now: number) {
  if (sensor.counted === sensor.occupied) return
  sensor.counted = sensor.occupied
  if (sensor.place !== harbour?.yardAt) return
  const passed = harbour.gates.pass(sensor.occupied, at)
  if (passed) cells.at(-1)?.gateway.emit(passed.device, passed.line, now)
}

function countHeartbeats({ harbour, cells }: Life, now: number) {
  for (const { device, line } of harbour?.gates.heartbeats(now) ?? []) cells.at(-1)?.gateway.emit(device, line, now)
}

function truthOf({ bays, cells }: Life, now: number): BayTruth[] {
  const pending = new Set(cells.flatMap(({ gateway }) => [...gateway.pending()]))
  return bays.flat().map(({ bay, device, occupied, fault, silentAt }) => {
    const isFaulty = fault === 'stuck' || fault === 'flapping'
    const excuse = silentAt <= now ? 'silent' : isFaulty ? fault : pending.has(device) ? 'pending' : undefined
    return { bay, occupied, excuse }
  })
}
