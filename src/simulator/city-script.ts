/**
 * What happens in the city beside its traffic, each within the first ten minutes: a festival takes a row of the yard, a gateway loses its line,
 * vehicles stay too long at the kerb, sensors die and one of them is replaced, and a person counts the yard. Times are of the clock.
 */
import type { DeskChange } from '../domain/desk-change.ts'
import { type Sign, signDefaults } from '../domain/sign.ts'
import { instant } from '../lib/brand.ts'
import type { CityGates } from './city-gates.ts'
import type { Gateway } from './city-gateway.ts'
import type { Cell } from './city-life.ts'
import { never, type Sensor } from './city-sensor.ts'
import {
  countZone,
  disputedBay,
  dyingBays,
  festivalBays,
  flappingBay,
  harbourId,
  overstayBays,
  promenade,
  stuckBay,
  yard,
} from './harbour.ts'

/** What a person does at the desk. */
export type CityAct =
  | { readonly is: 'desk'; readonly change: DeskChange; readonly reason: string }
  | { readonly is: 'assign'; readonly device: string; readonly bay: string; readonly replaces: string }

const second = 1_000
const minute = 60_000
/** Festival, outage and overstays come again. */
const cycleMs = 20 * minute
export const scriptTimes = {
  ...{
    signs: 5 * second,
    leave: 8 * second,
    recount: 15 * second,
    festival: 20 * second,
    arrive: 25 * second,
    dying: 40 * second,
  },
  ...{ outage: 60 * second, swap: 9.5 * minute },
}
const festivalMs = 12 * minute
/** How far the count has drifted is known by the next recount. */
const recountMs = 8 * minute
const outageMs = 4.5 * minute
const overstayMs = 13 * minute
const backlogChanges = 30
const backlogStepMs = 5 * minute
/** Just beyond the shortest time after which a sensor is judged stuck. */
const backlogEndMs = 20.25 * 60 * minute

export interface ScriptStage {
  readonly epoch: number
  readonly began: number
  /** By level of the harbour, in the order of its bays: the sensor that watches it now. */
  sensorAt(level: number, bay: number): Sensor
  /** Gateways that may lose their line. */
  readonly gateways: readonly Gateway[]
  /** All gateways, with their sensors. */
  readonly cells: readonly Cell[]
  readonly gates: CityGates
  /** A new sensor takes the place of this one. */
  replace(sensor: Sensor): Sensor
  /** Vehicles in the yard. */
  vehicles(): number
}

interface Moment {
  at: number
  readonly every?: number
  run(now: number, turn: number): readonly CityAct[]
}

export interface CityScript {
  /** What has come due. */
  acts(now: number): readonly CityAct[]
}

export function createScript(stage: ScriptStage): CityScript {
  const moments = [...vehicleMoments(stage), ...faultMoments(stage), ...deskMoments(stage)]
  for (const moment of moments) moment.at += stage.began
  setFaults(stage)
  return {
    acts(now) {
      const due = moments.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
      return due.flatMap((moment) => {
        const turn = Math.floor((moment.at - stage.began) / cycleMs)
        moment.at = moment.every === undefined ? never : Math.max(moment.at, now - moment.every) + moment.every
        return moment.run(now, turn)
      })
    },
  }
}

const signOf = (
  id: string,
  name: string,
  level: string | null,
  zone: string | null,
  more: Partial<Sign> = {},
): Sign => ({
  ...{ id, name, ...signDefaults, places: [{ site: harbourId, level, zone }], ...more },
})
/** Two at the harbour, and one at the gates of its yard. */
export const citySigns: readonly Sign[] = [
  signOf('harbour-main', 'Harbour, main entrance', null, null, { floor: 3, hysteresis: 2 }),
  signOf('harbour-promenade', 'Promenade', 'promenade', null, { offset: -1 }),
  signOf('harbour-yard', 'Yard, by its gates', countZone.level, countZone.zone, {
    trust: { ...signDefaults.trust, coverage: 0.7 },
  }),
]

