/** Senders whose messages wait for a decoder, and what each candidate would make of them. */
import * as z from 'zod'

const previewSchema = z.object({
  message: z.string().describe('id of the dead letter'),
  arrived: z.string().describe('ISO 8601'),
  port: z.int().nullable(),
  bytes: z.string().describe('the payload in hex'),
})

const candidateSchema = z.object({
  decoder: z.string(),
  decodes: z.int().describe('of the messages listed here, those that it accepts'),
  named: z.boolean().describe('the network server names this model'),
  readings: z
    .array(
      z.object({
        message: z.string(),
        occupied: z.boolean().nullable().optional().describe('null: the sensor reports unknown'),
        measures: z.record(z.string(), z.number()).describe('by the names of readings'),
      }),
    )
    .describe('what the messages would become; nothing is applied'),
})

const senderSchema = z.object({
  source: z.string(),
  device: z.string(),
  messages: z.int().describe('that wait, of the newest 500 of all senders'),
  first: z.string().describe('ISO 8601: arrival of the oldest of them'),
  last: z.string(),
  detail: z.string().describe('why the newest was not decoded'),
  newest: z.array(previewSchema).describe('the newest five'),
  candidates: z.array(candidateSchema).describe('most messages first'),
})

export const inboxSchema = z
  .object({
    senders: z.array(senderSchema),
    decoders: z.array(z.string()).describe('names that can be chosen'),
  })
  .meta({
    examples: [
      {
        decoders: ['bosch-tps110'],
        senders: [
          {
            ...{ source: 'lorawan', device: '70B3D57ED0001A2B', messages: 1 },
            ...{ first: '2026-11-23T07:59:59.410Z', last: '2026-11-23T07:59:59.410Z' },
            detail: 'nothing names the model of "70B3D57ED0001A2B"',
            newest: [{ message: '912.0', arrived: '2026-11-23T07:59:59.410Z', port: 1, bytes: '01' }],
            candidates: [
              {
                ...{ decoder: 'bosch-tps110', decodes: 1, named: false },
                readings: [{ message: '912.0', occupied: true, measures: {} }],
              },
            ],
          },
        ],
      },
    ],
  })
export type Inbox = z.infer<typeof inboxSchema>

export const decoderChoiceSchema = z
  .strictObject({
    source: z.string().min(1).max(128),
    device: z.string().min(1).max(128).describe('in any spelling of a hardware id'),
    decoder: z.string().min(1).max(128).describe('one of `decoders` in GET /api/v1/inbox'),
  })
  .meta({ examples: [{ source: 'lorawan', device: '70B3D57ED0001A2B', decoder: 'bosch-tps110' }] })

export const decoderChosenSchema = z
  .object({ requeued: z.int().describe('messages that are decoded again') })
  .meta({ examples: [{ requeued: 38 }] })
