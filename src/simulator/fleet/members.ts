/**
 * The members of a fleet. Each is drawn from the seed of the fleet and its own index alone, so none is kept: the same member is made again when
 * its frames are sent and when what the server shows is compared with the truth.
 */

import type { EnvelopeWriter } from '../../codecs/lorawan/envelopes/writer.ts'
import { envelopeWriters } from '../../codecs/lorawan/envelopes/writers.ts'
import type { History, Kind, Transport } from '../world/history.ts'
import { numbersOnly } from '../world/truth.ts'
import { historyOf } from '../world/world.ts'
import { type FleetModel, fleetModels } from './models.ts'
import { shifted } from './shifted.ts'

/** Ways into a server, each by a real protocol. */
export const ways = ['webhook', 'http', 'mqtt', 'tcp', 'udp', 'serial'] as const
export type Way = (typeof ways)[number]

export interface Fleet {
  readonly seed: number
  readonly devices: number
  /** When its sending begins, ms since 1970; in the ids, so that two runs share no device. */
  readonly begin: number
  readonly ways: readonly Way[]
}

export interface Member {
  readonly index: number
  readonly device: string
  /** That it watches; undefined: it knows nothing of a bay. */
  readonly bay: string | undefined
  readonly way: Way
  readonly history: History
  readonly lorawan?: { readonly model: FleetModel; readonly envelope: EnvelopeWriter }
}

/** Of a hundred devices. */
const shares: Record<Way, number> = { webhook: 40, http: 20, mqtt: 15, tcp: 10, udp: 10, serial: 5 }
/** Longer lives would make a fleet of many devices take hours. */
const framesMax = 60
const drawsMax = 200

/** A UDP datagram names no connection and no repetition, as a line of a serial port. */
const transportOf: Record<Way, Transport> = {
  ...{ webhook: 'lorawan', http: 'http', mqtt: 'mqtt', tcp: 'tcp', udp: 'serial', serial: 'serial' },
}
const boardKinds: readonly Kind[] = ['clock-number', 'clock', 'boot', 'number', 'neither']

export interface Members {
  /** Without drawing its history. */
  wayOf(index: number): Way
  deviceOf(index: number): string
  member(index: number): Member
}

/** Neighbours take different ways: coprime to every sum of shares. */
const stride = 37

export function createMembers(fleet: Fleet): Members {
  const models = fleetModels()
  const byShare = fleet.ways.flatMap((way) => Array<Way>(shares[way]).fill(way))
  const placeOf = (index: number) => (index * stride) % byShare.length
  const wayOf = (index: number) => byShare[placeOf(index)] as Way
  return {
    wayOf,
    deviceOf: (index) => deviceOf(fleet, index, wayOf(index)),
    member(index) {
      const way = wayOf(index)
      const nth = Math.floor(index / byShare.length) * shares[way] + placeOf(index) - byShare.indexOf(way)
      const lorawan = way === 'webhook' ? sensorOf(models, nth) : undefined
      const history = shifted(drawHistory(fleet, index, way, lorawan?.envelope), fleet.begin)
      const hasBay = lorawan === undefined || lorawan.model.presence !== undefined
      return {
        ...{ index, way, history, device: deviceOf(fleet, index, way) },
        bay: hasBay ? `fleet-${index}` : undefined,
        ...(lorawan ? { lorawan } : {}),
      }
    },
  }
}

/** A model that the envelope can carry: bytes need the port, objects a network server that decodes. */
function sensorOf(models: readonly FleetModel[], nth: number): NonNullable<Member['lorawan']> {
  const envelope = envelopeWriters[nth % envelopeWriters.length] as EnvelopeWriter
  const carried = models.filter(({ needs }) => (needs === 'bytes' ? envelope.ports : envelope.decodes))
  return { envelope, model: carried[Math.floor(nth / envelopeWriters.length) % carried.length] as FleetModel }
}

const deviceOf = ({ begin }: Fleet, index: number, way: Way): string => {
  const run = Math.floor(begin / 1_000)
  if (way !== 'webhook') return `fleet-${run.toString(36)}-${index}`
  return `F1E${run.toString(16).padStart(8, '0').slice(-8)}${index.toString(16).padStart(5, '0')}`.toUpperCase()
}

function drawHistory({ seed }: Fleet, index: number, way: Way, envelope: EnvelopeWriter | undefined): History {
  const kind = way === 'webhook' ? 'session' : (boardKinds[index % boardKinds.length] as Kind)
  for (let draw = 0; draw < drawsMax; draw++) {
    const history = historyOf(seed * 1_000_003 + index * drawsMax + draw, kind, transportOf[way])
    if (history.deliveries.length <= framesMax && (envelope === undefined || fits(history, envelope))) return history
  }
  throw new Error(`seed ${seed}: no history for device ${index} in ${drawsMax} draws: take another --seed`)
}

/** What the envelope leaves out, the history may not need. */
function fits({ readings }: History, { times, sessions, seqMax = 2 ** 32 - 1 }: EnvelopeWriter): boolean {
  const hasOneRun = readings.every(({ run }) => run === 0)
  return (hasOneRun || (times && sessions)) && readings.every(({ wire: { seq = 0 } }) => seq <= seqMax)
}

/** Its frames may go in one body with those of other devices: nothing of its order rests on the body. */
export const mayShareBody = ({ history }: Member): boolean => history.kind !== 'neither' && !numbersOnly(history)
