/** The waitlist: who waits for a bay of a type in a zone. */
import * as z from 'zod'
import { channelName } from './notifications.ts'
import { bayTypes } from './vocabulary.ts'

const id = z.string().min(1).max(128)
/** As long as the name under which it is remembered may be. */
export const waitId = z.string().regex(/^[\w.:-]{1,48}$/, { error: 'must be at most 48 letters, digits and _ . : -' })
export const waitDaysMax = 7

export const newWaitSchema = z
  .strictObject({
    id: waitId.optional().describe('given by the caller: sent again it is the same wait; absent: one is made'),
    site: id,
    level: id.optional(),
    zone: id.optional(),
    type: z.enum(bayTypes).optional(),
    channel: channelName.describe('of the configuration'),
    address: z
      .string()
      .min(3)
      .max(254)
      .optional()
      .describe(
        'of the person, for a channel of kind email (address) or webhook (https://…); absent: the receivers of the channel. It is deleted when the wait has ended',
      ),
    until: z.iso
      .datetime({ offset: true, error: 'must be ISO 8601 with offset, such as 2026-11-23T18:00:00Z' })
      .describe(`when it expires, at most ${waitDaysMax} days from now`),
  })
  .meta({
    examples: [{ site: 'north', zone: 'deck', type: 'ev' as const, channel: 'mail', until: '2026-11-23T18:00:00Z' }],
  })
export type NewWait = z.infer<typeof newWaitSchema>

export const waitSchema = z
  .object({
    id: z.string(),
    site: z.string(),
    level: z.string().nullable(),
    zone: z.string().nullable(),
    type: z.enum(bayTypes).nullable(),
    channel: z.string(),
    begun: z.string(),
    until: z.string(),
    author: z.string(),
  })
  .meta({
    examples: [
      {
        ...{
          id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1',
          site: 'north',
          level: null,
          zone: 'deck',
          type: 'ev' as const,
        },
        ...{ channel: 'mail', begun: '2026-11-23T08:00:00Z', until: '2026-11-23T18:00:00Z', author: 'duty desk' },
      },
    ],
  })
export type WaitOnWire = z.infer<typeof waitSchema>

export const waitAcceptedSchema = z
  .object({ id: z.string(), record: z.int().describe('of the journal') })
  .meta({ examples: [{ id: 'c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1', record: 184_230 }] })
