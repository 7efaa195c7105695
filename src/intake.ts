/**
 * The intake process: sources and journal, nothing else. Bytes become durable here and are acknowledged; nothing is understood.
 *
 * In demo mode it holds two journals: what the simulator's token brings goes to the demo's, everything else to the real one, so
 * that a sensor that posts while the city is simulated is as safe as any other.
 */
import path from 'node:path'
import { type Child, runChild } from './child.ts'
import { configuredSources } from './configured-sources.ts'
import { createIntakeCounters, parseCheckpoint } from './intake-counters.ts'
import { recordKinds } from './journal/journal.ts'
import { openJournalReader, openJournalWriter } from './journal/segment-journal.ts'
import { type JournalPresence, journalPresence } from './journal-presence.ts'
import { instant } from './lib/brand.ts'
import { systemClock } from './lib/clock.ts'
import { failPoint } from './lib/fail-point.ts'
import { openKeyring } from './lib/keyring.ts'
import type { Log } from './lib/log.ts'
import type { IntakeFigures, SourceFigures } from './messages.ts'
import { canResend, createContexts, type Lane, type SourceTold } from './source-contexts.ts'
import { createWarningsFile } from './source-warnings.ts'
import { runSource } from './sources/registry.ts'
import type { Source, SourceState } from './sources/source.ts'

/** Checkpoint of the counters: what a crash can take from `refused` is at most this long. */
const checkpointEveryMs = 1_000
/** So often at least: after a crash it is known how long nobody listened. */
const aliveEveryMs = 60_000
export const simulatorSource = 'simulator'

await runChild(async (child) => {
  const { settings, log, signal } = child
  const { config, demo } = settings
  using keyring = await openKeyring(settings.dataDir, process.env, {
    onProblem: (error) => log.error('the key file is damaged; the keys known before stay valid', { error }),
  })
  await using real = await openLane(child, 'real', settings.dataDir)
  await using simulated = demo ? await openLane(child, 'demo', demo.dir) : undefined
  let shown: Lane = simulated ?? real
  let realSeen = false

  const laneOf = (source: string): Lane => (simulated && source === simulatorSource ? simulated : real)
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
  for (const lane of [real, simulated])
    lane?.journal.onDurable(() => {
      if (lane === shown) ring()
      if (lane === real && realSeen && shown !== real) child.send({ type: 'real-data' })
    })
  child.onMessage((message) => {
    if (message.type === 'want') {
      wanted = message.beyond
      ring()
    } else if (message.type === 'released') shown.journal.release(message.position, message.held)
    else if (message.type === 'demo-over') {
      shown = real
      ring()
    }
  })

  const trusted = new Set([...config.trust, simulatorSource])
  const context = createContexts({ log, laneOf, arrived, trusted })
  let udpPort: number | undefined
  const sources = configuredSources(settings, {
    ingest(token) {
      if (demo && token === demo.token) return simulatorSource
      const known = keyring.ingest(token)
      if (known?.time === 'trust') trusted.add(known.source)
      return known?.source
    },
    onUdpPort: (port) => {
      udpPort = port
    },
  })
  const states = new Map<string, SourceTold>()
  const running = sources.map((source) => {
    const { name, kind } = source
    states.set(name, { kind, state: 'starting', detail: '', facts: {} })
    const tell = (told: Partial<SourceTold>) => states.set(name, { ...(states.get(name) as SourceTold), ...told })
    return runSource(source, signal, context(source, tell))
  })
  await listening(states, signal)
  tellAbsence(real, sources, log)
  const { fence } = shown.journal
  child.send({ type: 'ready', fence, ...(udpPort === undefined ? {} : { udpPort }) })

  const warnings = createWarningsFile(settings.dataDir)
  const figures = () => child.send({ type: 'intake', figures: figuresOf(shown, states) })
  figures()
  const timer = setInterval(() => {
    figures()
    for (const lane of [real, simulated]) {
      if (!lane) continue
      lane.nearlyFull = lane.journal.stats().refusing
      void lookForJournal(lane, log)
      const due = lane.counters.dirty() || systemClock.now() - (lane.aliveAt ?? 0) >= aliveEveryMs
      if (due && !lane.checkpointing) checkpoint(lane).catch(() => {})
    }
    warnings.keep(states)
  }, checkpointEveryMs)
  try {
    await Promise.all(running)
  } finally {
    clearInterval(timer)
    for (const lane of [real, simulated]) if (lane) await checkpoint(lane).catch(() => {})
    figures()
  }
})

