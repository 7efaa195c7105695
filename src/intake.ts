/**
 * The intake process: sources and journal, nothing else. Bytes become durable here and are acknowledged; nothing is understood.
 *
 * In demo mode it holds two journals: what the simulator's token brings goes to the demo's, everything else to the real one, so
 * that a sensor that posts while the city is simulated is as safe as any other.
 */
import path from 'node:path'
import { type Child, runChild } from './child.ts'
import { configuredSources } from './configured-sources.ts'
import { encodeUplink } from './domain/uplink.ts'
import { createIntakeCounters, type IntakeCounters, parseCheckpoint } from './intake-counters.ts'
import { JournalError, type JournalWriter, recordKinds } from './journal/journal.ts'
import { openJournalReader, openJournalWriter } from './journal/segment-journal.ts'
import { systemClock } from './lib/clock.ts'
import { failPoint } from './lib/fail-point.ts'
import { openKeyring } from './lib/keyring.ts'
import type { IntakeFigures, SourceFigures } from './messages.ts'
import { runSource } from './sources/registry.ts'
import {
  type Delivery,
  IntakeRefused,
  type Keeping,
  type RefusalCause,
  type Source,
  type SourceContext,
  type SourceFacts,
  type SourceState,
} from './sources/source.ts'

/** Checkpoint of the counters: what a crash can take from `refused` is at most this long. */
const checkpointEveryMs = 1_000
/** Sources that can pause do so above this many bytes on the way to the disk. */
const pressureBytes = 16 * 1024 * 1024
export const simulatorSource = 'simulator'

/** One journal with its counters. */
interface Lane {
  readonly name: 'real' | 'demo'
  readonly journal: JournalWriter
  readonly counters: IntakeCounters
  /** Bytes between a source and the sync. */
  bytesOnTheWay: number
  /** Why sources that can resend are refused: the disk is nearly full. Looked at once a second. */
  nearlyFull: string | undefined
  /** One checkpoint at a time. */
  checkpointing: Promise<void> | undefined
}

/** What a source says about itself. */
interface SourceTold {
  readonly kind: string
  readonly state: SourceState
  readonly detail: string
  readonly facts: SourceFacts
}

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

  const laneOf = (source: string): Lane => {
    if (!simulated || source === simulatorSource) return simulated ?? real
    if (!realSeen) {
      realSeen = true
      log.info('the first real reading has arrived; the simulated city ends', { source })
    }
    return real
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
    } else if (message.type === 'released') shown.journal.release(message.position)
    else if (message.type === 'demo-over') {
      shown = real
      ring()
    }
  })

  const trusted = new Set([...config.trust, simulatorSource])
  const context = createContexts({ child, laneOf, trusted })
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
  const { fence } = shown.journal
  child.send({ type: 'ready', fence, ...(udpPort === undefined ? {} : { udpPort }) })

  const figures = () => child.send({ type: 'intake', figures: figuresOf(shown, states) })
  figures()
  const timer = setInterval(() => {
    figures()
    for (const lane of [real, simulated]) {
      if (!lane) continue
      lane.nearlyFull = lane.journal.stats().refusing
      if (lane.counters.dirty() && !lane.checkpointing) checkpoint(lane).catch(() => {})
    }
  }, checkpointEveryMs)
  try {
    await Promise.all(running)
  } finally {
    clearInterval(timer)
    for (const lane of [real, simulated]) if (lane) await checkpoint(lane).catch(() => {})
    figures()
  }
})

async function openLane(child: Child, name: Lane['name'], dir: string): Promise<Lane & AsyncDisposable> {
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
    checkpointing: undefined,
    [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
  }
}

async function checkpoint(lane: Lane) {
  failPoint('checkpoint')
  const bytes = lane.counters.checkpoint(systemClock.now())
  await lane.journal.append([{ kind: recordKinds.checkpoint, frames: 0, bytes }])
}

const refusalOf: Record<JournalError['code'], RefusalCause> = {
  E_JOURNAL_OVERLOAD: 'overload',
  E_JOURNAL_CLOSED: 'shutdown',
  E_JOURNAL_TOO_LARGE: 'too-large',
  E_JOURNAL_FULL: 'journal',
  E_JOURNAL_FAILED: 'journal',
  E_JOURNAL_LOCKED: 'journal',
}
/** Sources whose senders keep what is refused: on a disk that is nearly full they wait, and the room is left to the others. */
const canResend = new Set(['http', 'mqtt', 'tcp'])

