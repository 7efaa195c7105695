/** For monitoring: alive, ready, figures. Open, because a probe has no key; they hold no device and no secret. */
import * as z from 'zod'
import { route } from '../route.ts'
import { serverStatusSchema } from '../status.ts'

export const healthRoutes = {
  health: route({
    method: 'GET',
    path: '/healthz',
    access: 'open',
    tag: 'Health',
    summary: 'The web process is alive',
    answers: [
      {
        status: 200,
        description: 'Alive',
        schema: ['Health', z.object({ status: z.literal('ok'), version: z.string() })],
        example: { status: 'ok', version: '0.1.0' },
      },
    ],
  }),
  ready: route({
    method: 'GET',
    path: '/readyz',
    access: 'open',
    tag: 'Health',
    summary: 'The whole server is ready',
    description:
      '503 with reasons: until every process has started and the state was read once, and later while processing is not advancing (records have waited for 20 s and none was committed) or readings are refused. Intake goes on accepting while processing stands.',
    problems: [503],
    answers: [
      {
        status: 200,
        description: 'Ready',
        schema: ['Ready', z.object({ ready: z.literal(true) })],
        example: { ready: true },
      },
    ],
  }),
  metrics: route({
    method: 'GET',
    path: '/metrics',
    access: 'open',
    tag: 'Health',
    summary: 'Figures for Prometheus',
    answers: [
      {
        status: 200,
        type: 'text/plain',
        description: 'Prometheus text format',
        example: '# HELP baykeeper_bays Bays by state\n# TYPE baykeeper_bays gauge\nbaykeeper_bays{state="free"} 41\n',
      },
    ],
  }),
}

export const statusRoutes = {
  status: route({
    method: 'GET',
    path: '/api/v1/status',
    access: 'read',
    tag: 'Health',
    summary: 'The whole server: sources, lag, depth, database, audit',
    description: 'Figures are a second old at most. What is not known is null, never 0.',
    answers: [{ status: 200, description: 'The server', schema: ['ServerStatus', serverStatusSchema] }],
  }),
}
