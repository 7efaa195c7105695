/** The audit on demand: journal against database, rows against ledger. */
import { auditProgressSchema, auditReportSchema } from '@baykeeper/contract/audit.ts'
import * as z from 'zod'
import type { RouteContext } from '../context.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

export function auditRoutes({ auditor, log }: RouteContext): Endpoint[] {
  const needed = () => {
    if (auditor) return auditor
    throw new ProblemError(503, 'this server cannot audit on demand: baykeeper ledger verify does', {
      code: 'E_NO_AUDITOR',
    })
  }
  return [
    endpoint({
      method: 'POST',
      path: '/api/v1/ledger/audit',
      access: 'operate',
      tag: 'Ledger',
      summary: 'Recount the journal against the database',
      description:
        'Answers when it is done, which may take minutes; nothing waits for it meanwhile, and who asks while one runs gets the same report. `wait=false` answers at once: the progress is told by GET.',
      query: z.strictObject({ wait: z.enum(['true', 'false']).default('true') }),
      problems: [503],
      answers: [
        { status: 200, description: 'The report', schema: ['AuditReport', auditReportSchema] },
        { status: 202, description: 'It runs', schema: ['AuditProgress', auditProgressSchema] },
      ],
      async handle({ query: { wait }, principal, reply }) {
        const running = needed().run()
        log.info('an audit was asked for', { by: principal?.name })
        if (wait === 'false') {
          // The progress reports why it failed.
          running.catch(() => {})
          return reply.code(202).send(needed().progress())
        }
        try {
          const report = await running
          const { ok, failures, sha256 } = report
          if (!ok) log.error('the audit does not close', { failures, difference: report.ledger.difference, sha256 })
          return report
        } catch (fault) {
          throw new ProblemError(503, `the audit could not be finished: ${(fault as Error).message}`, {
            code: 'E_AUDIT',
            headers: { 'retry-after': '5' },
          })
        }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/ledger/audit',
      access: 'read',
      tag: 'Ledger',
      summary: 'How far the audit is, and the last report',
      problems: [503],
      answers: [{ status: 200, description: 'Progress and report', schema: ['AuditProgress', auditProgressSchema] }],
      handle: () => needed().progress(),
    }),
  ]
}
