/** A processor that drains a journal of given bodies into a store, for tests. */
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { codecOf as usualCodecOf } from '../../codecs/registry.ts'
import { encodePublication } from '../../domain/layout-publication.ts'
import { encodeUplink } from '../../domain/uplink.ts'
import type { Damage, JournalReader, StoredRecord } from '../../journal/journal.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { countFrames, type Framing } from '../../lib/frames.ts'
import { silentLog } from '../../lib/log.ts'
import type { Store } from '../../store/store.ts'
import type { MemoryStore } from '../../store/testing/memory-store.ts'
import { createProcessor, type ProcessorDeps } from '../processor.ts'

export const arrivedAt = instant(Date.parse('2026-11-23T08:00:00Z'))
export const text = new TextEncoder()
/** Between two records: a few of them share a minute. */
export const recordMs = 25_000
/** Far more than the faults any test plans. */
const pausesMax = 500

export interface Body {
  readonly body: string | Uint8Array
  readonly framing?: Framing
  readonly counted?: number
  /** What the transport knows of it. */
  readonly meta?: Readonly<Record<string, string>>
  /** A layout that is published here: the body is its packed JSON. */
  readonly kind?: 'desk'
  /** Record of the layout that this one was made from. */
  readonly base?: number
  /** A record of this kind in place of frames: its bytes, by its time. */
  readonly record?: { readonly kind: 3 | 4; bytes(at: Instant): Uint8Array }
  /** After the record before it. */
  readonly afterMs?: number
}

/** A journal of these bodies, one record each, read at most `perRead` records at a time. */
export function journalOf(
  bodies: readonly Body[],
  perRead = 1_000,
  damage: readonly Damage[] = [],
): JournalReader & { last: number } {
  let acceptedFrames = 0
  let at = instant(arrivedAt - recordMs)
  const records = bodies.map((one, index): StoredRecord => {
    const { body, framing = 'json', counted, kind, base, meta, record, afterMs = recordMs } = one
    at = instant(at + afterMs)
    if (record) {
      const { kind: ofRecord, bytes: bytesAt } = record
      return { number: index + 1, kind: ofRecord, frames: 0, bytes: bytesAt(at), acceptedFrames, noiseFrames: 0 }
    }
    const bytes = typeof body === 'string' ? text.encode(body) : body
    if (kind === 'desk') {
      const publication = encodePublication({
        ...{ author: 'planner', comment: 'why', at, packed: bytes },
        ...(base === undefined ? {} : { base: { journal: 'test', record: base } }),
      })
      return { number: index + 1, kind: 4, frames: 0, bytes: publication, acceptedFrames, noiseFrames: 0 }
    }
    const frames = counted ?? countFrames(framing, bytes)
    acceptedFrames += frames
    const uplink = encodeUplink({
      ...{ source: 'http', codec: 'generic', framing, bytes, ...(meta ? { meta } : {}) },
      arrivedAt: at,
    })
    return { number: index + 1, kind: 1, frames, bytes: uplink, acceptedFrames, noiseFrames: 0 }
  })
  return {
    id: 'test',
    last: records.length,
    read: async (after, { durable, framesMax }) => {
      const found: StoredRecord[] = []
      let frames = 0
      for (const record of records) {
        if (record.number <= after || record.number > durable || found.length === perRead) continue
        frames += record.frames
        if (found.length > 0 && frames > framesMax) break
        found.push(record)
      }
      return { records: found, damage: damage.filter(({ fromRecord }) => fromRecord > after) }
    },
    countsAt: async (number) => ({ acceptedFrames: records[number - 1]?.acceptedFrames ?? 0, noiseFrames: 0 }),
    scan: async () => assert.fail('not asked here'),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** A store that takes its time: what is asked while a commit is on its way is answered as of before it. */
export function slowly(store: MemoryStore): MemoryStore {
  return {
    ...store,
    async commit(batch) {
      await setImmediate()
      await store.commit(batch)
      await setImmediate()
    },
  }
}

export interface DrainOptions
  extends Partial<Pick<ProcessorDeps, 'codecOf' | 'prepareScripts' | 'log' | 'checkpointFacts' | 'desk'>> {
  /** Waits allowed: far more than the faults any test plans. */
  readonly pauses?: number
}

/** Runs a processor over the whole journal and stops it. */
export async function drain(
  journal: ReturnType<typeof journalOf>,
  store: MemoryStore | Store,
  { codecOf = usualCodecOf, log = silentLog, pauses = pausesMax, ...more }: DrainOptions = {},
): Promise<void> {
  const stop = new AbortController()
  let paused = 0
  const processor = createProcessor({
    store: store as unknown as Store,
    reader: journal,
    fence: 1,
    durable: {
      waitBeyond: async (beyond) => {
        if (beyond < journal.last) return journal.last
        // The batch under way may fail yet: the journal is drained when the store's offset is at its end.
        while ((await store.cursor(journal.id)).position < journal.last && !stop.signal.aborted) await setImmediate()
        stop.abort()
        throw stop.signal.reason
      },
    },
    codecOf,
    clock: {
      ...systemClock,
      sleep: async () => {
        if (++paused > pauses) stop.abort()
      },
    },
    log,
    ...more,
  })
  await processor.run(stop.signal)
  assert.ok(paused <= pauses, 'the processor tries for ever what never works')
}

export const json = (readings: readonly object[]) => ({ body: JSON.stringify(readings) })