interface ContextDeps {
  readonly child: Child
  readonly laneOf: (source: string) => Lane
  readonly trusted: ReadonlySet<string>
}

/** The context of each source: names the source, stamps arrival, journals, counts. */
function createContexts({ child, laneOf, trusted }: ContextDeps) {
  async function append(
    lane: Lane,
    kind: 1 | 2,
    source: string,
    deliveries: readonly Delivery[],
    { keeps = false }: Keeping = {},
  ) {
    const arrivedAt = systemClock.now()
    let frames = 0
    const records = deliveries.map((delivery) => {
      const name = delivery.source ?? source
      const { codec, framing, meta, bytes } = delivery
      const time = delivery.time ?? (trusted.has(name) ? 'trust' : undefined)
      frames += delivery.frames
      const uplink = {
        source: name,
        codec,
        framing,
        arrivedAt,
        bytes,
        ...(meta ? { meta } : {}),
        ...(time ? { time } : {}),
      }
      return { kind, frames: delivery.frames, bytes: encodeUplink(uplink) }
    })
    const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0)
    lane.counters.enter(source, frames)
    lane.bytesOnTheWay += bytes
    let record: number
    failPoint('frame-received')
    try {
      record = await lane.journal.append(records)
    } catch (fault) {
      if (keeps) lane.counters.withdraw(source, frames)
      else lane.counters.refuse(source, frames, true)
      if (!(fault instanceof JournalError)) throw fault
      const cause = refusalOf[fault.code]
      throw new IntakeRefused(cause, fault.message, { cause: fault, retryAfterS: cause === 'overload' ? 1 : 5 })
    } finally {
      lane.bytesOnTheWay -= bytes
    }
    failPoint('frame-durable')
    if (kind === recordKinds.data) lane.counters.accept(source, frames, record)
    else lane.counters.unframeable(source, frames, record)
  }

  return (source: Source, tell: (told: Partial<SourceTold>) => void): SourceContext => ({
    async deliver(deliveries, keeping) {
      const named = new Map<string, Delivery[]>()
      for (const delivery of deliveries) {
        const name = delivery.source ?? source.name
        const group = named.get(name)
        if (group) group.push(delivery)
        else named.set(name, [delivery])
      }
      for (const [name, group] of named) {
        const { nearlyFull, counters } = laneOf(name)
        if (nearlyFull === undefined || !canResend.has(source.kind)) continue
        if (!keeping?.keeps)
          counters.refuse(
            name,
            group.reduce((sum, { frames }) => sum + frames, 0),
            false,
          )
        throw new IntakeRefused('journal', `${nearlyFull}: free some space`, { retryAfterS: 30 })
      }
      await Promise.all([...named].map(([name, group]) => append(laneOf(name), recordKinds.data, name, group, keeping)))
    },
    noise(bytes, keeping) {
      const whole: Delivery = { framing: 'whole', codec: 'noise', bytes, frames: 1 }
      return append(laneOf(source.name), recordKinds.noise, source.name, [whole], keeping)
    },
    refused: (frames, cause, name = source.name) => {
      laneOf(name).counters.refuse(name, frames, false)
      child.log.debug('frames refused', { source: name, frames, cause })
    },
    lost: (loss) => laneOf(source.name).counters.lose(source.name, loss),
    facts: (facts) => tell({ facts }),
    pressure: () => laneOf(source.name).bytesOnTheWay > pressureBytes,
    status: (state, detail = '') => tell({ state, detail }),
    clock: systemClock,
    log: child.log.with({ source: source.name }),
  })
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
    journal: journal.stats(),
  }
}

/** Resolves when every source has said something about itself, or after 5 s: a source that waits for its line is no reason to wait. */
async function listening(states: ReadonlyMap<string, { state: SourceState }>, signal: AbortSignal) {
  const until = systemClock.monotonic() + 5_000
  while ([...states.values()].some(({ state }) => state === 'starting') && systemClock.monotonic() < until)
    await systemClock.sleep(10, signal)
}
