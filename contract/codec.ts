/** Vendors' scripts that decode LoRaWAN payloads, as they are published and read. */
import * as z from 'zod'
import { shownText } from './shown-text.ts'

export const codecsMax = 200
/** The largest of a public catalogue of 680 has 220,000. */
export const codecTextMax = 262_144
export const codecBodyBytesMax = 2 * 1_048_576

export const codecId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {
  error: 'must be 1 to 63 small letters, digits and hyphens, and begin with a letter or digit',
})

const name = shownText(128)
const assignment = z
  .discriminatedUnion('to', [
    z.strictObject({ to: z.literal('model'), vendor: name, model: name }),
    z.strictObject({ to: z.literal('source'), source: name }),
    z.strictObject({ to: z.literal('application'), application: name }),
  ])
  .describe(
    'model: vendor and model as the network server names them; application: its id there. The device itself may be assigned too, with the decoder codec:ID',
  )
export type CodecAssignmentOnWire = z.infer<typeof assignment>

const mapping = z
  .string()
  .min(1)
  .max(64)
  .nullable()
  .default(null)
  .describe('table for the names that the script gives; null: the generic rules')

/** A script as a person publishes it: its id is in the address. */
export const newCodecSchema = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .max(codecTextMax)
      .describe('decodeUplink(input), Decoder(bytes, port) or Decode(fPort, bytes, variables)'),
    assigned: assignment,
    mapping,
    reason: shownText(500).optional().describe('kept with the version'),
  })
  .meta({
    examples: [
      {
        text: 'function decodeUplink(input) { return { data: { occupied: input.bytes[0] === 1 } } }',
        assigned: { to: 'model' as const, vendor: 'acme', model: 'bay-1' },
        mapping: null,
        reason: 'firmware 2 of the vendor',
      },
    ],
  })
export type NewCodec = z.infer<typeof newCodecSchema>

const version = {
  id: z.string(),
  version: z.int().describe('1 is the first'),
  hash: z.string().nullable().describe('SHA-256 of the text; null: it was withdrawn'),
  assigned: assignment.nullable(),
  mapping: z.string().nullable(),
  author: z.string(),
  published: z.string().describe('ISO 8601'),
  reason: z.string(),
}
const versionExample = {
  ...{ id: 'acme-bay', version: 2, assigned: { to: 'model' as const, vendor: 'acme', model: 'bay-1' }, mapping: null },
  hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ...{ author: 'Ada', published: '2026-11-20T08:00:00.000Z', reason: 'firmware 2 of the vendor' },
}

export const codecHeadSchema = z.object(version).meta({ examples: [versionExample] })
export type CodecHeadOnWire = z.infer<typeof codecHeadSchema>

export const codecSchema = z
  .object({
    ...version,
    text: z.string().nullable(),
    versions: z.array(codecHeadSchema).describe('the newest first'),
  })
  .meta({
    examples: [
      {
        ...versionExample,
        text: 'function decodeUplink(input) { return { data: { occupied: input.bytes[0] === 1 } } }',
        versions: [versionExample],
      },
    ],
  })

export const codecAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: 'acme-bay', record: 184_226 }] })
