/**
 * A payload decoder reads the bytes of one kind of sensor, written from its byte layout (big-endian, bit 0 = least significant).
 * It is used for a device only when something names the kind: the profile in the network server, or the source's configuration.
 * A port alone names nothing: every vendor uses ports 1, 2 and 3.
 * New payload = a folder with `decode.ts` + one line in `registry.ts` + a case.
 */
import type { Measures, Reading } from '../../../domain/reading.ts'

export interface PayloadReading {
  readonly kind?: Reading['kind']
  readonly measures: Measures
}

export interface PayloadDecoder {
  /** Name in the configuration: vendor-model. */
  readonly name: string
  /** What the model is called in profile names, letters and digits only. */
  readonly models: readonly string[]
  /** `undefined`: these bytes on this port are none this sensor sends. */
  readonly decode: (bytes: Uint8Array, fPort: number | undefined) => PayloadReading | undefined
}

export const bit = (byte: number | undefined, index: number): boolean => (((byte ?? 0) >> index) & 1) === 1

export const signed8 = (byte: number | undefined): number => ((byte ?? 0) << 24) >> 24

/** Outside -40..85 degC it is no temperature: one vendor's own example shows -117. */
export const temperature = (celsius: number): Pick<Measures, 'temperatureC'> =>
  celsius >= -40 && celsius <= 85 ? { temperatureC: celsius } : {}
