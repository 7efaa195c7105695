/** The audit log: who did what to what, from where, before and after. */
import * as z from 'zod'
import { auditActions } from './vocabulary.ts'

const bobPromoted = {
  ...{ number: 41, time: '2026-11-23T08:00:00.000Z', author: 'Ada Lovelace' },
  ...{ account: 'person:c2f9a7f4-3c0e-4b4e-9a7b-3a54f9f0f6a1', email: 'ada@example.org', address: '192.0.2.7' },
  ...{ action: 'user-changed' as const, object: 'user bob@example.org', sites: [], reason: '' },
  ...{ before: { role: 'viewer' }, before_known: true, after: { role: 'operator' }, readable: true },
  ...{ journal: '0123456789abcdef', record: 1_204 },
}

export const auditEntrySchema = z
  .object({
    number: z.int().describe('of the record in the journal that is kept for ever'),
    time: z.string().nullable().describe('ISO 8601; null: the record cannot be read'),
    author: z.string().describe('name at that time'),
    account: z.string().nullable().describe('`person:ID` or `key:NAME`; null where the record names none'),
    email: z.string().nullable().describe('of that account today'),
    address: z
      .string()
      .nullable()
      .describe('where the request came from; null: a command on the machine of the server'),
    action: z.enum(auditActions),
    object: z.string(),
    sites: z.array(z.string()).describe('that it was about, as the layout of today has its bays'),
    reason: z.string(),
    before: z.unknown().describe('null: there was nothing, or it is not known'),
    before_known: z.boolean().describe('false: it is in no record, or too far back'),
    after: z.unknown(),
    readable: z.boolean().describe('false: the record is damaged, or of a later release'),
    journal: z.string().nullable().describe('id of the main journal that it took effect in'),
    record: z.int().nullable().describe('where it took effect there'),
  })
  .meta({ examples: [bobPromoted] })
export type AuditLogEntry = z.infer<typeof auditEntrySchema>

export const auditLogPageSchema = z
  .object({
    items: z.array(auditEntrySchema),
    next: z.string().nullable().describe('cursor of the next page; null on the last one'),
    searched_to: z.string().nullable().describe('time of the oldest record that was looked at; null: none was'),
    waiting: z.int().describe('done about access, and not in the journal yet'),
  })
  .meta({ examples: [{ items: [bobPromoted], next: null, searched_to: '2026-11-23T08:00:00.000Z', waiting: 0 }] })
export type AuditLogPage = z.infer<typeof auditLogPageSchema>

export const auditChainSchema = z
  .object({
    ok: z.boolean().describe('no record was changed, removed or put elsewhere; a removed end is found by `head` only'),
    changes: z.int(),
    unlinked: z.int().describe('behind the last link: a crash left it out, and the next change covers them'),
    head: z.string().describe('of the chain: note it elsewhere, and give it as `head` later'),
    broken: z.array(z.int()).describe('records before which something is not as it was written; the first hundred'),
    head_found: z.boolean().nullable().describe('whether the `head` that was given is in the chain; null: none was'),
    time: z.string(),
  })
  .meta({
    examples: [
      {
        ...{ ok: true, changes: 912, unlinked: 0, broken: [], head_found: null, time: '2026-11-23T08:00:00.000Z' },
        head: '6a2da20943931e9834fc12cfe5bb47bbd9ae43489a30726962b576f4e3993e50',
      },
    ],
  })
export type AuditChainReport = z.infer<typeof auditChainSchema>
