/** Plays frames of devices through batches into a store in memory, as the processor does: commit after commit, restarted where a case asks for it. */
import type { Codec } from '../../codecs/codec.ts'
import { codecOf as ownCodecOf } from '../../codecs/registry.ts'
import { type DeviceState, missing } from '../../domain/device.ts'
import { emptyLayout, type Layout } from '../../domain/layout.ts'
import { encodeUplink } from '../../domain/uplink.ts'
import { watchingOf } from '../../domain/watching.ts'
import { instant } from '../../lib/brand.ts'
import { countFrames, type Framing } from '../../lib/frames.ts'
import { ok } from '../../lib/result.ts'
import { createMemoryStore, type MemoryStore } from '../../store/testing/memory-store.ts'
import { createBatch } from '../batch.ts'
import { commitOf } from '../commit-of.ts'
import type { CodecOf } from '../decode-record.ts'
import { decodeRecord } from '../decode-record.ts'
import { createFleet } from '../fleet.ts'
import { createHistoryFold } from '../folds.ts'
import { restoreRuns } from '../restore-runs.ts'

/** Device times of cases are on the day before, or on this day before one o'clock. */
export const begin = Date.parse('2026-11-24T01:00:00Z')

/** A record of the journal: the text of its frames, how it came and when. */
export interface Sent {
  readonly body: string
  readonly framing?: Framing
  readonly meta?: Readonly<Record<string, string>>
  readonly source?: string
  readonly codec?: string
  /** Milliseconds after the record before it; default 1 s. */
  readonly afterMs?: number
  /** Instead of `afterMs`. */
  readonly arrived?: number
}

export interface Played {
  readonly store: MemoryStore
  readonly device: (external?: string) => DeviceState & { readonly missing: number }
  /** Frames that wait for a decision. */
  readonly tentative: number
}

/** Frames that are readings already, as a decoder of any format would make them. */
const readingCodec: Codec = {
  name: 'reading',
  decode: (bytes) => ok([JSON.parse(new TextDecoder().decode(bytes))]),
}
const codecOf: CodecOf = (name) => (name === 'reading' ? readingCodec : ownCodecOf(name))

/** A processor without its journal: takes records, a commit for each call. */
export async function createPlayer(layout: Layout = emptyLayout) {
  const store = createMemoryStore(layout)
  let place = await load()
  let position = 0
  let arrived = begin

  async function load() {
    const fleet = createFleet(await store.devices(), await store.deviceOrders())
    restoreRuns(fleet, await store.undecidedFrames(), codecOf)
    return {
      fleet,
      history: createHistoryFold(watchingOf(layout), fleet, {
        assignments: await store.allAssignments(),
        occupancy: await store.newestOccupancy(),
        bays: await store.storedBays(),
        standing: await store.standingStays(),
        overstays: await store.currentOverstays(),
        countZones: await store.countZones(),
        countStates: await store.countStatesAt(),
        alerts: await store.storedAlerts(),
        signs: await store.signs(),
        reportSchedules: await store.reportSchedules(),
      }),
    }
  }

  async function commit(records: readonly Sent[]) {
    const { fleet, history } = place
    const batch = createBatch(fleet, store, 0, history)
    const from = position
    for (const record of records) {
      arrived = record.arrived ?? arrived + (record.afterMs ?? 1_000)
      await batch.addRecord(decodeRecord(stored(record, ++position, arrived), codecOf, 0))
    }
    const key = { journal: 'test', from, to: position, fence: 1 }
    await store.commit(await commitOf(batch, key, fleet, { losses: [], intakeDays: [] }))
    fleet.settle()
  }

  return {
    store,
    commit,
    /** Everything in memory is dropped and loaded again. */
    async restart() {
      place = await load()
    },
    device: (source: string, external = 'A') => place.fleet.find(source, external),
  }
}

/** `perCommit`: records in one commit; after each commit the processor is started again when `restarts`. */
export async function play(
  sent: readonly Sent[],
  {
    perCommit = 1,
    restarts = true,
    layout = emptyLayout,
  }: { perCommit?: number; restarts?: boolean; layout?: Layout } = {},
): Promise<Played> {
  const player = await createPlayer(layout)
  const { store } = player
  for (let at = 0; at < sent.length; at += perCommit) {
    if (restarts) await player.restart()
    await player.commit(sent.slice(at, at + perCommit))
  }
  return {
    store,
    device(external = 'A') {
      const state = store.deviceOf(external) as DeviceState
      return { ...state, missing: missing(state) }
    },
    tentative: [...store.deadLetters.values()].filter(({ state }) => state === 'tentative').length,
  }
}

function stored(
  { body, framing = 'whole', meta, source = 'serial', codec = 'generic' }: Sent,
  number: number,
  at: number,
) {
  const bytes = new TextEncoder().encode(body)
  const frames = countFrames(framing, bytes)
  const uplink = { source, codec, framing, bytes, arrivedAt: instant(at), ...(meta ? { meta } : {}) }
  return { number, kind: 1 as const, frames, bytes: encodeUplink(uplink), acceptedFrames: 0, noiseFrames: 0 }
}
