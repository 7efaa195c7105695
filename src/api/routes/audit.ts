/** The audit on demand: journal against database, rows against ledger. */
import type { auditRoutes } from '@baykeeper/contract/routes/audit.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

export function auditHandlers({ auditor, log }: RouteContext): Handlers<typeof auditRoutes> {
  const needed = () => {
    if (auditor) return auditor
    throw new ProblemError(503, 'this server cannot audit on demand: baykeeper ledger verify does', {
      code: 'E_NO_AUDITOR',
    })
  }
  return {
    async startAudit({ query: { wait }, principal, reply }) {
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
    audit: () => needed().progress(),
  }
}
