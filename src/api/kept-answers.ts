/** Answers to requests that had a key, for a day: bounded by their number and by the memory that they take. The oldest go first. */
import type { Clock } from '../lib/clock.ts'
import { dayMs } from '../lib/utc-day.ts'

const answersMax = 4_096
const bytesMax = 8 * 1_048_576
/** Name, fingerprint and entry. */
const entryBytes = 512
const bytesOfChar = 2

export interface Answer {
  readonly status: number
  readonly type: string | undefined
  readonly payload: string
}

export interface Kept {
  readonly fingerprint: string
  /** Undefined: it was not good, or cannot be kept. */
  readonly answer: Promise<Answer | undefined>
}

export interface KeptAnswers {
  find(name: string): Kept | undefined
  /** A request begins. The function that is returned ends it, once: undefined means that it may be sent again. */
  begin(name: string, fingerprint: string): (answer: Answer | undefined) => void
}

interface Entry extends Kept {
  readonly atMs: number
  bytes: number
}

export function createKeptAnswers(clock: Pick<Clock, 'monotonic'>): KeptAnswers {
  const entries = new Map<string, Entry>()
  let bytes = 0

  function remove(name: string, entry: Entry) {
    entries.delete(name)
    bytes -= entry.bytes
  }

  function forget(isTooMuch: (entry: Entry) => boolean) {
    for (const [name, entry] of entries) {
      if (!isTooMuch(entry)) return
      remove(name, entry)
    }
  }

  return {
    find: (name) => entries.get(name),
    begin(name, fingerprint) {
      const now = clock.monotonic()
      forget(({ atMs }) => now - atMs >= dayMs || entries.size >= answersMax)
      const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
      const entry: Entry = { fingerprint, answer: promise, atMs: now, bytes: 0 }
      entries.set(name, entry)
      let isSettled = false
      return (answer) => {
        if (isSettled) return
        isSettled = true
        resolve(answer)
        // The entry of a later request with this name is not its own.
        if (entries.get(name) !== entry) return
        if (!answer) return remove(name, entry)
        entry.bytes = entryBytes + answer.payload.length * bytesOfChar
        bytes += entry.bytes
        forget(() => bytes > bytesMax)
      }
    },
  }
}
