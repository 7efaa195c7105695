/**
 * A week of the demo city with faults that are planted and known: the model of the world that alerts are judged by. Pure: the same seed gives the
 * same frames and the same truth, and time is what it is given.
 */
import type { LossFact, SystemHealth } from '../../domain/folds/fold.ts'
import type { Layout } from '../../domain/layout.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { createCity } from '../city.ts'
import type { CityAct, CityScript, ScriptStage } from '../city-script.ts'
import { never } from '../city-sensor.ts'
import { countZone, harbourId } from '../harbour.ts'
import type { Cause, Planted } from './planted.ts'
import { citySource, createRadio, hospitalSource } from './radio.ts'
import { createStaysTruth, type TrueOverstay } from './stays-truth.ts'
import * as faults from './week-faults.ts'
import { createMoments, createStage, type WeekStage } from './week-stage.ts'

export interface WeekOptions {
  readonly bays: number
  readonly seed: number
  readonly zone: string
  readonly begin: Instant
  readonly end: Instant
}

export interface WeekStep {
  readonly at: Instant
  readonly frames: ReadonlyMap<string, readonly string[]>
  readonly acts: readonly CityAct[]
  /** What intake knows of the system. */
  readonly health: SystemHealth
  readonly losses: readonly LossFact[]
  /** The server does not run: no heartbeat is written. */
  readonly isStopped: boolean
}

export interface WeekTruth {
  readonly planted: readonly Planted[]
  readonly overstays: readonly TrueOverstay[]
  readonly causes: readonly Cause[]
  readonly framesLost: number
  /** In which the server did not run. */
  readonly stops: readonly { readonly from: number; readonly to: number }[]
}

export interface Week {
  readonly layout: Layout
  /** From the begin to the end, a step after the other. */
  steps(): Generator<WeekStep>
  /** Once the steps are over. */
  truth(): WeekTruth
}

/** A short step: frames of a gateway arrive together, as those of a real one do. */
export const stepMs = 10_000
/** No message is garbled but those that are planted, and no uplink pauses for as long as an outage of a gateway takes, in whole steps. */
const radioFaults = { garbled: 0, pauseMs: 30_000 }
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Hour of the day at which each fault is planted, day by day. */
const daily: readonly (readonly [hour: number, plant: faults.PlantFault])[] = [
  [8.4, faults.garbledMessage],
  [9.1, faults.deadSensor],
  [10.2, faults.flappingSensor],
  [11.3, faults.lostMessages],
  [12.5, faults.overstay],
  [12.1, faults.countDrifts],
  [14.3, faults.gatewayOutage],
  [15.2, faults.clockAhead],
  [16.1, faults.sourceDown],
  [17.3, faults.sensorsDisagree],
  [19.2, faults.fullLot],
  [20.6, faults.serverStopped],
]
/** Planted once, at this hour of the week: a sensor that is stuck has shown a day of its pattern before. */
const once: readonly (readonly [hour: number, plant: faults.PlantFault])[] = [
  [0.5, faults.batteryDeclines],
  [36.2, faults.stuckSensor],
  [36.8, faults.stuckSensor],
]

export function createWeek({ bays, seed, zone, begin, end }: WeekOptions): Week {
  const radio = createRadio()
  const moments = createMoments()
  const acts: CityAct[] = []
  const planted: Planted[] = []
  let stage: WeekStage | undefined

  function script(of: ScriptStage): CityScript {
    const made = createStage({ stage: of, seed, radio, later: moments.later, closed })
    stage = made
    planted.push(...plantAll(made, begin, end))
    moments.later(begin, function recount(now) {
      acts.push(recountAct(now, of.vehicles()))
      moments.later(now + faults.recountEveryMs, recount)
    })
    return {
      acts(now) {
        moments.run(now)
        return acts.splice(0)
      },
    }
  }

  const city = createCity({ bays, seed, zone, faults: radioFaults, script })
  const closed = closedBays(city.layout)
  const stays = createStaysTruth(city.layout, stepMs)

  return {
    layout: city.layout,
    *steps() {
      yield stepOf(begin, city.start(begin))
      for (let at = begin + stepMs; at <= end; at += stepMs) {
        const acted = city.acts(instant(at))
        yield { ...stepOf(instant(at), city.tick(instant(at))), acts: acted }
        stays.look(at, city.truth())
      }
    },
    truth() {
      // By design: the band of a count grows with each vehicle until the next recount.
      const wideBand = { from: begin, to: never, explains: [{ rules: ['count-uncertain'] }] }
      const causes = [...stays.fullness(), wideBand]
      return {
        planted,
        overstays: stays.overstays(),
        causes,
        framesLost: radio.lost,
        stops: stage?.stops ?? [],
      }
    },
  }

  function stepOf(at: Instant, lines: readonly string[]): WeekStep {
    const stateOf = (source: string) => ({ state: stage?.down.has(source) ? 'down' : 'up', detail: '' }) as const
    const sources = { [citySource]: stateOf(citySource), [hospitalSource]: stateOf(hospitalSource) }
    const database = { isUp: true, since: null, detail: '' }
    const losses = stage?.losses.splice(0) ?? []
    const health = { sources, database, unaccounted: 0 }
    return { at, frames: radio.carry(lines), acts: [], losses, health, isStopped: stage?.isStopped === true }
  }
}

function plantAll(stage: WeekStage, begin: number, end: number): Planted[] {
  const days = Array.from({ length: Math.ceil((end - begin) / dayMs) }, (_, day) => day)
  const all = [
    ...once.map(([hour, plant]) => ({ plant, at: begin + hour * hourMs, day: 0 })),
    ...days.flatMap((day) => daily.map(([hour, plant]) => ({ plant, at: begin + day * dayMs + hour * hourMs, day }))),
  ]
  return all.filter(({ at }) => at < end).flatMap(({ plant, at, day }) => plant(stage, at, day))
}

const closedBays = ({ sites }: Layout): ReadonlySet<string> =>
  new Set(
    sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays)).flatMap(({ id, closed }) => (closed ? [id] : [])),
  )

const recountAct = (now: number, vehicles: number): CityAct => ({
  is: 'desk',
  change: { is: 'recount', id: `yard-${now}`, site: harbourId, zone: countZone, vehicles },
  reason: 'Counted on a walk',
})
