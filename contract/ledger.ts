/** Where every frame went: totals, by source and day; dead letters; what the sources are doing. */
import * as z from 'zod'
import { ledgerSchema } from './live.ts'
import { rejectionCodes, shownLetterStates, shownSourceKinds, sourceLossCauses, sourceStates } from './vocabulary.ts'

/** Present where a sum has reached 2^53 - 1 and stopped there. */
export const saturatedSchema = z
  .literal(true)
  .optional()
  .describe('a sum here has reached its limit, 2^53 - 1: it is at least that')

/** Counted by intake; null where no count exists, as for a day before intake counted by day. */
const intakeCount = z.int().nullable().optional()

export const ledgerReportSchema = z
  .object({
    totals: ledgerSchema
      .extend({ checked: z.string() })
      .nullable()
      .describe('the message balance, checked in the running server; null until the first check'),
    rows: z.array(
      z.object({
        source: z.string(),
        day: z.string().describe('UTC day of arrival'),
        committed: z.int(),
        duplicate: z.int(),
        quarantined: z.int(),
        tentative: z
          .int()
          .describe('wait for the frames after them: a restart, a repetition and a late frame look alike so far'),
        lost: z
          .int()
          .describe('missing sequence numbers; a late frame takes one away; 9007199254740991 means at least so many'),
        saturated: saturatedSchema,
        damaged: z.int(),
        received: intakeCount.describe('frames whose bytes reached this server on this day'),
        accepted: intakeCount,
        refused: intakeCount,
        unframeable: intakeCount,
      }),
    ),
  })
  .meta({
    examples: [
      {
        totals: {
          received: 118_086,
          accepted: 118_085,
          refused: 1,
          unframeable: 0,
          committed: 118_084,
          duplicate: 0,
          quarantined: 1,
          tentative: 0,
          damaged: 0,
          pending: 0,
          lost: 0,
          difference: 0,
          checked: '2026-11-23T08:00:00.000Z',
        },
        rows: [
          {
            source: 'http',
            day: '2026-11-23',
            committed: 118_084,
            duplicate: 0,
            quarantined: 1,
            tentative: 0,
            lost: 0,
            damaged: 0,
            received: 118_086,
            accepted: 118_085,
            refused: 1,
            unframeable: 0,
          },
        ],
      },
    ],
  })
export type LedgerReport = z.infer<typeof ledgerReportSchema>

const deadLetterExample = {
  id: '912.0',
  source: 'http',
  codec: 'generic',
  arrived: '2026-11-23T07:59:59.410Z',
  code: 'no-device',
  detail: 'field "device" is missing: name the device that sent this',
  state: 'new' as const,
  size: 17,
  bytes: 'eyJvY2N1cGllZCI6dHJ1ZX0=',
  cut: false as const,
  text: '{"occupied":true}',
}

export const deadLetterSchema = z
  .object({
    id: z.string().describe('journal record and frame: pos.idx'),
    source: z.string(),
    codec: z.string(),
    arrived: z.string(),
    code: z.string().describe(`why it was not understood: ${rejectionCodes.join(', ')}`),
    detail: z.string(),
    state: z.enum(shownLetterStates),
    size: z.int().describe('bytes of the frame'),
    bytes: z.string().describe('the frame in base64, at most its first 65,536 bytes'),
    cut: z.boolean().describe('the frame is longer than what is shown'),
    text: z.string().describe('its first 400 characters, control characters shown as dots'),
  })
  .meta({
    examples: [deadLetterExample],
  })
export type DeadLetter = z.infer<typeof deadLetterSchema>

export const wholeDeadLetterSchema = deadLetterSchema
  .extend({
    bytes: z.string().describe('the whole frame in base64'),
    cut: z.literal(false),
    hex: z.array(z.string()).describe('its first 65,536 bytes, 16 a line: offset, bytes, text'),
    head: z.record(z.string(), z.unknown()).describe('how it came: source, codec, framing, metadata of the transport'),
  })
  .meta({
    examples: [
      {
        ...deadLetterExample,
        hex: [
          '00000000  7b 22 6f 63 63 75 70 69  65 64 22 3a 74 72 75 65  |{"occupied":true|',
          '00000010  7d                                                |}|',
        ],
        head: { source: 'http', codec: 'generic', framing: 'json' },
      },
    ],
  })
export type WholeDeadLetter = z.infer<typeof wholeDeadLetterSchema>

const named = z.string().min(1).max(128)
export const requeueSchema = z
  .union([
    z.strictObject({ id: z.string().regex(/^\d{1,16}\.\d{1,16}$/, 'must be pos.idx, as in the list') }),
    z
      .strictObject({ code: named.optional(), source: named.optional() })
      .refine((filter) => filter.code !== undefined || filter.source !== undefined, 'give id, code or source'),
    z.strictObject({ all: z.literal(true) }),
  ])
  .meta({ examples: [{ id: '912.0' }, { code: 'no-device', source: 'http' }, { all: true }] })
export type Requeue = z.infer<typeof requeueSchema>

export const requeuedSchema = z.object({ requeued: z.int() }).meta({ examples: [{ requeued: 1 }] })

export const sourceSchema = z
  .object({
    name: z.string(),
    kind: z.enum(shownSourceKinds).describe('protocol; named: a name of the sender, received through another source'),
    state: z.enum(sourceStates),
    detail: z.string().describe('one short sentence'),
    received: z.int(),
    accepted: z.int(),
    refused: z.int(),
    lossy: z.string().optional().describe('why frames can be lost before they reach the server, if they can'),
    warnings: z
      .array(z.string())
      .optional()
      .describe('what of its settings or surroundings can lose readings, looked at when it started'),
    figures: z
      .record(z.string(), z.union([z.number(), z.literal('not available')]))
      .optional()
      .describe('figures of its own, the unit at the end of the name: driver and kernel counters, granted buffers'),
    losses: z
      .array(
        z.object({
          cause: z.enum(sourceLossCauses),
          frames: z.int().nullable().describe('how many frames; null: cannot be known'),
          from: z.string().nullable(),
          to: z.string().nullable().describe('null while it lasts, or where there is no interval'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('lost before the server, or perhaps lost: the last ones since the start, newest first'),
  })
  .meta({
    examples: [
      {
        name: 'http',
        kind: 'http',
        state: 'up',
        detail: 'listening on 127.0.0.1:8081',
        received: 9,
        accepted: 9,
        refused: 0,
      },
      {
        name: 'udp',
        kind: 'udp',
        state: 'up',
        detail: 'listening on 127.0.0.1:7001',
        received: 9,
        accepted: 9,
        refused: 0,
        lossy: 'UDP: a sender that asks for no acknowledgement cannot know what was lost',
        warnings: ['the kernel grants 208 KiB of the 8192 KiB receive buffer: raise net.core.rmem_max'],
        figures: { kernel_drops: 2, receive_buffer_bytes: 212_992 },
        losses: [
          {
            cause: 'kernel-drop',
            frames: 2,
            from: null,
            to: null,
            detail: 'The receive buffer was full: 2 datagrams were dropped. Raise net.core.rmem_max.',
          },
        ],
      },
    ],
  })
export type SourceStatus = z.infer<typeof sourceSchema>
