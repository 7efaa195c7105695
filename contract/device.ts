/** Devices and their readings on the wire: the generic field names, the same in JSON, CSV columns and key=value. */
import * as z from 'zod'
import { deviceFactsSchema, presenceByDistanceSchema } from './layout.ts'
import { saturatedSchema } from './ledger.ts'
import { measures as declared, type MeasureDeclaration, type MeasureName } from './measures.ts'
import { qualityMarks } from './vocabulary.ts'

const time = z.string().describe('ISO 8601, UTC')

const numberSchema = (measure: MeasureDeclaration) =>
  (measure.whole ? z.int() : z.number())
    .optional()
    .describe(measure.unit ? `${measure.en}, ${measure.unit}` : measure.en)
const numbers = Object.fromEntries(declared.map((measure) => [measure.name, numberSchema(measure)])) as Record<
  MeasureName,
  z.ZodOptional<z.ZodNumber>
>

/** Absent means never measured. Units end the name. */
const measures = {
  occupied: z.boolean().nullable().optional().describe('null: the sensor reports unknown'),
  ...numbers,
}

export const deviceSchema = z
  .object({
    id: z.string().describe('external id: DevEUI, serial id, topic level'),
    source: z.string().describe('name of the source that receives it'),
    bay: z.string().nullable().describe('bay it watches; null: seen, not assigned'),
    conflict: z
      .string()
      .nullable()
      .describe('bay that it names and does not watch, because the layout assigns another device or another bay'),
    since: time.nullable().describe('newest change of presence, by device time'),
    time: time.describe('newest reading applied to live state, by device time'),
    arrived: time.describe('newest arrival'),
    first_arrived: time,
    silent: z.boolean().describe('no message for longer than `promise_s`'),
    promise_s: z
      .int()
      .describe('after so many seconds without a message it is silent, by its model or its own heartbeat'),
    model: z.string().nullable().describe('as the layout names it; null: not known'),
    notes: z.string().nullable().describe('what people wrote about it, kept with the layout'),
    presence_by_distance: presenceByDistanceSchema.optional().describe('absent: a distance alone is no presence'),
    disputed: z.boolean().describe('it contradicts another device of its bay, or names a bay that it does not watch'),
    epoch: z.int().describe('current epoch of its sequence'),
    max_seq: z.int().nullable(),
    missing: z.int().describe('sequence numbers known to be missing; 9007199254740991 means at least so many'),
    saturated: saturatedSchema,
    missing_certain: z
      .boolean()
      .describe(
        'false: a frame waits that may be one of the missing, or a late one showed that two boots were counted as one',
      ),
    possible_repeats: z
      .int()
      .describe('readings stored that may be repetitions: neither missing nor duplicates, in no order'),
    readings: z.int(),
    duplicates: z.int(),
    battery_low: z.boolean().optional(),
    ...measures,
  })
  .meta({
    examples: [
      {
        id: 'A-017',
        source: 'http',
        bay: 'A-017',
        conflict: null,
        since: '2026-11-23T07:59:59.120Z',
        time: '2026-11-23T07:59:59.120Z',
        arrived: '2026-11-23T07:59:59.410Z',
        first_arrived: '2026-11-01T06:12:00.000Z',
        silent: false,
        promise_s: 86_400,
        model: null,
        notes: null,
        disputed: false,
        epoch: 0,
        max_seq: 412,
        missing: 0,
        missing_certain: true,
        possible_repeats: 0,
        readings: 413,
        duplicates: 2,
        occupied: true,
        battery_v: 3.58,
      },
    ],
  })
export type Device = z.infer<typeof deviceSchema>

export const deviceTotalsSchema = z
  .object({
    devices: z.int(),
    silent: z.int(),
    low_battery: z.int(),
    unassigned: z.int(),
    disputed: z.int(),
    undecoded: z.int().describe('messages that wait because no decoder is chosen for their sender'),
    bays_without_device: z.int().describe('open bays that no device was ever heard for'),
  })
  .meta({
    examples: [
      {
        ...{ devices: 119, silent: 4, low_battery: 2, unassigned: 12, disputed: 0, undecoded: 0 },
        bays_without_device: 3,
      },
    ],
  })
export type DeviceTotals = z.infer<typeof deviceTotalsSchema>

const { model, heartbeat_s: heartbeat, notes, presence_by_distance: byDistance } = deviceFactsSchema.shape
export const devicePatchSchema = z
  .strictObject({
    model: model
      .unwrap()
      .nullable()
      .optional()
      .describe('one that is known here, such as bosch-tps110; null: not known'),
    heartbeat_s: heartbeat.unwrap().nullable().optional().describe('how often it promises to send; null: as its model'),
    notes: notes.unwrap().nullable().optional(),
    presence_by_distance: byDistance
      .unwrap()
      .nullable()
      .optional()
      .describe('when the distance it measures is a vehicle; null: a distance alone is no presence'),
  })
  .refine(
    (set) => Object.keys(set).length > 0,
    'names nothing to change: give model, heartbeat_s, notes or presence_by_distance',
  )
  .meta({ examples: [{ notes: 'Lens cleaned' }] })

export const storedReadingSchema = z
  .object({
    id: z.string().describe('journal record and place in it: its raw frame is read by it'),
    device: z.string(),
    source: z.string(),
    epoch: z.int(),
    seq: z.int().nullable().describe('sequence number of the sender; null when its protocol has none'),
    time: time.describe('device time, or arrival when the device gave none or none plausible'),
    arrived: time,
    quality: z
      .array(z.enum(qualityMarks))
      .describe(
        'arrival-time: the time given was not plausible, arrival was taken; late: repaired history, did not touch live state; possible-repeat: the frames do not say whether it was sent before (epoch -1); count-doubted: its counter does not fit to the one before it, and is not counted',
      ),
    script: z
      .string()
      .nullable()
      .describe(
        "SHA-256 of the vendor's script that decoded it, as the versions of a codec name it; null: none, or stored before this was kept",
      ),
    ...measures,
  })
  .meta({
    examples: [
      {
        id: '184.0',
        device: 'A-017',
        source: 'http',
        epoch: 0,
        seq: 412,
        time: '2026-11-23T07:59:59.120Z',
        arrived: '2026-11-23T07:59:59.410Z',
        quality: [],
        script: null,
        occupied: true,
      },
    ],
  })
export type StoredReading = z.infer<typeof storedReadingSchema>
