/** A processor that follows a journal in memory into a store, while something happens to the store. */
import { codecOf } from '../../src/codecs/registry.ts'
import type { JournalReader, JournalRecord } from '../../src/journal/journal.ts'
import { createMemoryJournal } from '../../src/journal/testing/memory-journal.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { createProcessor } from '../../src/processing/processor.ts'
import { type Store, StoreError, type StoreFault } from '../../src/store/store.ts'
import { createMemoryStore, type MemoryStore } from '../../src/store/testing/memory-store.ts'
import { calmEnd, type EndState, storyLayout } from './database-story.ts'

/** Small batches: a round has many commits to hit. */
const framesPerRead = 150
/** The product waits longer between tries; what it does then is the same. */
const pauseMsMax = 30
const lookMs = 3
const stillMsMax = 30_000

export interface KeptJournal {
  readonly id: string
  append(records: readonly JournalRecord[]): Promise<void>
  last(): number
  read: JournalReader
  waitBeyond(beyond: number, signal: AbortSignal): Promise<number>
}

export async function keptJournal(): Promise<KeptJournal> {
  const journal = createMemoryJournal()
  const writer = await journal.openWriter()
  const reader = await journal.openReader()
  let waiting: (() => void)[] = []
  writer.onDurable(() => {
    for (const wake of waiting.splice(0)) wake()
  })
  return {
    id: writer.id,
    append: async (records) => void (await writer.append(records)),
    last: () => writer.tail().lastRecord,
    read: {
      ...reader,
      read: (after, limit) => reader.read(after, { ...limit, framesMax: Math.min(limit.framesMax, framesPerRead) }),
    },
    async waitBeyond(beyond, signal) {
      while (writer.tail().lastRecord <= beyond) {
        signal.throwIfAborted()
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const abort = () => reject(signal.reason)
        signal.addEventListener('abort', abort, { once: true })
        waiting.push(resolve)
        await promise.finally(() => {
          signal.removeEventListener('abort', abort)
          waiting = waiting.filter((wake) => wake !== resolve)
        })
      }
      return writer.tail().lastRecord
    },
  }
}

export interface Following extends AsyncDisposable {
  position(): number
  /** Faults of the store that the processor received, in order. */
  readonly noticed: readonly StoreFault[]
  /** Resolves when the store has been followed up to the journal's end; fails when it does not come nearer for `stillMsMax`. */
  drained(): Promise<void>
}

export function follow(journal: KeptJournal, store: Store, fence = 1): Following {
  const noticed: StoreFault[] = []
  const unexpected: string[] = []
  const stop = new AbortController()
  let position = 0
  const processor = createProcessor({
    store: listening(store, noticed),
    reader: journal.read,
    fence,
    durable: journal,
    codecOf,
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, pauseMsMax), signal) },
    log: {
      ...silentLog,
      error(text, fields) {
        // True while the database is down, but it must become false afterwards.
        if (!text.startsWith('processing is not advancing')) unexpected.push(`${text} ${JSON.stringify(fields)}`)
      },
    },
    onCommitted: (to) => {
      position = to
    },
  })
  const running = processor.run(stop.signal)
  return {
    position: () => position,
    noticed,
    async drained() {
      const isOver = () => position >= journal.last() || unexpected.length > 0
      for (let before = -1; !isOver(); ) {
        before = position
        await until(`progress from record ${before}`, () => position > before || isOver(), stillMsMax)
      }
      if (unexpected.length > 0) throw new Error(unexpected.join('\n'))
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}

/** Every call that fails is remembered, and fails all the same. */
function listening(store: Store, noticed: StoreFault[]): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        try {
          return await value.apply(target, args)
        } catch (error) {
          noticed.push(error instanceof StoreError ? error.fault : 'transient')
          throw error
        }
      }
    },
  })
}

export async function until(what: string, isSo: () => boolean | Promise<boolean>, msMax = 15_000): Promise<void> {
  for (const limit = performance.now() + msMax; !(await isSo()); await systemClock.sleep(lookMs))
    if (performance.now() > limit) throw new Error(`no ${what} within ${msMax / 1_000} s`)
}

/** The end of a journal of these records that nothing happened to. */
export async function calm(records: readonly JournalRecord[]): Promise<EndState> {
  const { store, journal } = await calmStore(records)
  return calmEnd(store, journal)
}

export async function calmStore(records: readonly JournalRecord[]): Promise<{ store: MemoryStore; journal: string }> {
  const store = createMemoryStore(storyLayout)
  const journal = await keptJournal()
  await journal.append(records)
  await using following = follow(journal, store as unknown as Store)
  await following.drained()
  return { store, journal: journal.id }
}
