/**
 * A payload decoder reads the bytes of one kind of sensor, written from its byte layout (big-endian, bit 0 = least significant).
 * It is used for a device only when something names the kind (choose-model.ts). A port alone names nothing: every vendor uses ports
 * 1, 2 and 3.
 * A new one is a folder with `decode.ts`, `cases/` and a line of readme.md, and a line in `registry.ts`.
 */
import { isInRange, measureOf } from '../../../domain/measures.ts'
import type { Measures, Reading } from '../../../domain/reading.ts'

export interface PayloadReading {
  readonly kind?: Reading['kind']
  readonly measures: Measures
}

export interface PayloadDecoder {
  /** Name by which it is chosen: vendor-model. */
  readonly name: string
  /** Names of the vendor in identifiers, letters and digits only. */
  readonly vendors: readonly string[]
  /** What the models are called in identifiers, letters and digits only; matched whole. */
  readonly models: readonly string[]
  /** `undefined`: these bytes on this port are none this sensor sends. */
  readonly decode: (bytes: Uint8Array, fPort: number | undefined) => PayloadReading | undefined
}

export const bit = (byte: number | undefined, index: number): boolean => (((byte ?? 0) >> index) & 1) === 1

export const signed8 = (byte: number | undefined): number => ((byte ?? 0) << 24) >> 24

/** Out of range it is no temperature: one vendor's own example shows -117 degC. */
export const temperature = (celsius: number): Pick<Measures, 'temperatureC'> =>
  isInRange(measureOf('temperatureC'), celsius) ? { temperatureC: celsius } : {}
