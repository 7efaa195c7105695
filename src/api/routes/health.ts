/** For whoever watches the server: alive, ready, figures. Open, because a probe has no key; they hold no device and no secret. */
import { Gauge, Registry } from 'prom-client'
import * as z from 'zod'
import type { RouteContext } from '../context.ts'
import { describedNowAndThen } from '../described-database.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

const healthSchema = z.object({ status: z.literal('ok'), version: z.string() })
const readySchema = z.object({ ready: z.literal(true) })

export function healthRoutes(context: RouteContext): Endpoint[] {
  const { status, live } = context
  const metrics = createMetrics(context)
  return [
    endpoint({
      method: 'GET',
      path: '/healthz',
      access: 'open',
      tag: 'Health',
      summary: 'The web process is alive',
      answers: [
        {
          status: 200,
          description: 'Alive',
          schema: ['Health', healthSchema],
          example: { status: 'ok', version: '0.1.0' },
        },
      ],
      handle: () => ({ status: 'ok', version: status().version }),
    }),
    endpoint({
      method: 'GET',
      path: '/readyz',
      access: 'open',
      tag: 'Health',
      summary: 'The whole line is ready',
      description:
        '503 with reasons: until every process has started and the state was read once, and later while processing is not advancing (records have waited for 20 s and none was committed) or readings are refused. Intake goes on accepting while processing stands.',
      problems: [503],
      answers: [{ status: 200, description: 'Ready', schema: ['Ready', readySchema], example: { ready: true } }],
      handle() {
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
    }),
    endpoint({
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
          example:
            '# HELP baykeeper_bays Bays by state\n# TYPE baykeeper_bays gauge\nbaykeeper_bays{state="free"} 41\n',
        },
      ],
      async handle({ reply }) {
        reply.header('cache-control', 'no-store')
        return reply.type(metrics.contentType).send(await metrics.text())
      },
    }),
  ]
}

type Sample = readonly [value: number | undefined, labels?: Record<string, string>]

