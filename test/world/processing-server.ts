/**
 * The real processing as a server of the emulated world: a journal and a store in memory, the real codecs, and a processor that is now and then
 * started again from what is stored. Many histories share one processor, each as a device of a separate source: a commit costs the same for one
 * frame as for fifty.
 */
import { setImmediate } from 'node:timers/promises'
import { codecOf } from '../../src/codecs/registry.ts'
import { type DeviceState, missing } from '../../src/domain/device.ts'
import { emptyLayout, type Layout, plainBay } from '../../src/domain/layout.ts'
import { doubtsIn } from '../../src/domain/order-doubts.ts'
import { encodeUplink } from '../../src/domain/uplink.ts'
import type { JournalReader } from '../../src/journal/journal.ts'
import { createMemoryJournal } from '../../src/journal/testing/memory-journal.ts'
import { instant } from '../../src/lib/brand.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { readingsPerFrame } from '../../src/processing/dead-letter.ts'
import { createProcessor } from '../../src/processing/processor.ts'
import { createRandom, type Random } from '../../src/simulator/random.ts'
import { encode, type WireRecord } from '../../src/simulator/world/encode.ts'
import type { History } from '../../src/simulator/world/history.ts'
import type { Fate, Observation, Presence } from '../../src/simulator/world/judge.ts'
import type { Store } from '../../src/store/store.ts'
import { createMemoryStore, type MemoryStore } from '../../src/store/testing/memory-store.ts'

/** Quality mark of a reading that may repeat another one. */
const possibleRepeat = 8
const pausesMax = 100

/** One history as it is played: its device, and what became of it. */
interface Played {
  readonly history: History
  readonly device: string
  readonly source: string
  readonly shown: (Presence | undefined)[]
  readonly fates: (Fate | undefined)[]
}

interface Sent {
  readonly played: Played
  readonly record: WireRecord
}

export const observeProcessing = async (history: History): Promise<Observation> =>
  (await observeTogether([history], history.seed))[0] as Observation

export async function observeTogether(histories: readonly History[], seed: number): Promise<Observation[]> {
  const random = createRandom(seed + 0.5)
  const all = histories.map(
    (history, i): Played => ({
      history,
      device: (0x70b3d57ed0000000n + BigInt(i)).toString(16).toUpperCase(),
      source: `world-${i}`,
      shown: history.deliveries.map(() => undefined),
      fates: history.deliveries.map(() => undefined),
    }),
  )
  const { sent, rounds } = inRounds(all)
  const journal = createMemoryJournal()
  await using writer = await journal.openWriter()
  await writer.append(sent.map((one) => ({ kind: 1, frames: one.record.frames, bytes: bytesOf(one) })))
  const reader = await journal.openReader()
  const store = createMemoryStore(layoutOf(all))
  for (let done = 0; done < rounds.length; ) {
    const stops = stopsOf(random, rounds, done)
    await follow(store, reader, stops, (before, position) => look(sent.slice(before, position), store))
    done = rounds.indexOf(stops.at(-1) as number) + 1
  }
  placeFates(sent, store)
  const duplicates = duplicatesIn(store)
  const orders = new Map((await store.deviceOrders()).map(({ device, state }) => [device, state]))
  const stays = Map.groupBy(store.history().sessions, ({ bay }) => bay)
  return all.map((played) => ({
    stays: stays.get(bayOf(played)) ?? [],
    shown: played.shown,
    fates: countedFates(played, duplicates),
    missing: missingOf(played, store, orders),
  }))
}

const bayOf = ({ source }: Pick<Played, 'source'>) => `bay of ${source}`

/** A bay for each device: its stays follow the bay. */
function layoutOf(all: readonly Played[]): Layout {
  const bays = all.map((played) => plainBay(bayOf(played), { x: 0, y: 0 }, { devices: [played.device] }))
  const level = { id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays }
  return { ...emptyLayout, sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: [level] }] }
}

/** The first records of all, then the second ones, ...; `rounds` are the positions at which one ends. */
function inRounds(all: readonly Played[]): { sent: Sent[]; rounds: number[] } {
  const queues = all.map((played) => ({ played, records: encode(played.history, played.device) }))
  const sent: Sent[] = []
  const rounds: number[] = []
  for (let round = 0; queues.some(({ records }) => round < records.length); round++) {
    for (const { played, records } of queues) {
      const record = records[round]
      if (record) sent.push({ played, record })
    }
    rounds.push(sent.length)
  }
  return { sent, rounds }
}

