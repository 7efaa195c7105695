/** For probes and monitoring: alive, ready, figures. Open, because a probe has no key; they hold no device and no secret. */
import type { healthRoutes } from '@baykeeper/contract/routes/health.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { createMetrics } from '../metrics.ts'
import { ProblemError } from '../problem.ts'

export function healthHandlers(context: RouteContext): Handlers<typeof healthRoutes> {
  const { status, live } = context
  const metrics = createMetrics(context)
  return {
    health: () => ({ status: 'ok', version: status().version }),
    ready() {
      const reasons = [
        ...Object.entries(status().ready).flatMap(([name, ready]) => (ready ? [] : [`${name} is not ready`])),
        ...(live.loaded ? [] : ['the stored state has not been read yet']),
        ...(status().problems ?? []).map(({ detail }) => detail),
      ]
      if (reasons.length > 0)
        throw new ProblemError(503, reasons.join('; '), {
          code: 'E_NOT_READY',
          reasons,
          headers: { 'retry-after': '1' },
        })
      return { ready: true }
    },
    async metrics({ reply }) {
      reply.header('cache-control', 'no-store')
      return reply.type(metrics.contentType).send(await metrics.text())
    },
  }
}