/** Every figure is read at the scrape: nothing is counted twice and nothing can drift. */
function createMetrics({ store, status, live, hub, figures, clock, forecasts, auditor }: RouteContext) {
  const register = new Registry()
  const described = describedNowAndThen({ store, clock })
  type Samples = Iterable<Sample>
  const gauge = (name: string, help: string, labelNames: string[], samples: () => Samples | Promise<Samples>) => {
    new Gauge({
      name: `baykeeper_${name}`,
      help,
      labelNames,
      registers: [register],
      async collect() {
        const found = await samples()
        this.reset()
        const known = [...found].filter(([value]) => value !== undefined)
        for (const [value, labels = {}] of known) this.set(labels, value as number)
        // What is not known is left out: prom-client would say 0 for a gauge without labels.
        if (known.length === 0) this.remove({})
      },
    })
  }
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1_000)
  const flag = (on: boolean) => (on ? 1 : 0)

  gauge('info', 'Version', ['version'], () => [[1, { version: status().version }]])
  gauge('start_time_seconds', 'Start of the server', [], () => [[seconds(status().startedAt)]])
  gauge('ready', 'Process is ready', ['process'], () =>
    Object.entries(status().ready).map(([process, ready]) => [flag(ready), { process }]),
  )
  gauge('pipeline_ok', 'The pipeline keeps up', [], () => {
    const { pipeline } = figures.kpi()
    return [[pipeline === undefined ? undefined : flag(pipeline === 'ok')]]
  })
  gauge('processing_advancing', '0: records wait in the journal and none is committed', [], () => {
    const { advancing } = status()
    return [[advancing === undefined ? undefined : flag(advancing)]]
  })
  gauge('problems', 'Reasons why the server is not ready although its processes are up', [], () => [
    [status().problems?.length],
  ])
  gauge('events_per_second', 'Frames settled per second', [], () => [[status().eventsPerSecond]])
  gauge('commit_seconds', 'Time of a commit', ['quantile'], () => [
    [seconds(status().commitMsP50), { quantile: '0.5' }],
    [seconds(status().commitMsP99), { quantile: '0.99' }],
  ])
  gauge('lag_seconds', 'Age of the oldest frame not yet committed', [], () => [[seconds(status().lagMs)]])
  gauge('pending_frames', 'Frames accepted and not yet committed', [], () => [[status().pendingFrames]])
  gauge('database_up', 'The database answers', [], () => [
    [flag(figures.kpi().pipeline !== 'database-down' && live.loaded)],
  ])
  gauge('database_info', 'Version of the database', ['version'], async () => {
    const version = (await described())?.version
    return version === undefined ? [] : [[1, { version }]]
  })
  gauge('database_weaknesses', 'Settings of the database that weaken the promise', [], async () => [
    [(await described())?.weaknesses.length],
  ])
  gauge('database_weakness', 'Such a setting, by name; the status says what of it', ['name'], async () => {
    const names = new Set((await described())?.weaknesses.map(nameOfWeakness))
    return [...names].map((name): Sample => [1, { name }])
  })
  gauge('audit_ok', 'The last audit found every book closed', [], () => {
    const ok = auditor?.progress().report?.ok
    return [[ok === undefined ? undefined : flag(ok)]]
  })
  gauge('audit_failures', 'Rows that the last audit found not to close', [], () => [
    [auditor?.progress().report?.failures],
  ])
  gauge('ledger_frames', 'Frames by fate; the message balance', ['fate'], () => {
    const { checked: _checked, difference: _difference, ...fates } = status().ledger ?? {}
    return Object.entries(fates).map(([fate, frames]) => [frames as number, { fate }])
  })
  gauge('ledger_difference', '0: the message balance closes', [], () => [[status().ledger?.difference]])
  gauge('source_frames', 'Frames by source and fate', ['source', 'kind', 'fate'], () =>
    status().sources.flatMap(({ name: source, kind, received, accepted, refused }) =>
      Object.entries({ received, accepted, refused }).map(([fate, frames]): Sample => [frames, { source, kind, fate }]),
    ),
  )
  gauge('source_up', 'Source is up', ['source', 'kind'], () =>
    status().sources.map(({ name: source, kind, state }) => [flag(state === 'up'), { source, kind }]),
  )
  gauge(
    'source_fact',
    'What a source knows of itself: driver and kernel counters, buffers',
    ['source', 'kind', 'fact'],
    () =>
      status().sources.flatMap(({ name: source, kind, figures = {} }) =>
        Object.entries(figures).flatMap(([fact, value]): Sample[] =>
          value === 'not available' ? [] : [[value, { source, kind, fact }]],
        ),
      ),
  )
  gauge('source_warnings', 'What of a source can lose readings', ['source', 'kind'], () =>
    status().sources.map(({ name: source, kind, warnings = [] }) => [warnings.length, { source, kind }]),
  )
  gauge('source_lost_frames', 'Frames lost before the server, by cause', ['source', 'kind', 'cause'], () =>
    status().sources.flatMap(({ name: source, kind, lost = {} }) =>
      Object.entries(lost).map(([cause, frames]): Sample => [frames, { source, kind, cause }]),
    ),
  )
  gauge('source_losses_uncounted', 'Losses whose size nobody can know', ['source', 'kind', 'cause'], () =>
    status().sources.flatMap(({ name: source, kind, uncounted = {} }) =>
      Object.entries(uncounted).map(([cause, count]): Sample => [count, { source, kind, cause }]),
    ),
  )
  gauge('forecaster_up', 'The forecaster answers', [], () => [
    [forecasts && forecasts.state().state !== 'off' ? flag(forecasts.state().state === 'up') : undefined],
  ])
  gauge('journal_bytes', 'Size of the journal', [], () => [[status().journal?.bytes]])
  gauge('journal_segments', 'Segments of the journal', [], () => [[status().journal?.segments]])
  gauge('journal_free_bytes', 'Free space beside the journal', [], () => [[status().journal?.freeBytes]])
  gauge('journal_sync_seconds', 'Time of a sync, 99th percentile', [], () => [[seconds(status().journal?.syncMsP99)]])
  gauge('bays', 'Bays by state', ['state'], () => {
    const { capacity: _capacity, ...states } = figures.kpi().occupancy
    return Object.entries(states).map(([state, count]) => [count, { state }])
  })
  gauge('devices', 'Devices: ever seen, heard within the promise, without a bay', ['group'], () =>
    Object.entries(figures.kpi().devices).map(([group, count]) => [count, { group }]),
  )
  gauge('store_age_seconds', 'Since the store last answered', [], () => [
    [live.fresh === undefined ? undefined : Math.max(0, clock.now() - live.fresh) / 1_000],
  ])
  gauge('stream_viewers', 'Connected viewers', ['audience'], () => {
    const { desk, public: open } = hub.stats()
    return [
      [desk, { audience: 'desk' }],
      [open, { audience: 'public' }],
    ]
  })
  gauge('stream_coalesced_total', 'Deltas merged for slow viewers', [], () => [[hub.stats().coalesced]])
  gauge('web_memory_bytes', 'Resident memory of the web process', [], () => [[process.memoryUsage.rss()]])
  return { contentType: register.contentType, text: () => register.metrics() }
}

/** The setting, or the table: what its sentence begins with. */
const nameOfWeakness = (sentence: string) => sentence.split(' is ', 1)[0] ?? sentence
