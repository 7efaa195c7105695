/** The audit on demand: journal against database, rows against ledger. */
import * as z from 'zod'
import { auditProgressSchema, auditReportSchema } from '../audit.ts'
import { flagField, route } from '../route.ts'

export const auditRoutes = {
  startAudit: route({
    method: 'POST',
    path: '/api/v1/ledger/audit',
    journals: false,
    access: 'operate',
    tag: 'Ledger',
    summary: 'Recount the journal against the database',
    description:
      'Answers when it is done, which may take minutes; nothing waits for it meanwhile, and who asks while one runs gets the same report. `wait=false` answers at once: GET reports the progress.',
    query: z.strictObject({ wait: flagField.default('true') }),
    problems: [503],
    answers: [
      { status: 200, description: 'The report', schema: ['AuditReport', auditReportSchema] },
      { status: 202, description: 'It runs', schema: ['AuditProgress', auditProgressSchema] },
    ],
  }),
  audit: route({
    method: 'GET',
    path: '/api/v1/ledger/audit',
    access: 'read',
    tag: 'Ledger',
    summary: 'Progress of the audit, and its last report',
    problems: [503],
    answers: [{ status: 200, description: 'Progress and report', schema: ['AuditProgress', auditProgressSchema] }],
  }),
}