async function openLane(child: Child, name: Lane['name'], dir: string): Promise<PresentLane & AsyncDisposable> {
  const { config } = child.settings
  const journalDir = path.join(dir, 'journal')
  const journal = await openJournalWriter(journalDir, { retentionMs: config.retentionHours * 3_600_000 })
  for (const damage of journal.damage)
    if (damage.torn) child.log.warn('the journal stopped without warning; its torn end is cut', { ...damage })
    else child.log.error('the journal is damaged; the range is kept aside and counted', { ...damage })
  const counters = createIntakeCounters()
  const checkpointed = journal.lastCheckpoint && parseCheckpoint(journal.lastCheckpoint.bytes)
  if (checkpointed) counters.restore(checkpointed)
  await using reader = await openJournalReader(journalDir)
  let after = checkpointed?.upTo ?? 0
  const { lastRecord } = journal.tail()
  while (after < lastRecord) {
    const { records, damage } = await reader.read(after, {
      durable: lastRecord,
      bytesMax: 8 * 1024 * 1024,
      framesMax: 1_000_000,
    })
    for (const record of records) counters.recount(record)
    const next = Math.max(after, records.at(-1)?.number ?? 0, ...damage.map((range) => range.toRecord))
    if (next === after) break
    after = next
  }
  return {
    name,
    journal,
    counters,
    bytesOnTheWay: 0,
    nearlyFull: undefined,
    missing: undefined,
    presence: await journalPresence(journalDir),
    aliveAt: checkpointed && instant(checkpointed.at),
    checkpointing: undefined,
    [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
  }
}

interface PresentLane extends Lane {
  readonly presence: JournalPresence
}

/** An answer that is late is used with the next look. */
async function lookForJournal(lane: PresentLane, log: Log) {
  const missing = await lane.presence.look()
  if (missing !== undefined && lane.missing === undefined) log.error('readings are refused', { reason: missing })
  if (missing === undefined && lane.missing !== undefined) log.info('the journal is back; readings are taken again')
  lane.missing = missing
}

async function checkpoint(lane: Lane) {
  failPoint('checkpoint')
  const bytes = lane.counters.checkpoint(systemClock.now())
  await lane.journal.append([{ kind: recordKinds.checkpoint, frames: 0, bytes }])
}

/** What sources without acknowledgement may have lost while no intake ran. */
function tellAbsence(lane: Lane, sources: readonly Source[], log: Log) {
  const { aliveAt: from, counters } = lane
  if (from === undefined) return
  const to = systemClock.now()
  for (const { name, kind } of sources) {
    if (canResend.has(kind) || !counters.all().has(name)) continue
    const detail = `The server did not run: nobody listened for ${((to - from) / 1_000).toFixed(1)} s at most.`
    counters.lose(name, { cause: 'port-down', frames: null, from, to, detail })
    log.warn('a source without acknowledgement was not listened to while the server did not run', { source: name })
  }
}

function figuresOf(lane: Lane, states: ReadonlyMap<string, SourceTold>): IntakeFigures {
  const { journal, counters } = lane
  const total = { received: 0, refused: 0, unframeable: 0 }
  const sources = new Map<string, SourceFigures>()
  const none = { received: 0, accepted: 0, refused: 0, unframeable: 0, lost: {}, uncounted: {}, losses: [] }
  for (const [name, { kind, state, detail, facts }] of states)
    sources.set(name, { ...none, name, kind, state, detail, facts })
  for (const [name, { inFlight: _inFlight, ...count }] of counters.all()) {
    total.received += count.received
    total.refused += count.refused
    total.unframeable += count.unframeable
    const listed = sources.get(name) ?? { ...none, name, kind: 'named', state: 'up' as const, detail: '', facts: {} }
    sources.set(name, { ...listed, ...count, losses: counters.recentLosses(name) })
  }
  return {
    tail: journal.tail(),
    ...total,
    inFlight: counters.inFlight,
    sources: [...sources.values()],
    journal: { ...journal.stats(), ...(lane.missing === undefined ? {} : { refusing: lane.missing }) },
  }
}

/** Resolves when every source has said something about itself, or after 5 s: a source that waits for its line is no reason to wait. */
async function listening(states: ReadonlyMap<string, { state: SourceState }>, signal: AbortSignal) {
  const until = systemClock.monotonic() + 5_000
  while ([...states.values()].some(({ state }) => state === 'starting') && systemClock.monotonic() < until)
    await systemClock.sleep(10, signal)
}
