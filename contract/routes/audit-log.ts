/** The audit log: what people change, and what is done about access. */
import * as z from 'zod'
import { auditChainSchema, auditLogPageSchema } from '../audit-log.ts'
import { cursorField, limitField, nameField, route, timeField } from '../route.ts'
import { auditActions } from '../vocabulary.ts'

const own = { method: 'GET', access: 'admin', tag: 'Users and keys' } as const
const filter = {
  who: nameField.describe('part of the name or e-mail, or the account as `person:ID` or `key:NAME`'),
  action: z.enum(auditActions).optional(),
  object: nameField.describe('part of what it was done to'),
  site: nameField,
  from: timeField().describe('at or after it'),
  to: timeField().describe('before it'),
}

export const auditLogRoutes = {
  auditLog: route({
    ...{ ...own, path: '/api/v1/audit', summary: 'Who did what to what, the newest first' },
    description:
      'One request looks at 5,000 records at most: a page may hold fewer items than `limit`, or none, and still have a `next`. What was done about users, keys and sign-ins of the real server is there also while a city is simulated; changes of the simulated city are not.',
    query: z.strictObject({ ...filter, cursor: cursorField, limit: limitField(500, 100) }),
    problems: [503],
    answers: [{ status: 200, description: 'A page', schema: ['AuditLogPage', auditLogPageSchema] }],
  }),
  auditExport: route({
    ...{ ...own, path: '/api/v1/audit/export', summary: 'The audit log as CSV, whole or filtered' },
    query: z.strictObject(filter),
    head: false,
    problems: [503],
    answers: [{ status: 200, type: 'text/csv', description: 'A line for each entry, the newest first' }],
  }),
  auditChain: route({
    ...{ ...own, path: '/api/v1/audit/chain', summary: 'Whether the audit log is as it was written' },
    description: 'Reads all of it.',
    query: z.strictObject({
      head: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
        .optional()
        .describe('of an earlier answer: finds a removed end'),
    }),
    problems: [503],
    answers: [{ status: 200, description: 'The result', schema: ['AuditChain', auditChainSchema] }],
  }),
}