/** Faults from the first minute on; the rest of the yard is sound. */
function setFaults({ sensorAt }: ScriptStage) {
  const bays = [disputedBay, stuckBay, flappingBay, ...dyingBays].map((bay) => sensorAt(yard, bay))
  const fragile = [...bays, ...overstayBays.map((bay) => sensorAt(promenade, bay))]
  for (const sensor of fragile) Object.assign(sensor, { fault: undefined, silentAt: never })
  sensorAt(yard, stuckBay).fault = 'stuck'
  sensorAt(yard, flappingBay).fault = 'flapping'
  const disputed = sensorAt(yard, disputedBay)
  Object.assign(disputed, { occupied: false, reported: false, heldUntil: never })
}

function vehicleMoments({ sensorAt }: ScriptStage): Moment[] {
  const stand = (occupied: boolean, forMs: number) => (now: number) => {
    for (const bay of overstayBays) Object.assign(sensorAt(promenade, bay), { occupied, heldUntil: now + forMs })
    return []
  }
  const { leave, arrive } = scriptTimes
  return [
    { at: leave, every: cycleMs, run: stand(false, arrive - leave) },
    { at: arrive, every: cycleMs, run: stand(true, overstayMs) },
  ]
}

function faultMoments({ sensorAt, gateways, replace }: ScriptStage): Moment[] {
  return [
    {
      at: scriptTimes.dying,
      run(now) {
        for (const bay of dyingBays) Object.assign(sensorAt(yard, bay), { fault: 'silent', silentAt: now })
        return []
      },
    },
    {
      at: scriptTimes.outage,
      every: cycleMs,
      run(now, turn) {
        gateways[turn % gateways.length]?.goOffline(now + outageMs)
        return []
      },
    },
    {
      at: scriptTimes.swap,
      run() {
        const old = sensorAt(yard, dyingBays[0])
        const { device } = replace(old)
        return [{ is: 'assign', device, bay: old.bay, replaces: old.device }]
      },
    },
  ]
}

function deskMoments({ sensorAt, epoch, began, vehicles }: ScriptStage): Moment[] {
  return [
    {
      at: scriptTimes.signs,
      run: () => citySigns.map((sign) => ({ is: 'desk', change: { is: 'sign', id: sign.id, sign }, reason: '' })),
    },
    {
      at: scriptTimes.recount,
      every: recountMs,
      run(now) {
        const change = {
          is: 'recount',
          id: `yard-${epoch}-${Math.round((now - began) / second)}`,
          site: harbourId,
          zone: countZone,
          vehicles: vehicles(),
        } as const
        return [{ is: 'desk', change, reason: 'Counted on a walk' }]
      },
    },
    {
      at: scriptTimes.festival,
      every: cycleMs,
      run(now, turn) {
        const sensors = festivalBays.map((bay) => sensorAt(yard, bay))
        // Vehicles have left before it begins.
        for (const sensor of sensors) Object.assign(sensor, { occupied: false, heldUntil: now + festivalMs })
        const bays = sensors.map(({ bay }) => bay)
        const change: DeskChange = {
          ...({ is: 'override', id: `harbour-festival-${epoch}-${turn + 1}`, bays, state: 'closed' } as const),
          ...{ until: instant(now + festivalMs), occasion: 'Harbour festival' },
        }
        return [{ is: 'desk', change, reason: 'Stage and stalls' }]
      },
    },
  ]
}

/** What a sensor that is stuck had reported before, as it sends it when it is heard first: when it changed, oldest first. */
export const backlogOf = (now: number): readonly number[] =>
  Array.from(
    { length: backlogChanges },
    (_, i) => now - backlogEndMs - (backlogChanges - 1 - i) * backlogStepMs - ((i * 37) % 11) * second,
  )