function bytesOf({ played, record: { codec, framing, meta, body, arrived } }: Sent): Uint8Array {
  const bytes = new TextEncoder().encode(body)
  return encodeUplink({ source: played.source, codec, framing, meta, bytes, arrivedAt: instant(arrived) })
}

/** Positions at which the state is looked at, until the processor is started again: mostly after each round. */
function stopsOf(random: Random, rounds: readonly number[], done: number): number[] {
  const stops: number[] = []
  const isHasty = random() < 0.2
  for (let at = done; at < rounds.length && (stops.length === 0 || random() > 0.08); ) {
    at = Math.min(rounds.length, at + (isHasty ? 1 + Math.floor(random() * 9) : 1))
    stops.push(rounds[at - 1] as number)
  }
  return stops
}

/** Runs one processor over the records up to each stop; `look` is called when all up to it are committed. */
async function follow(
  store: MemoryStore,
  reader: JournalReader,
  stops: readonly number[],
  look: (before: number, position: number) => void,
): Promise<void> {
  const stopper = new AbortController()
  const faults: string[] = []
  let next = 0
  let seen = (await store.cursor(reader.id)).position
  let pauses = 0
  const processor = createProcessor({
    store: store as unknown as Store,
    reader,
    fence: 1,
    durable: {
      async waitBeyond(beyond) {
        while (next < stops.length) {
          const stop = stops[next] as number
          if (beyond < stop) return stop
          while ((await store.cursor(reader.id)).position < stop) await setImmediate()
          look(seen, stop)
          seen = stop
          next++
        }
        stopper.abort()
        throw stopper.signal.reason
      },
    },
    codecOf,
    clock: {
      ...systemClock,
      sleep: async () => {
        if (++pauses > pausesMax) stopper.abort()
      },
    },
    log: { ...silentLog, error: (text, fields) => void faults.push(`${text} ${JSON.stringify(fields)}`) },
    lingerMs: 0,
  })
  await processor.run(stopper.signal)
  if (next < stops.length) throw new Error(`the processor gave up at record ${stops[next]}: ${faults.join('; ')}`)
}

/** State after the last record of each of these histories. */
function look(sent: readonly Sent[], store: MemoryStore) {
  for (const [played, record] of new Map(sent.map((one) => [one.played, one.record])))
    played.shown[record.first + record.frames - 1] = presenceOf(store.deviceOf(played.device))
}

const presenceOf = (state: DeviceState | undefined): Presence => state?.occupied ?? null

function placeFates(sent: readonly Sent[], store: MemoryStore) {
  const place = (pos: number, frame: number, fate: Fate) => {
    const { played, record } = sent[pos - 1] as Sent
    played.fates[record.first + frame] = fate
  }
  for (const { pos, idx, quality } of store.readings)
    place(pos, Math.floor(idx / readingsPerFrame), quality & possibleRepeat ? 'possible-repeat' : 'stored')
  for (const { pos, idx, state } of store.deadLetters.values())
    place(pos, idx, (state as string) === 'tentative' ? 'tentative' : 'quarantined')
}

/** A frame without a row is a repetition only where it was counted as one. */
function countedFates({ fates, source }: Played, duplicates: ReadonlyMap<string, number>): (Fate | undefined)[] {
  const rest = fates.filter((fate) => fate === undefined).length
  return (duplicates.get(source) ?? 0) === rest ? fates.map((fate) => fate ?? 'duplicate') : fates
}

function duplicatesIn(store: MemoryStore): Map<string, number> {
  const duplicates = new Map<string, number>()
  for (const { source, duplicate } of store.ledger()) duplicates.set(source, (duplicates.get(source) ?? 0) + duplicate)
  return duplicates
}

function missingOf(
  { device }: Played,
  store: MemoryStore,
  orders: ReadonlyMap<number, string>,
): Observation['missing'] {
  const state = store.deviceOf(device)
  if (!state) return 0
  return doubtsIn(orders.get(state.id)).isMissingCertain ? missing(state) : 'not certain'
}
