/**
 * The demo city: sensors in four car parks with the demand of a real week, and the faults of real radios. It is pure: `tick(now)`
 * answers with the frames that reached the network since the tick before, in the order they would arrive; the same seed and the
 * same ticks give the same frames.
 *
 * Each bay is a two-state chain whose rates make the expected share of taken bays equal the demand curve at every moment:
 * departures at rate d = 1/stay, arrivals at (r' + d*r) / (1 - r), for a curve r with slope r'.
 * Faults of the city: a frame comes late, twice, or with a garbled copy before it. None is ever missing: the numbers of
 * every sensor stay without gaps, so a count of lost readings above zero is never the city's doing.
 */
import type { Layout } from '../domain/layout.ts'
import type { Instant } from '../lib/brand.ts'
import { cityLayout } from './city-layout.ts'
import { characters, demand } from './demand.ts'
import { between, createRandom, normal, type Random } from './random.ts'
import { jsonLine, type WireReading } from './wire-reading.ts'

export interface CityOptions {
  readonly bays: number
  readonly seed: number
  /** IANA zone whose local time drives the demand. */
  readonly zone: string
  /** City time runs this many times as fast as the clock; readings carry the clock's time. */
  readonly speed?: number
  readonly faults?: Partial<CityFaults>
}

/** Chances per frame. */
export interface CityFaults {
  readonly duplicate: number
  readonly late: number
  readonly garbled: number
}

export interface City {
  readonly layout: Layout
  /** The first word of every sensor that talks. Opens the city's epoch: a later start has a higher one. */
  start(now: Instant): readonly string[]
  /** Frames since the last call, as JSON lines; now and then one is garbled. */
  tick(now: Instant): readonly string[]
}

const defaultFaults: CityFaults = { duplicate: 1 / 500, late: 1 / 5_000, garbled: 1 / 30_000 }
const heartbeatMs = 300_000
const gatewayBays = 60
/** A gateway sends what it has gathered this often: its readings arrive together. */
const flushMsMin = 1_000
const flushMsMax = 4_000
/** Chance per flush that a gateway's uplink pauses, and for how long. */
const pauseChance = 1 / 1_500
const pauseMsMax = 45_000
/** Shorter than the time after which a server counts a late frame as missing. */
const lateMsMax = 6_000
/** City time in one step: short against a stay. */
const stepCityMs = 20_000
/** After a longer gap (a laptop asleep) the city goes on from here instead of reliving the gap. */
const gapCityMsMax = 10 * 60_000
/** Shares of all sensors. */
const faultShares = { silent: 0.004, stuck: 0.003, flapping: 0.001, lowBattery: 0.01 } as const
type Fault = keyof typeof faultShares
const faults = Object.keys(faultShares) as Fault[]
const flapMs = 12_000
/** How widely stays differ: standard deviation of the logarithm. */
const staySpread = 1
/** Levels fill from the ground up: shift of the curve per level, in log odds. */
const levelShift = 0.35

interface Sensor {
  readonly device: string
  readonly place: number
  readonly fault: Fault | undefined
  /** Departures per millisecond of city time. */
  readonly rate: number
  readonly rssi: number
  battery: number
  occupied: boolean
  seq: number
  lastTime: number
  heartbeatAt: number
  /** When it falls silent for good. */
  silentAt: number
}

interface Gateway {
  readonly sensors: readonly Sensor[]
  outbox: string[]
  flushAt: number
  held: { readonly line: string; readonly due: number }[]
}

