/** What each decoder would make of a LoRaWAN message that nothing reads yet: for people who choose one. Nothing is applied. Pure. */
import { measures } from '../../domain/measures.ts'
import type { Measures } from '../../domain/reading.ts'
import { chooseModel } from './choose-model.ts'
import { uplinkOf } from './decode.ts'
import { modelNames, models } from './models.ts'

export interface PreviewReading {
  readonly decoder: string
  readonly occupied?: boolean | null
  readonly measures: Readonly<Record<string, number>>
}

export interface UplinkPreview {
  readonly device: string
  readonly fPort: number | undefined
  readonly bytes: Uint8Array
  /** Model that the network server names. */
  readonly named: string | undefined
  readonly readings: readonly PreviewReading[]
}

export const decoderNames = modelNames

/** Undefined: the frame is no uplink of a device with a payload. */
export function previewUplink(frame: Uint8Array, meta: Readonly<Record<string, string>>): UplinkPreview | undefined {
  const uplink = uplinkOf(frame, meta)
  if (!uplink?.device || !uplink.bytes) return undefined
  const { device, fPort, bytes, identifiers } = uplink
  const choice = chooseModel(device, identifiers, { ofDevice: () => undefined })
  const readings = models.flatMap(({ name, decode }) => {
    const read = bytes.length > 0 ? decode?.(bytes, fPort) : undefined
    return read ? [onWire(name, read.measures)] : []
  })
  return { device, fPort, bytes, named: choice.kind === 'model' ? choice.model.name : undefined, readings }
}

function onWire(decoder: string, found: Measures): PreviewReading {
  const values = measures.flatMap(({ name, key }): [string, number][] => {
    const value = found[key]
    return typeof value === 'number' ? [[name, value]] : []
  })
  const { occupied } = found
  return { decoder, ...(occupied === undefined ? {} : { occupied }), measures: Object.fromEntries(values) }
}
