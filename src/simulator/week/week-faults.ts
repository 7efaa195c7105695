/** The faults of a week: each is planted at a moment, and states what has to find it and what else may follow from it. */
import { countKey } from '../../domain/counting.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import type { Cell } from '../city-life.ts'
import { never } from '../city-sensor.ts'
import { countZone, disputedBay, harbourId, overstayBays, promenade, yard } from '../harbour.ts'
import type { Planted } from './planted.ts'
import { citySource, hospitalSource } from './radio.ts'
import { deviceSubject, gatewaySubject, type WeekStage } from './week-stage.ts'

export type PlantFault = (stage: WeekStage, at: number, turn: number) => readonly Planted[]

const minute = 60_000
const hour = 60 * minute
/** A heartbeat of the journal and a step of the city: what is decided by the clock shows so much later. */
const lookMs = 90_000
/** Alerts that a root has held back are released ten minutes after it has cleared. */
const releaseMs = 15 * minute
const silentAfterMs = 7.5 * minute

export const deadSensor: PlantFault = (stage, at) => {
  const sensor = stage.victim()
  stage.later(at, (now) => void Object.assign(sensor, { fault: 'silent', silentAt: now }))
  const subject = deviceSubject(sensor)
  return [silenceOf(subject, at, never)]
}

const silenceOf = (subject: string, from: number, to: number): Planted => ({
  ...{ kind: 'dead sensor', rule: 'silent', subject, from, to, foundWithinMs: silentAfterMs + lookMs },
  explains: [{ rules: ['silent'], subjects: new Set([subject]) }],
})

export const stuckSensor: PlantFault = (stage, at) => {
  const sensor = stage.victim()
  stage.later(at, () => void Object.assign(sensor, { fault: 'stuck' }))
  return [
    {
      ...{ kind: 'stuck sensor', rule: 'stuck', subject: sensor.bay, from: at, to: never, foundWithinMs: 48 * hour },
      explains: [{ rules: ['stuck'], subjects: new Set([sensor.bay]) }],
    },
  ]
}

export const flappingSensor: PlantFault = (stage, at) => {
  const sensor = stage.victim()
  const end = at + 40 * minute
  stage.later(at, () => void Object.assign(sensor, { fault: 'flapping' }))
  stage.later(end, () => void Object.assign(sensor, { fault: undefined }))
  return [
    {
      ...{ kind: 'flapping sensor', rule: 'flapping', subject: sensor.bay, from: at, to: end + releaseMs },
      ...{ foundWithinMs: 12 * minute, explains: [{ rules: ['flapping'], subjects: new Set([sensor.bay]) }] },
    },
  ]
}

/** The second sensor of a bay of the yard sees a vehicle that is not there; it is dead before and after. */
export const sensorsDisagree: PlantFault = (stage, at) => {
  const camera = stage.camera()
  const end = at + 60 * minute
  stage.later(at, (now) => {
    Object.assign(camera, { silentAt: never, reported: true, heartbeatAt: now })
    Object.assign(stage.sensorAt(yard, disputedBay), { occupied: false, heldUntil: end })
  })
  stage.later(end, (now) => void Object.assign(camera, { silentAt: now }))
  const zone = countKey({ site: harbourId, ...countZone })
  return [
    {
      ...{ kind: 'sensors disagree', rule: 'disputed', subject: camera.bay, from: at, to: end + silentAfterMs },
      foundWithinMs: 6 * minute,
      explains: [
        { rules: ['disputed'], subjects: new Set([camera.bay]) },
        { rules: ['count-mismatch'], subjects: new Set([zone]) },
      ],
    },
    silenceOf(deviceSubject(camera), end, never),
  ]
}

export const batteryDeclines: PlantFault = (stage, at) => {
  const sensor = stage.victim()
  const drain = (now: number) => {
    sensor.battery = Math.max(1, sensor.battery - 0.25)
    stage.later(now + hour, drain)
  }
  stage.later(at, drain)
  const subject = deviceSubject(sensor)
  return [
    {
      ...{ kind: 'battery declines', rule: 'battery', subject, from: at, to: never },
      // A trend needs seven days.
      ...{ foundWithinMs: 6.5 * 24 * hour, explains: [{ rules: ['battery'], subjects: new Set([subject]) }] },
    },
  ]
}

export const clockAhead: PlantFault = (stage, at) => {
  const sensor = stage.victim()
  const end = at + 30 * minute
  stage.later(at, () => stage.radio.skew(sensor.device, 5 * minute))
  stage.later(end, () => stage.radio.skew(sensor.device, 0))
  const subject = deviceSubject(sensor)
  return [
    {
      ...{ kind: 'clock is ahead', rule: 'clock-skew', subject, from: at, to: end + releaseMs },
      foundWithinMs: sensor.heartbeatMs + lookMs,
      explains: [{ rules: ['clock-skew'], subjects: new Set([subject]) }],
    },
  ]
}

const below = (cells: readonly Cell[]) => new Set(cells.flatMap(({ sensors }) => sensors.map(deviceSubject)))

