/**
 * Every device model that the product knows, with frames whose meaning is known apart from its decoder: the cases in the folder of each decoder,
 * and objects made from each mapping table. A new decoder or table is covered as soon as it is in its registry.
 */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { WrittenModel } from '../../codecs/lorawan/envelopes/writer.ts'
import type { Json } from '../../codecs/lorawan/json.ts'
import { mappingTables } from '../../codecs/lorawan/mapping/registry.ts'
import type { MappingTable } from '../../codecs/lorawan/mapping/table.ts'
import { payloadDecoders } from '../../codecs/lorawan/payloads/registry.ts'
import type { Measures } from '../../domain/reading.ts'

export interface ModelFrame {
  readonly fPort: number | undefined
  readonly bytes: Uint8Array
  /** Made by the network server; present where the model has no decoder of bytes. */
  readonly decoded?: Json
  readonly measures: Measures
}

export interface FleetModel {
  readonly name: string
  /** How others name it; undefined: it needs no name, because the generic rules read it. */
  readonly named: WrittenModel | undefined
  readonly needs: 'bytes' | 'decoded'
  /** Frames of a taken and of a free bay; absent: it measures something else. */
  readonly presence?: { readonly taken: readonly ModelFrame[]; readonly free: readonly ModelFrame[] }
  /** All frames that hold a reading, a count rising. */
  readonly frames: readonly ModelFrame[]
}

interface Case {
  readonly hex: string
  readonly fPort?: number
  readonly reading: { readonly kind?: string; readonly measures: Measures } | null
}

const payloads = path.join(import.meta.dirname, '../../codecs/lorawan/payloads')

export function fleetModels(): readonly FleetModel[] {
  const decoders = payloadDecoders.map((decoder) =>
    modelOf(decoder.name, namedOf(decoder), 'bytes', framesOfCases(decoder.name)),
  )
  const byBytes = new Set(payloadDecoders.map(({ name }) => name))
  const tables = mappingTables
    .filter(({ name }) => !byBytes.has(name))
    .map((table) => modelOf(table.name, namedOf(table), 'decoded', framesOfTable(table)))
  const plain = modelOf('decoded-object', undefined, 'decoded', [
    objectFrame({ occupied: true }, { occupied: true }),
    objectFrame({ occupied: false }, { occupied: false }),
  ])
  return [...decoders, ...tables, plain].filter(({ frames }) => frames.length > 0)
}

const namedOf = ({ name, vendors: [vendor], models: [id] }: Pick<MappingTable, 'name' | 'vendors' | 'models'>) => ({
  ...{ decoder: name, vendor, id },
})

/** Frames of a restart are left out: they would begin the numbers again. So is a count that leaps, which the server rightly doubts. */
function framesOfCases(name: string): ModelFrame[] {
  const cases = globSync(`${name}/cases/*.json`, { cwd: payloads })
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(path.join(payloads, file), 'utf8')) as Case[])
  return cases.flatMap(({ hex, fPort, reading }) =>
    reading && reading.kind !== 'restart' && fPort !== 0
      ? [{ fPort, bytes: Uint8Array.fromHex(hex), measures: reading.measures }]
      : [],
  )
}

/** A table's own words, and the values that they stand for. */
function framesOfTable({ presence, distance, countIn, countOut, shape }: MappingTable): ModelFrame[] {
  const rest = Object.fromEntries(Object.entries(shape ?? {}).map(([key, [value]]) => [key, value ?? 0]))
  if (presence)
    return Object.entries(presence.values).map(([value, occupied]) =>
      objectFrame({ ...rest, [presence.key]: Number.isNaN(Number(value)) ? value : Number(value) }, { occupied }),
    )
  if (distance)
    return [700, 1_900, 2_400].map((distanceMm) =>
      objectFrame({ ...rest, [distance.key]: distanceMm / distance.mm }, { distanceMm }),
    )
  if (countIn === undefined && countOut === undefined) return []
  return [5, 9, 30].map((count) =>
    objectFrame(
      { ...rest, ...(countIn ? { [countIn]: count } : {}), ...(countOut ? { [countOut]: count - 5 } : {}) },
      { ...(countIn ? { countIn: count } : {}), ...(countOut ? { countOut: count - 5 } : {}) },
    ),
  )
}

const objectFrame = (decoded: Json, measures: Measures): ModelFrame => ({
  fPort: 1,
  bytes: new Uint8Array(),
  decoded,
  measures,
})

function modelOf(
  name: string,
  named: FleetModel['named'],
  needs: FleetModel['needs'],
  frames: readonly ModelFrame[],
): FleetModel {
  const showing = (occupied: boolean) => frames.filter(({ measures }) => measures.occupied === occupied)
  const [taken, free] = [showing(true), showing(false)]
  const readings = frames.filter(({ measures }) => Object.keys(measures).length > 0)
  const byCount = readings.toSorted((a, b) => countOf(a) - countOf(b))
  const leap = byCount.findIndex(
    (frame, i) => i > 0 && countOf(frame) - countOf(byCount[i - 1] as ModelFrame) > leapMin,
  )
  const both = taken.length > 0 && free.length > 0
  return {
    name,
    named,
    needs,
    ...(both ? { presence: { taken, free } } : {}),
    frames: leap < 0 ? byCount : byCount.slice(0, leap),
  }
}

const leapMin = 1_000
const countOf = ({ measures: { countIn = 0, countOut = 0 } }: ModelFrame) => countIn + countOut
