/**
 * The intake process: sources and journal, nothing else. Bytes become durable here and are acknowledged; nothing is understood.
 *
 * In demo mode it holds two journals: what the simulator's token brings goes to the demo's, everything else to the real one, so
 * that a sensor that posts while the city is simulated is as safe as any other.
 */
import type { SourceState } from '@baykeeper/contract/vocabulary.ts'
import { ingestTokens, simulatorSource } from '../auth/ingest-tokens.ts'
import { openKeyring } from '../auth/keyring.ts'
import { configuredSources } from '../config/configured-sources.ts'
import { createWarningsFile } from '../config/source-warnings.ts'
import { reportAbsence } from '../intake/absence.ts'
import { intakeFigures } from '../intake/figures.ts'
import { type OpenLane, openLane } from '../intake/lane.ts'
import { createContexts, type SourceReport } from '../intake/source-contexts.ts'
import { recordKinds } from '../journal/journal.ts'
import { createAddressList } from '../lib/address-list.ts'
import { systemClock } from '../lib/clock.ts'
import { failPoint } from '../lib/fail-point.ts'
import type { Log } from '../lib/log.ts'
import { connectionsFor, createConnectionLimits } from '../sources/connection-limits.ts'
import { aborted } from '../sources/listener.ts'
import { runSource } from '../sources/registry.ts'
import { runChild } from './child.ts'
import type { PublishAnswer } from './messages.ts'
import { openFilesMax } from './open-files.ts'

/** Interval of figures and checkpoints: a crash takes at most this much of `refused`. */
const lookEveryMs = 1_000
/** Journals whose directory is being looked at. */
const looking = new WeakSet<OpenLane>()

await runChild(async (child) => {
  const { settings, log, signal } = child
  const { config, demo } = settings
  using keyring = await openKeyring(settings.dataDir, process.env, {
    onProblem: (error) => log.error('the key file is damaged; the keys known before stay valid', { error }),
  })
  const lane = { retentionMs: config.retentionHours * 3_600_000, clock: systemClock, log }
  await using real = await openLane('real', settings.dataDir, lane)
  await using simulated = demo ? await openLane('demo', demo.dir, lane) : undefined
  const lanes = simulated ? [real, simulated] : [real]
  let shown: OpenLane = simulated ?? real
  let realSeen = false

  const laneOf = (source: string): OpenLane => (simulated && source === simulatorSource ? simulated : real)
  const arrived = (source: string) => {
    if (!simulated || realSeen || source === simulatorSource) return
    realSeen = true
    log.info('the first real reading has arrived; the simulated city ends', { source })
  }

  let wanted: number | undefined
  const ring = () => {
    const { lastRecord } = shown.journal.tail()
    if (wanted === undefined || lastRecord <= wanted) return
    wanted = undefined
    child.send({ type: 'durable', record: lastRecord })
  }
  for (const lane of lanes)
    lane.journal.onDurable(() => {
      if (lane === shown) ring()
      if (lane === real && realSeen && shown !== real) child.send({ type: 'real-data' })
    })
  child.onMessage((message) => {
    if (message.type === 'want') {
      wanted = message.beyond
      ring()
    } else if (message.type === 'publish') {
      const { request, lane, record } = message
      void journaled(lane === 'demo' ? simulated : real, record).then((answer) =>
        child.send({ type: 'published', request, answer }),
      )
    } else if (message.type === 'released') shown.journal.release(message.position, message.held)
    else if (message.type === 'demo-over') {
      shown = real
      ring()
    }
  })

  const context = createContexts({ log, laneOf, arrived, trusted: new Set(config.trust) })
  const udpPorts: Record<string, number> = {}
  const sources = await configuredSources(settings, {
    ...ingestTokens(keyring, demo?.token),
    connections: createConnectionLimits({
      total: connectionsFor(openFilesMax()),
      trustedProxies: createAddressList(config.trustedProxies),
      clock: systemClock,
    }),
    onUdpPort: (key, port) => {
      udpPorts[key] = port
    },
  })
  const states = new Map<string, SourceReport>()
  const running = sources.map((source) => {
    const { name, kind } = source
    states.set(name, { kind, state: 'starting', detail: '', facts: {} })
    const tell = (told: Partial<SourceReport>) => states.set(name, { ...(states.get(name) as SourceReport), ...told })
    return runSource(source, signal, context(source, tell))
  })
  await listening(states, signal)
  const { counters, checkpoints } = real
  reportAbsence({ aliveAt: checkpoints.aliveAt, now: systemClock.now(), counters, sources, log })
  const { fence } = shown.journal
  child.send({ type: 'ready', fence, udpPorts })

  const warnings = createWarningsFile(settings.dataDir)
  const figures = () => child.send({ type: 'intake', figures: intakeFigures(shown, states) })
  figures()
  const timer = setInterval(() => {
    figures()
    for (const lane of lanes) {
      lane.nearlyFull = lane.journal.stats().refusing
      void lookForJournal(lane, log)
      void lane.checkpoints.tick()
    }
    warnings.keep(states)
  }, lookEveryMs)
  try {
    // Without any source it still journals what people change.
    await Promise.all([aborted(signal), ...running])
  } finally {
    clearInterval(timer)
    for (const lane of lanes) await lane.checkpoints.last()
    figures()
  }
})

/** One look at a time: a file system that hangs answers none. */
async function lookForJournal(lane: OpenLane, log: Log) {
  if (looking.has(lane)) return
  looking.add(lane)
  const missing = await lane.presence.look().finally(() => looking.delete(lane))
  if (missing !== undefined && lane.missing === undefined) log.error('readings are refused', { reason: missing })
  if (missing === undefined && lane.missing !== undefined) log.info('the journal is back; readings are taken again')
  lane.missing = missing
}

/** A change made by a person: durable, or refused with the reason. It is no frame and in no count. */
async function journaled(lane: OpenLane | undefined, bytes: Uint8Array): Promise<PublishAnswer> {
  if (!lane) return { ok: false, reason: 'refused', message: 'no simulated city is running' }
  // As for readings: what is written to a deleted journal is gone with the process.
  if (lane.missing !== undefined) return { ok: false, reason: 'refused', message: lane.missing }
  failPoint('desk-received')
  try {
    const record = await lane.journal.append([{ kind: recordKinds.desk, frames: 0, bytes }])
    failPoint('desk-durable')
    return { ok: true, journal: lane.journal.id, record }
  } catch (fault) {
    return { ok: false, reason: 'refused', message: fault instanceof Error ? fault.message : String(fault) }
  }
}

/** Resolves when every source has said something about itself, or after 5 s: a source that waits for its line is no reason to wait. */
async function listening(states: ReadonlyMap<string, { state: SourceState }>, signal: AbortSignal) {
  const until = systemClock.monotonic() + 5_000
  while ([...states.values()].some(({ state }) => state === 'starting') && systemClock.monotonic() < until)
    await systemClock.sleep(10, signal)
}