export function createCity({ bays, seed, zone, speed = 1, faults: chances }: CityOptions): City {
  const layout = cityLayout(bays, seed, zone)
  const random = createRandom(seed)
  const chance = { ...defaultFaults, ...chances }
  const places = layout.sites.flatMap((site, s) =>
    site.levels.map((_, l) => ({ site: s, level: l, of: site.levels.length })),
  )
  let gateways: Gateway[] = []
  let epoch = 0
  let clockStart = 0
  let last = 0
  const cityTime = (now: number) => clockStart + (now - clockStart) * speed

  function start(now: Instant): string[] {
    epoch = Math.max(epoch + 1, Math.floor(now / 1_000))
    clockStart = now
    last = now
    const rates = placeRates(now, 1_000)
    const lines: string[] = []
    gateways = []
    let sensors: Sensor[] = []
    const close = () => {
      if (sensors.length > 0)
        gateways.push({ sensors, outbox: [], flushAt: now + between(random, 0, flushMsMax), held: [] })
      sensors = []
    }
    for (const [place, { site, level }] of places.entries()) {
      for (const { id, device = id } of layout.sites[site]?.levels[level]?.bays ?? []) {
        const sensor = newSensor(random, device, place, characters[site]?.stayMin ?? 30, now)
        sensor.occupied = random() < (rates[place] as Rate).share
        sensors.push(sensor)
        if (sensor.silentAt > now) lines.push(frame(sensor, now, true))
        if (sensors.length >= gatewayBays) close()
      }
      close()
    }
    return lines
  }

  function tick(now: Instant): string[] {
    if (now <= last) return []
    const from = Math.max(last, now - gapCityMsMax / speed)
    last = now
    const steps = Math.max(1, Math.ceil(((now - from) * speed) / stepCityMs))
    const width = (now - from) / steps
    for (let step = 0; step < steps; step++) live(from + step * width, width)
    const lines: string[] = []
    for (const gateway of gateways) flush(gateway, now, lines)
    return lines
  }

  /** Lets `width` ms of the clock pass from `at`. */
  function live(at: number, width: number) {
    const cityMs = width * speed
    const rates = placeRates(cityTime(at), cityMs)
    for (const gateway of gateways) {
      for (const sensor of gateway.sensors) {
        if (sensor.silentAt <= at) continue
        if (changes(sensor, rates[sensor.place] as Rate, cityMs, width)) {
          sensor.occupied = !sensor.occupied
          emit(gateway, frame(sensor, at + random() * width, false))
        }
        if (sensor.heartbeatAt <= at + width) {
          emit(gateway, frame(sensor, Math.max(at, sensor.heartbeatAt), true))
          sensor.heartbeatAt += heartbeatMs * Math.max(1, Math.ceil((at - sensor.heartbeatAt) / heartbeatMs))
        }
      }
    }
  }

  function changes(sensor: Sensor, { share, slope }: Rate, cityMs: number, clockMs: number): boolean {
    if (sensor.fault === 'stuck') return false
    if (sensor.fault === 'flapping') return random() < clockMs / flapMs
    const arriving = (slope + sensor.rate * share) / (1 - share)
    // When the curve falls faster than cars leave, additional cars leave.
    const leaving = sensor.rate + Math.max(0, -arriving * (1 - share)) / share
    return random() < 1 - Math.exp(-(sensor.occupied ? leaving : Math.max(0, arriving)) * cityMs)
  }

  interface Rate {
    readonly share: number
    /** Change of share per millisecond of city time. */
    readonly slope: number
  }

  function placeRates(city: number, widthMs: number): Rate[] {
    const ahead = Math.max(60_000, widthMs)
    const curves = characters.map((character) => ({
      now: demand(character, city, zone, seed),
      soon: demand(character, city + ahead, zone, seed),
    }))
    return places.map(({ site, level, of }) => {
      const { now, soon } = curves[site] as { now: number; soon: number }
      const share = shareOnLevel(now, level, of)
      return { share, slope: (shareOnLevel(soon, level, of) - share) / ahead }
    })
  }

  function frame(sensor: Sensor, at: number, health: boolean): string {
    const time = Math.max(Math.round(at), sensor.lastTime + 1)
    sensor.lastTime = time
    sensor.battery = Math.max(1, sensor.battery - 0.0005)
    const reading: WireReading = {
      device: sensor.device,
      epoch,
      seq: sensor.seq++,
      time,
      occupied: sensor.occupied,
      rssi_dbm: Math.round(sensor.rssi + 3 * normal(random)),
      ...(health
        ? { battery_pct: Math.round(sensor.battery), temperature_c: Math.round(10 * (14 + 2 * normal(random))) / 10 }
        : {}),
    }
    return jsonLine(reading)
  }

  function emit(gateway: Gateway, line: string) {
    if (random() < chance.late) {
      gateway.held.push({ line, due: last + between(random, 1_000, lateMsMax) })
      return
    }
    if (random() < chance.garbled) gateway.outbox.push(garbled(line))
    gateway.outbox.push(line)
    if (random() < chance.duplicate) gateway.outbox.push(line)
  }

  function garbled(line: string): string {
    const cut = Math.floor(random() * (line.length - 2)) + 1
    return `${line.slice(0, cut)}~${line.slice(cut + 1, -1)}`
  }

  function flush(gateway: Gateway, now: number, lines: string[]) {
    if (gateway.flushAt > now) return
    const pause = random() < pauseChance ? random() * pauseMsMax : 0
    gateway.flushAt = now + between(random, flushMsMin, flushMsMax) + pause
    if (gateway.outbox.length > 0) {
      for (const line of gateway.outbox) lines.push(line)
      gateway.outbox = []
    }
    if (gateway.held.length > 0) {
      for (const { line, due } of gateway.held) if (due <= now) lines.push(line)
      gateway.held = gateway.held.filter(({ due }) => due > now)
    }
  }

  return { layout, start, tick }
}

function newSensor(random: Random, device: string, place: number, stayMin: number, now: number): Sensor {
  const fault = drawFault(random)
  return {
    device,
    place,
    fault,
    rate: Math.exp(staySpread * normal(random)) / (stayMin * 60_000),
    rssi: between(random, -112, -62),
    battery: fault === 'lowBattery' ? between(random, 3, 12) : between(random, 35, 100),
    occupied: false,
    seq: 0,
    lastTime: 0,
    heartbeatAt: now + random() * heartbeatMs,
    // Half of the silent sensors never send, the others stop during the demo.
    silentAt:
      fault !== 'silent' ? Number.POSITIVE_INFINITY : random() < 0.5 ? now : now + between(random, 60_000, 1_200_000),
  }
}

function drawFault(random: Random): Fault | undefined {
  let drawn = random()
  for (const fault of faults) {
    drawn -= faultShares[fault]
    if (drawn < 0) return fault
  }
  return undefined
}

/** The share of a level's bays that are taken when that of the whole car park is known. */
export const shareOnLevel = (share: number, level: number, levels: number): number =>
  shifted(share, ((levels - 1) / 2 - level) * levelShift)

/** Shifts a share in log odds: it stays between 0 and 1, and changes most in the middle. */
const shifted = (share: number, shift: number): number => 1 / (1 + ((1 - share) / share) * Math.exp(-shift))
