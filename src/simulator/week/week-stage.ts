/** What the faults of a week are planted in: the sensors, gateways and gates of the city, and the moments at which something happens. */
import type { LossFact } from '../../domain/folds/fold.ts'
import type { ScriptStage } from '../city-script.ts'
import { never, type Sensor } from '../city-sensor.ts'
import { cameraId } from '../harbour.ts'
import { createRandom } from '../random.ts'
import { type Radio, sourceOfGateway } from './radio.ts'

export interface WeekStage extends Pick<ScriptStage, 'cells' | 'gates' | 'sensorAt' | 'vehicles'> {
  readonly radio: Radio
  /** Sources that are down. */
  readonly down: Set<string>
  /** The server does not run. */
  isStopped: boolean
  readonly stops: { readonly from: number; readonly to: number }[]
  /** Losses that a source reports with the next heartbeat. */
  readonly losses: LossFact[]
  later(at: number, run: (now: number) => void): void
  /** A sound sensor of a car park, each once. */
  victim(): Sensor
  camera(): Sensor
}

export interface Moments {
  /** Runs what has come due. */
  run(now: number): void
  readonly later: WeekStage['later']
}

export function createMoments(): Moments {
  const moments: { readonly at: number; readonly run: (now: number) => void }[] = []
  return {
    later: (at, run) => void moments.push({ at, run }),
    run(now) {
      const due = moments.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
      for (const moment of due) {
        moments.splice(moments.indexOf(moment), 1)
        moment.run(now)
      }
    },
  }
}

interface StageParts {
  readonly stage: ScriptStage
  readonly seed: number
  readonly radio: Radio
  readonly later: WeekStage['later']
  readonly closed: ReadonlySet<string>
}

/** Departures per millisecond. */
const rateMax = 1 / 240_000
const victimGateway = /^GW-(OLD|MALL)/

/** Every sensor is sound from now on, and the second one of a bay has never been heard. */
export function createStage({ stage, seed, radio, later, closed }: StageParts): WeekStage {
  const all = stage.cells.flatMap(({ sensors }) => sensors)
  for (const sensor of all)
    Object.assign(sensor, {
      ...{ fault: undefined, silentAt: never, battery: Math.max(60, sensor.battery) },
      // Vehicles that change every minute are what flapping is.
      rate: Math.min(sensor.rate, rateMax),
    })
  const second = all.find(({ device }) => device === cameraId) as Sensor
  Object.assign(second, { fault: 'stuck', silentAt: 0 })
  stage.gates.setMissing(false)
  const random = createRandom(seed ^ 0x3ee4)
  const sound = all.filter(({ gateway, bay }) => victimGateway.test(gateway) && !closed.has(bay))
  return {
    ...stage,
    ...{ radio, down: new Set<string>(), losses: [], isStopped: false, stops: [], later },
    victim() {
      const [sensor] = sound.splice(Math.floor(random() * sound.length), 1)
      if (!sensor) throw new Error('the city has too few sensors for so many faults')
      return sensor
    },
    camera: () => second,
  }
}

export const deviceSubject = ({ device, gateway }: Pick<Sensor, 'device' | 'gateway'>): string =>
  `${sourceOfGateway(gateway)} ${device}`
export const gatewaySubject = (gateway: string): string => `${sourceOfGateway(gateway)} ${gateway}`
