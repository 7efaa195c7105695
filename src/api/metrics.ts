/** The figures of the server for Prometheus. Every figure is read at the scrape: nothing is counted twice and nothing can drift. */
import { Gauge, Registry } from 'prom-client'
import type { RouteContext } from './context.ts'
import { describedNowAndThen } from './described-database.ts'

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
}

type Sample = readonly [value: number | undefined, labels?: Record<string, string>]
type Samples = Iterable<Sample>
/** Declares a figure. `samples`: its values now; what is not known is left out. */
type DeclareGauge = (
  name: string,
  help: string,
  labelNames: string[],
  samples: () => Samples | Promise<Samples>,
) => void

export function createMetrics(context: RouteContext): Metrics {
  const register = new Registry()
  const gauge: DeclareGauge = (name, help, labelNames, samples) => {
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
  for (const declare of [ofServer, ofDatabase, ofLedger, ofSources, ofJournal, ofAlerts, ofPages, ofNotifications])
    declare(gauge, context)
  return { contentType: register.contentType, text: () => register.metrics() }
}

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1_000)
const flag = (on: boolean) => (on ? 1 : 0)

function ofServer(gauge: DeclareGauge, { status, figures }: RouteContext) {
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
}

function ofDatabase(gauge: DeclareGauge, { store, clock, figures, live }: RouteContext) {
  const described = describedNowAndThen({ store, clock })
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
  gauge('database_weakness', 'Such a setting, by name; details are in the status', ['name'], async () => {
    const names = new Set((await described())?.weaknesses.map(nameOfWeakness))
    return [...names].map((name): Sample => [1, { name }])
  })
  gauge('store_age_seconds', 'Since the store last answered', [], () => [
    [live.fresh === undefined ? undefined : Math.max(0, clock.now() - live.fresh) / 1_000],
  ])
}

function ofLedger(gauge: DeclareGauge, { status, auditor }: RouteContext) {
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
}

function ofAlerts(gauge: DeclareGauge, { alertCounts }: RouteContext) {
  gauge('alerts_need_action', 'Alerts that no person has acknowledged', ['severity'], () => {
    const counts = alertCounts.newest()
    return counts ? Object.entries(counts.needs_action).map(([severity, alerts]) => [alerts, { severity }]) : []
  })
  gauge('alerts_active', 'Alerts whose condition holds', [], () => [[alertCounts.newest()?.active]])
  gauge('alerts_shelved', 'Alerts that people have put off', [], () => [[alertCounts.newest()?.shelved]])
  gauge('alerts_suppressed', 'Alerts held back by their root, or out of service', [], () => [
    [alertCounts.newest()?.suppressed],
  ])
}

function ofSources(gauge: DeclareGauge, { status }: RouteContext) {
  gauge('source_frames', 'Frames by source and fate', ['source', 'kind', 'fate'], () =>
    status().sources.flatMap(({ name: source, kind, received, accepted, refused }) =>
      Object.entries({ received, accepted, refused }).map(([fate, frames]): Sample => [frames, { source, kind, fate }]),
    ),
  )
  gauge('source_up', 'Source is up', ['source', 'kind'], () =>
    status().sources.map(({ name: source, kind, state }) => [flag(state === 'up'), { source, kind }]),
  )
  gauge('source_fact', 'Figures of a source: driver and kernel counters, buffers', ['source', 'kind', 'fact'], () =>
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
  gauge('source_losses_uncounted', 'Losses whose size cannot be known', ['source', 'kind', 'cause'], () =>
    status().sources.flatMap(({ name: source, kind, uncounted = {} }) =>
      Object.entries(uncounted).map(([cause, count]): Sample => [count, { source, kind, cause }]),
    ),
  )
}

function ofJournal(gauge: DeclareGauge, { status }: RouteContext) {
  gauge('journal_bytes', 'Size of the journal', [], () => [[status().journal?.bytes]])
  gauge('journal_segments', 'Segments of the journal', [], () => [[status().journal?.segments]])
  gauge('journal_free_bytes', 'Free space beside the journal', [], () => [[status().journal?.freeBytes]])
  gauge('journal_sync_seconds', 'Time of a sync, 99th percentile', [], () => [[seconds(status().journal?.syncMsP99)]])
}

function ofNotifications(gauge: DeclareGauge, { notifier }: RouteContext) {
  const channels = () => notifier?.report().items ?? []
  const labels = ({ name: channel, kind }: { name: string; kind: string }) => ({ channel, kind })
  gauge('notifications', 'Deliveries of the last 30 days by channel and state', ['channel', 'kind', 'state'], () =>
    channels().flatMap((one) =>
      (['pending', 'sent', 'dead'] as const).map((state): Sample => [one[state], { ...labels(one), state }]),
    ),
  )
  gauge('notifier_up', 'Events of alerts are followed; absent without a channel', [], () => {
    const report = notifier?.report()
    return [[report === undefined || report.items.length === 0 ? undefined : flag(report.state === 'running')]]
  })
}

/** What the pages show, and who looks at them. */
function ofPages(gauge: DeclareGauge, { figures, hub, forecasts }: RouteContext) {
  gauge('forecaster_up', 'The forecaster answers', [], () => [
    [forecasts && forecasts.state().state !== 'off' ? flag(forecasts.state().state === 'up') : undefined],
  ])
  gauge('bays', 'Bays by state', ['state'], () => {
    const { capacity: _capacity, live: _live, ...states } = figures.kpi().occupancy
    return Object.entries(states).map(([state, count]) => [count, { state }])
  })
  gauge('bays_live', 'Bays whose state rests on a sensor that is heard', [], () => [[figures.kpi().occupancy.live]])
  gauge('devices', 'Devices: ever seen, heard within the promise, without a bay', ['group'], () =>
    Object.entries(figures.kpi().devices).map(([group, count]) => [count, { group }]),
  )
  gauge('stream_viewers', 'Connected viewers', ['audience'], () => {
    const { desk, public: open } = hub.stats()
    return [
      [desk, { audience: 'desk' }],
      [open, { audience: 'public' }],
    ]
  })
  gauge('stream_coalesced_total', 'Deltas merged for slow viewers', [], () => [[hub.stats().coalesced]])
  gauge('web_memory_bytes', 'Resident memory of the web process', [], () => [[process.memoryUsage.rss()]])
}

/** The setting, or the table: what its sentence begins with. */
const nameOfWeakness = (sentence: string) => sentence.split(' is ', 1)[0] ?? sentence
