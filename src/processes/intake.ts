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
import type { MissingNumbers } from '../domain/missing-uplinks.ts'
import { reportAbsence } from '../intake/absence.ts'
import { intakeFigures } from '../intake/figures.ts'
import { type OpenChannel, openChannel } from '../intake/journal-channel.ts'
import { createContexts, type SourceReport } from '../intake/source-contexts.ts'
import { createAddressList } from '../lib/address-list.ts'
import { systemClock } from '../lib/clock.ts'
import { failPoint } from '../lib/fail-point.ts'
import type { Log } from '../lib/log.ts'
import { connectionsFor, createConnectionLimits } from '../sources/connection-limits.ts'
import { aborted } from '../sources/listener.ts'
import { runSource } from '../sources/runner.ts'
import { runChild } from './child.ts'
import type { PublishAnswer } from './messages.ts'
import { openFilesMax } from './open-files.ts'

/** Interval of figures and checkpoints: a crash takes at most this much of `refused`. */
const lookEveryMs = 1_000
/** Journals whose directory is being looked at. */
const looking = new WeakSet<OpenChannel>()

await runChild(async (child) => {
  const { settings, log, signal } = child
  const { config, demo } = settings
  using keyring = await openKeyring(settings.dataDir, process.env, {
    onProblem: (error) => log.error('the key file is damaged; the keys known before stay valid', { error }),
  })
  const states = new Map<string, SourceReport>()
  const sources = () => states
  const channel = { retentionMs: config.retentionHours * 3_600_000, clock: systemClock, log, sources }
  await using real = await openChannel('real', settings.dataDir, { ...channel, archive: config.archive })
  await using simulated = demo ? await openChannel('demo', demo.dir, channel) : undefined
  const channels = simulated ? [real, simulated] : [real]
  let shown: OpenChannel = simulated ?? real
  let realSeen = false

  const channelOf = (source: string): OpenChannel => (simulated && source === simulatorSource ? simulated : real)
  const onFirstReading = (source: string) => {
    if (!simulated || realSeen || shown === real || source === simulatorSource) return
    realSeen = true
    log.info('the first real reading has arrived; the simulated city ends', { source })
  }

  let wakeAbove: number | undefined
  let numbers: readonly MissingNumbers[] = []
  const ring = () => {
    const { lastRecord } = shown.journal.tail()
    if (wakeAbove === undefined || lastRecord <= wakeAbove) return
    wakeAbove = undefined
    child.send({ type: 'durable', record: lastRecord })
  }
  for (const channel of channels)
    channel.journal.onDurable(() => {
      if (channel === shown) ring()
      if (channel === real && realSeen && shown !== real) child.send({ type: 'real-data' })
    })
  child.onMessage((message) => {
    if (message.type === 'wake-above') {
      wakeAbove = message.beyond
      ring()
    } else if (message.type === 'publish') {
      const { request, channel, record } = message
      void journaled(channel === 'demo' ? simulated : real, record).then((answer) =>
        child.send({ type: 'published', request, answer }),
      )
    } else if (message.type === 'missing-numbers') numbers = message.numbers
    else if (message.type === 'released') shown.release(message.position, message.held)
    else if (message.type === 'health') shown.health.reported(message.health)
    else if (message.type === 'demo-over') {
      shown = real
      ring()
    }
  })

  const context = createContexts({ log, channelOf, onFirstReading, trusted: new Set(config.trust) })
  const udpPorts: Record<string, number> = {}
  const { aliveAt } = real.checkpoints
  const absence = aliveAt === undefined ? undefined : { from: aliveAt, to: systemClock.now() }
  const configured = await configuredSources(settings, {
    ...ingestTokens(keyring, demo?.token),
    connections: createConnectionLimits({
      total: connectionsFor(openFilesMax()),
      trustedProxies: createAddressList(config.trustedProxies),
      clock: systemClock,
    }),
    missingOf: (name) => ({ numbers: numbers.filter(({ source }) => source === name), absence }),
    onUdpPort: (key, port) => {
      udpPorts[key] = port
    },
  })
  const running = configured.map((source) => {
    const { name, kind } = source
    states.set(name, { kind, state: 'starting', detail: '', facts: {} })
    const tell = (told: Partial<SourceReport>) => states.set(name, { ...(states.get(name) as SourceReport), ...told })
    return runSource(source, signal, context(source, tell))
  })
  await listening(states, signal)
  const { counters, checkpoints } = real
  reportAbsence({ aliveAt: checkpoints.aliveAt, now: systemClock.now(), counters, sources: configured, log })
  const { fence } = shown.journal
  child.send({ type: 'ready', fence, udpPorts })

  signal.addEventListener('abort', () => endHealth(channels), { once: true })
  const warnings = createWarningsFile(settings.dataDir)
  const figures = () => child.send({ type: 'intake', figures: intakeFigures(shown, states) })
  figures()
  const timer = setInterval(() => {
    figures()
    for (const channel of channels) lookAt(channel, log)
    warnings.keep(states)
  }, lookEveryMs)
  try {
    // Without any source it still journals what people change.
    await Promise.all([aborted(signal), ...running])
  } finally {
    clearInterval(timer)
    for (const channel of channels) await channel.checkpoints.last()
    figures()
  }
})

function lookAt(channel: OpenChannel, log: Log) {
  channel.nearlyFull = channel.journal.stats().refusing
  channel.retain()
  void channel.health.look()
  void lookForJournal(channel, log)
  void channel.checkpoints.tick()
}

function endHealth(channels: readonly OpenChannel[]) {
  for (const { health } of channels) health.end()
}

/** One look at a time: a file system that hangs answers none. */
async function lookForJournal(channel: OpenChannel, log: Log) {
  if (looking.has(channel)) return
  looking.add(channel)
  const missing = await channel.presence.look().finally(() => looking.delete(channel))
  if (missing !== undefined && channel.missing === undefined) log.error('readings are refused', { reason: missing })
  if (missing === undefined && channel.missing !== undefined) log.info('the journal is back; readings are taken again')
  channel.missing = missing
}

/** A change made by a person: durable, or refused with the reason. It is no frame and in no count. */
async function journaled(channel: OpenChannel | undefined, bytes: Uint8Array): Promise<PublishAnswer> {
  if (!channel) return { ok: false, reason: 'refused', message: 'no simulated city is running' }
  // As for readings: what is written to a deleted journal is gone with the process.
  if (channel.missing !== undefined) return { ok: false, reason: 'refused', message: channel.missing }
  failPoint('desk-received')
  try {
    const record = await channel.publish(bytes)
    failPoint('desk-durable')
    return { ok: true, journal: channel.journal.id, record }
  } catch (fault) {
    return { ok: false, reason: 'refused', message: fault instanceof Error ? fault.message : String(fault) }
  }
}

/** Resolves when every source has reported a state, or after 5 s: a source that is still connecting does not delay readiness. */
async function listening(states: ReadonlyMap<string, { state: SourceState }>, signal: AbortSignal) {
  const until = systemClock.monotonic() + 5_000
  while ([...states.values()].some(({ state }) => state === 'starting') && systemClock.monotonic() < until)
    await systemClock.sleep(10, signal)
}
