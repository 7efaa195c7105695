/** One simulated sensor: when its bay changes, what it sends, and its own fault. */

import type { Rate } from './place-rates.ts'
import { between, normal, type Random } from './random.ts'
import { jsonLine, type WireReading } from './wire-reading.ts'

/** Shares of all sensors. */
const faultShares = { silent: 0.004, stuck: 0.003, flapping: 0.001, lowBattery: 0.01 } as const
export type Fault = keyof typeof faultShares
const faults = Object.keys(faultShares) as Fault[]
const flapMs = 8_000
/** How widely stays differ: standard deviation of the logarithm. */
const staySpread = 1
export const never = Number.POSITIVE_INFINITY

export interface Sensor {
  readonly device: string
  readonly bay: string
  readonly place: number
  /** Name of the gateway that carries it. */
  readonly gateway: string
  fault: Fault | undefined
  /** Departures per millisecond of city time. */
  readonly rate: number
  readonly rssi: number
  battery: number
  /** A vehicle stands in its bay. */
  occupied: boolean
  /** As the gates have counted it. */
  counted: boolean
  /** What it reports. */
  reported: boolean
  /** Until then the script decides whether a vehicle stands there. */
  heldUntil: number
  seq: number
  lastTime: number
  readonly heartbeatMs: number
  heartbeatAt: number
  /** When it falls silent for good. */
  silentAt: number
}

export interface SensorPlace extends Pick<Sensor, 'device' | 'bay' | 'place' | 'gateway' | 'heartbeatMs'> {
  readonly stayMin: number
}

export function newSensor(random: Random, { stayMin, ...where }: SensorPlace, now: number): Sensor {
  const fault = drawFault(random)
  return {
    ...where,
    fault,
    rate: leavingRate(random, stayMin),
    rssi: between(random, -112, -62),
    battery: fault === 'lowBattery' ? between(random, 3, 12) : between(random, 35, 100),
    ...{ occupied: false, counted: false, reported: false, heldUntil: 0, seq: 0, lastTime: 0 },
    heartbeatAt: now + random() * where.heartbeatMs,
    // Half of the silent sensors never send, the others stop during the demo.
    silentAt: fault !== 'silent' ? never : random() < 0.5 ? now : now + between(random, 60_000, 1_200_000),
  }
}

/** Departures of a bay per millisecond. */
export const leavingRate = (random: Random, stayMin: number): number =>
  Math.exp(staySpread * normal(random)) / (stayMin * 60_000)

function drawFault(random: Random): Fault | undefined {
  let drawn = random()
  for (const fault of faults) {
    drawn -= faultShares[fault]
    if (drawn < 0) return fault
  }
  return undefined
}

/** Whether its bay changes within so much time of the city. */
export function changes(random: Random, sensor: Sensor, { share, slope }: Rate, cityMs: number): boolean {
  const arriving = (slope + sensor.rate * share) / (1 - share)
  // When the curve falls faster than cars leave, additional cars leave.
  const leaving = sensor.rate + Math.max(0, -arriving * (1 - share)) / share
  return random() < 1 - Math.exp(-(sensor.occupied ? leaving : Math.max(0, arriving)) * cityMs)
}

/** What it reports after so much time of the clock. */
export function reportOf(random: Random, { fault, occupied, reported }: Sensor, clockMs: number): boolean {
  if (fault === 'stuck') return reported
  if (fault === 'flapping') return random() < clockMs / flapMs ? !reported : reported
  return occupied
}

/** Its next frame. `health`: with its own health measures. */
export function frame(random: Random, sensor: Sensor, epoch: number, at: number, health: boolean): string {
  const time = Math.max(Math.round(at), sensor.lastTime + 1)
  sensor.lastTime = time
  sensor.battery = Math.max(1, sensor.battery - 0.0005)
  const reading: WireReading = {
    device: sensor.device,
    gateway: sensor.gateway,
    epoch,
    seq: sensor.seq++,
    time,
    occupied: sensor.reported,
    rssi_dbm: Math.round(sensor.rssi + 3 * normal(random)),
    ...(health
      ? { battery_pct: Math.round(sensor.battery), temperature_c: Math.round(10 * (14 + 2 * normal(random))) / 10 }
      : {}),
  }
  return jsonLine(reading)
}