export const gatewayOutage: PlantFault = (stage, at, turn) => {
  const station = stage.cells.filter(({ gateway: { name } }) => name.startsWith('GW-STA'))
  const cell = station[turn % station.length] as Cell
  const end = at + 25 * minute
  stage.later(at, () => cell.gateway.goOffline(end))
  const subject = gatewaySubject(cell.gateway.name)
  return [
    {
      ...{ kind: 'gateway outage', rule: 'gateway-offline', subject, from: at, to: end + releaseMs },
      foundWithinMs: 8 * minute,
      explains: [
        { rules: ['gateway-offline'], subjects: new Set([subject]) },
        { rules: ['silent'], subjects: below([cell]) },
      ],
    },
  ]
}

export const sourceDown: PlantFault = (stage, at) => {
  const cells = stage.cells.filter(({ gateway: { name } }) => name.startsWith('GW-HOSP'))
  const end = at + 30 * minute
  stage.later(at, () => {
    stage.down.add(hospitalSource)
    for (const { gateway } of cells) gateway.goOffline(end)
  })
  stage.later(end, () => void stage.down.delete(hospitalSource))
  return [
    {
      ...{ kind: 'source down', rule: 'source-down', subject: hospitalSource, from: at, to: end + releaseMs },
      foundWithinMs: 3 * minute,
      explains: [
        { rules: ['source-down'], subjects: new Set([hospitalSource]) },
        { rules: ['gateway-offline'], subjects: new Set(cells.map(({ gateway }) => gatewaySubject(gateway.name))) },
        { rules: ['silent'], subjects: below(cells) },
      ],
    },
  ]
}

export const countDrifts: PlantFault = (stage, at) => {
  const end = at + 3.8 * hour
  stage.later(at, () => stage.gates.setMissing(true))
  stage.later(end, () => stage.gates.setMissing(false))
  const subject = countKey({ site: harbourId, ...countZone })
  return [
    {
      ...{ kind: 'count drifts', rule: 'count-mismatch', subject, from: at, to: end + recountEveryMs + releaseMs },
      ...{ foundWithinMs: 3.8 * hour, explains: [{ rules: ['count-mismatch'], subjects: new Set([subject]) }] },
    },
  ]
}
/** A person counts the vehicles of the yard. */
export const recountEveryMs = 4 * hour

export const overstay: PlantFault = (stage, at) => {
  const sensor = stage.sensorAt(promenade, overstayBays[0])
  const end = at + 13 * minute
  stage.later(at - 3 * minute, () => void Object.assign(sensor, { occupied: false, heldUntil: at }))
  stage.later(at, () => void Object.assign(sensor, { occupied: true, heldUntil: end }))
  return [
    {
      ...{ kind: 'overstay', rule: 'overstay', subject: sensor.bay, from: at, to: end + lookMs },
      foundWithinMs: 6 * minute + lookMs,
      explains: [{ rules: ['overstay'], subjects: new Set([sensor.bay]) }],
    },
  ]
}

export const fullLot: PlantFault = (stage, at) => {
  const sensors = stage.cells.flatMap(({ sensors }) => sensors.filter(({ gateway }) => gateway.startsWith('GW-HOSP')))
  const end = at + 40 * minute
  stage.later(at, () => {
    for (const sensor of sensors) Object.assign(sensor, { occupied: true, heldUntil: end })
  })
  const subject = 'hosp'
  return [
    {
      ...{ kind: 'full lot', rule: 'site-full', subject, from: at, to: end + releaseMs, foundWithinMs: 4 * minute },
      explains: [{ rules: ['site-full', 'site-nearly-full'], subjects: new Set([subject]) }],
    },
  ]
}

const framesLost = 12

export const lostMessages: PlantFault = (stage, at) => {
  const detail = `The driver of ${citySource} dropped ${framesLost} messages.`
  stage.later(at, (now) => {
    stage.radio.lose(framesLost)
    const id = String(dayNumber(now))
    stage.losses.push({ source: citySource, cause: 'overrun', id, frames: framesLost, detail })
  })
  const subject = `${citySource} overrun`
  return [
    {
      ...{ kind: 'lost messages', rule: 'loss', subject, from: at, to: at + lookMs, foundWithinMs: lookMs },
      explains: [{ rules: ['loss'], subjects: new Set([subject]) }],
    },
  ]
}

export const garbledMessage: PlantFault = (stage, at) => {
  stage.later(at, () => stage.radio.garble(citySource))
  return [
    {
      ...{ kind: 'garbled message', rule: 'dead-letters', subject: citySource, from: at, to: at + lookMs },
      ...{ foundWithinMs: lookMs, explains: [{ rules: ['dead-letters'], subjects: new Set([citySource]) }] },
    },
  ]
}

/** Senders keep what they have, and no device is silent for it: nothing may be raised. */
export const serverStopped: PlantFault = (stage, at) => {
  const end = at + 20 * minute
  stage.stops.push({ from: at, to: end })
  stage.later(at, () => {
    stage.isStopped = true
    for (const { gateway } of stage.cells) gateway.goOffline(end)
  })
  stage.later(end, () => {
    stage.isStopped = false
  })
  return []
}
