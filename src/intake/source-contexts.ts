/**
 * The context that intake gives to each source: its name, arrival stamps, journaling, counters. The intake half of the message balance is kept here:
 * every received frame is accepted, kept as noise or refused. A refused frame is counted once for each answer to its sender.
 */
import type { RefusalCause, SourceKind, SourceState } from '@baykeeper/contract/vocabulary.ts'
import { encodeUplink, headFits, headTooLong } from '../domain/uplink.ts'
import { JournalError, type JournalWriter, recordKinds } from '../journal/journal.ts'
import { systemClock } from '../lib/clock.ts'
import { failPoint } from '../lib/fail-point.ts'
import type { Log } from '../lib/log.ts'
import { sourceList } from '../sources/list.ts'
import {
  type Delivery,
  IntakeRefused,
  type Keeping,
  type Source,
  type SourceContext,
  type SourceFacts,
} from '../sources/source.ts'
import type { IntakeCounters } from './counters.ts'

/** Sources that can pause do so above this many bytes on the way to the disk. */
const pressureBytes = 16 * 1024 * 1024

/** One journal with its counters. */
export interface JournalChannel {
  readonly name: 'real' | 'demo'
  readonly journal: JournalWriter
  readonly counters: IntakeCounters
  /** Bytes between a source and the sync. */
  bytesOnTheWay: number
  /** Why sources that can resend are refused: the disk is nearly full. Looked at once a second. */
  nearlyFull: string | undefined
  /** Why every source is refused: the journal is not where it was opened. Looked at once a second. */
  missing: string | undefined
}

/** Status of a source, as the source reports it. */
export interface SourceReport {
  readonly kind: SourceKind
  readonly state: SourceState
  readonly detail: string
  readonly facts: SourceFacts
}

const refusalOf: Record<JournalError['code'], RefusalCause> = {
  E_JOURNAL_OVERLOAD: 'overload',
  E_JOURNAL_CLOSED: 'shutdown',
  E_JOURNAL_TOO_LARGE: 'too-large',
  E_JOURNAL_FULL: 'journal',
  E_JOURNAL_FAILED: 'journal',
  E_JOURNAL_LOCKED: 'journal',
  E_JOURNAL_NEWER: 'journal',
  E_JOURNAL_GONE: 'journal',
}
/** Sources whose senders keep what is refused: on a disk that is nearly full they wait, and the room is left to the others. */
export const canResend: ReadonlySet<SourceKind> = new Set(
  sourceList.filter(({ resends }) => resends).map(({ kind }) => kind),
)

interface ContextDeps {
  readonly log: Log
  readonly channelOf: (source: string) => JournalChannel
  /** A reading has come in: the first one of a real source ends the simulated city once it is durable. */
  readonly onFirstReading: (source: string) => void
  /** Names of sources whose device times are always taken, from the configuration. A token's trust comes with each delivery. */
  readonly trusted: ReadonlySet<string>
}

/** The context of each source: names the source, stamps arrival, journals, counts. */
export function createContexts({ log, channelOf, onFirstReading, trusted }: ContextDeps) {
  async function append(
    channel: JournalChannel,
    kind: 1 | 2,
    source: string,
    deliveries: readonly Delivery[],
    { keeps = false }: Keeping = {},
  ) {
    const arrivedAt = systemClock.now()
    const frames = framesOf(deliveries)
    const records = deliveries.map((delivery) => {
      const name = delivery.source ?? source
      const { codec, framing, meta, bytes } = delivery
      const time = delivery.time ?? (trusted.has(name) ? 'trust' : undefined)
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
    channel.counters.enter(source, frames)
    if (kind === recordKinds.data) onFirstReading(source)
    channel.bytesOnTheWay += bytes
    let record: number
    failPoint('frame-received')
    try {
      record = await channel.journal.append(records)
    } catch (fault) {
      if (keeps) channel.counters.withdraw(source, frames)
      else
        channel.counters.refuse(source, frames, true, fault instanceof JournalError ? refusalOf[fault.code] : 'journal')
      if (!(fault instanceof JournalError)) throw fault
      const cause = refusalOf[fault.code]
      throw new IntakeRefused(cause, fault.message, { cause: fault, retryAfterS: cause === 'overload' ? 1 : 5 })
    } finally {
      channel.bytesOnTheWay -= bytes
    }
    failPoint('frame-durable')
    if (kind === recordKinds.data) channel.counters.accept(source, frames, record, arrivedAt)
    else channel.counters.unframeable(source, frames, record, arrivedAt)
  }

  return (source: Source, report: (changed: Partial<SourceReport>) => void): SourceContext => ({
    async deliver(deliveries, keeping) {
      const named = new Map<string, Delivery[]>()
      for (const delivery of deliveries) {
        const name = delivery.source ?? source.name
        const group = named.get(name)
        if (group) group.push(delivery)
        else named.set(name, [delivery])
      }
      const refuse = (cause: RefusalCause) => {
        if (keeping?.keeps) return
        for (const [name, group] of named) channelOf(name).counters.refuse(name, framesOf(group), false, cause)
      }
      // Before anything of it is journaled: a source that gathers deliveries has refused such a one before.
      if (!deliveries.every(headFits)) {
        refuse('too-large')
        throw new IntakeRefused('too-large', headTooLong)
      }
      const missing = [...named.keys()].map((name) => channelOf(name).missing).find((reason) => reason !== undefined)
      if (missing !== undefined) {
        refuse('journal')
        throw new IntakeRefused('journal', missing, { retryAfterS: 30 })
      }
      const full = [...named.keys()].map((name) => channelOf(name).nearlyFull).find((reason) => reason !== undefined)
      if (full !== undefined && canResend.has(source.kind)) {
        refuse('journal')
        throw new IntakeRefused('journal', `${full}: free some space`, { retryAfterS: 30 })
      }
      await Promise.all(
        [...named].map(([name, group]) => append(channelOf(name), recordKinds.data, name, group, keeping)),
      )
    },
    noise(bytes, keeping) {
      const whole: Delivery = { framing: 'whole', codec: 'noise', bytes, frames: 1 }
      return append(channelOf(source.name), recordKinds.noise, source.name, [whole], keeping)
    },
    refused: (frames, cause, name = source.name) => {
      channelOf(name).counters.refuse(name, frames, false, cause)
      log.debug('frames refused', { source: name, frames, cause })
    },
    lost: (loss) => channelOf(source.name).counters.lose(source.name, loss),
    facts: (facts) => report({ facts }),
    pressure: () => channelOf(source.name).bytesOnTheWay > pressureBytes,
    status: (state, detail = '') => report({ state, detail }),
    clock: systemClock,
    log: log.with({ source: source.name }),
  })
}

const framesOf = (deliveries: readonly Delivery[]) => deliveries.reduce((sum, { frames }) => sum + frames, 0)
