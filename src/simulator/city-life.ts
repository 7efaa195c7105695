/** The city from one start to the next: its sensors by gateway, the gates of its yard and its script. */
import type { Layout } from '../domain/layout.ts'
import { type CityGates, createGates } from './city-gates.ts'
import { type CityFaults, createGateway, type Gateway } from './city-gateway.ts'
import { replacementId } from './city-layout.ts'
import type { CityScript, ScriptStage } from './city-script.ts'
import { frame, newSensor, type Sensor } from './city-sensor.ts'
import { allCharacters } from './demand.ts'
import { harbourId, yard } from './harbour.ts'
import type { LevelPlace, Rate } from './place-rates.ts'
import type { Random } from './random.ts'

const gatewaySensors = 60

/** Sensors of one gateway. */
export interface Cell {
  readonly gateway: Gateway
  readonly sensors: Sensor[]
}

export interface Life {
  readonly epoch: number
  readonly cells: readonly Cell[]
  /** The sensor whose bay it is, by the index of the level in the city. */
  readonly bays: readonly Sensor[][]
  /** Absent without a harbour. */
  readonly harbour?: { readonly gates: CityGates; readonly script: CityScript; readonly yardAt: number }
}

export interface LifeStart {
  readonly layout: Layout
  readonly places: readonly LevelPlace[]
  readonly rates: readonly Rate[]
  readonly random: Random
  readonly chance: CityFaults
  readonly epoch: number
  readonly now: number
  readonly script: (stage: ScriptStage) => CityScript
}

export function newLife(start: LifeStart): Life {
  const { layout, places, epoch } = start
  const heartbeats = new Map(layout.devices?.map(({ device, heartbeatS = 60 }) => [device, 1_000 * heartbeatS]))
  const levels = places.map((_, place) => newLevel(start, place, heartbeats))
  const cells = levels.flatMap(({ cells }) => cells)
  const bays = levels.map(({ bays }) => bays)
  const first = places.findIndex(({ site }) => layout.sites[site]?.id === harbourId)
  return { epoch, cells, bays, ...(first < 0 ? {} : { harbour: harbourLife(start, { epoch, cells, bays }, first) }) }
}

function newLevel(
  { layout, places, rates, random, chance, now }: LifeStart,
  place: number,
  heartbeats: ReadonlyMap<string, number>,
) {
  const { site, level } = places[place] as LevelPlace
  const { code, stayMin } = allCharacters[site] ?? { code: 'X', stayMin: 30 }
  const bays: Sensor[] = []
  const cells: Cell[] = []
  for (const { id, devices } of layout.sites[site]?.levels[level]?.bays ?? []) {
    let cell = cells.at(-1)
    if (!cell || cell.sensors.length >= gatewaySensors) {
      const name = `GW-${code}-${level + 1}${String.fromCharCode(65 + cells.length)}`
      cell = { gateway: createGateway(name, random, chance, now), sensors: [] }
      cells.push(cell)
    }
    for (const [i, device] of devices.entries()) {
      const where = {
        device,
        bay: id,
        place,
        gateway: cell.gateway.name,
        stayMin,
        heartbeatMs: heartbeats.get(device) ?? 60_000,
      }
      const sensor = newSensor(random, where, now)
      sensor.occupied = i === 0 && random() < (rates[place] as Rate).share
      sensor.reported = sensor.occupied
      sensor.counted = sensor.occupied
      // A second sensor of a bay sees a vehicle that is not there.
      if (i > 0) Object.assign(sensor, { fault: 'stuck', reported: true, heldUntil: Number.POSITIVE_INFINITY })
      else bays.push(sensor)
      cell.sensors.push(sensor)
    }
  }
  return { bays, cells }
}

function harbourLife(start: LifeStart, { cells, bays, epoch }: Life, first: number): NonNullable<Life['harbour']> {
  const { random, now, layout, places } = start
  const ofSite = (site: string) => bays.filter((_, place) => layout.sites[places[place]?.site ?? 0]?.id === site).flat()
  const station = new Set(ofSite('sta').map(({ gateway }) => gateway))
  const gates = createGates(random, epoch, now)
  const script = start.script({
    ...{ epoch, began: now, cells, gates },
    sensorAt: (level, bay) => bays[first + level]?.[bay] as Sensor,
    gateways: cells.flatMap(({ gateway }) => (station.has(gateway.name) ? [gateway] : [])),
    replace(old) {
      const { device, bay, place, gateway, occupied, heartbeatMs } = old
      const fresh = newSensor(
        random,
        { device: replacementId(device), bay, place, gateway, heartbeatMs, stayMin: 30 },
        start.now,
      )
      Object.assign(fresh, {
        occupied,
        counted: occupied,
        reported: occupied,
        fault: undefined,
        heartbeatAt: 0,
        silentAt: Number.POSITIVE_INFINITY,
      })
      const ofPlace = bays[place] as Sensor[]
      ofPlace[ofPlace.indexOf(old)] = fresh
      const sensors = cells.find((cell) => cell.sensors.includes(old))?.sensors
      sensors?.splice(sensors.indexOf(old), 1, fresh)
      return fresh
    },
    vehicles: () => (bays[first + yard] ?? []).filter(({ occupied }) => occupied).length,
  })
  return { gates, script, yardAt: first + yard }
}

/** The first frame of a sensor; of one that is stuck, behind what it had reported before. `changes`: when, oldest first. */
export function firstFrames(random: Random, sensor: Sensor, { epoch }: Life, now: number, changes: readonly number[]) {
  const last = sensor.reported
  const before = changes.map((at, i) => {
    sensor.reported = (changes.length - i) % 2 === 1 ? last : !last
    return frame(random, sensor, epoch, at, false)
  })
  const changedAt = changes.at(-1)
  // Its heartbeats show that nothing changed since.
  const beats = changedAt === undefined ? 0 : Math.ceil((now - changedAt) / sensor.heartbeatMs)
  for (let beat = 1; beat < beats; beat++)
    before.push(frame(random, sensor, epoch, (changedAt ?? 0) + beat * sensor.heartbeatMs, true))
  return [...before, frame(random, sensor, epoch, now, true)]
}
