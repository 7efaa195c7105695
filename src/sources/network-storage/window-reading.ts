/** Reading a window of time page by page, oldest first: which page is next, and when there is none. */
import { type Instant, instant } from '../../lib/brand.ts'
import type { RepairWindow } from './repair-plan.ts'
import type { StoredPage, StoredUplink } from './stored-uplinks.ts'

export const pageMax = 200

export interface WindowReading {
  readonly window: RepairWindow
  after: Place
  limit: number
  /** Keys of what the pages before had of the same time: pages overlap by a millisecond. */
  seen: ReadonlySet<string>
}

/** A time as it is asked for, which may be finer than a millisecond. */
interface Place {
  readonly ms: Instant
  readonly text: string
}

const placeAt = (ms: number): Place => ({ ms: instant(ms), text: new Date(ms).toISOString() })

export const beginReading = (window: RepairWindow): WindowReading => ({
  ...{ window, after: placeAt(window.from), limit: pageMax, seen: new Set<string>() },
})

/** What the pages before did not have, each once. */
export function freshOf({ seen }: WindowReading, { uplinks }: StoredPage): StoredUplink[] {
  const page = new Map(uplinks.map((uplink) => [keyOf(uplink), uplink]))
  return [...page].flatMap(([key, uplink]) => (seen.has(key) ? [] : [uplink]))
}

/** Moves behind a page. False: the window is read to its end. A server may give out less than was asked for: the end is a page without anything new. */
export function moveBehind(reading: WindowReading, page: StoredPage): boolean {
  const last = page.uplinks.at(-1)
  if (!last) return false
  const isNew = freshOf(reading, page).length > 0
  const isFull = page.lines >= reading.limit
  const before = reading.after
  if (isNew || isFull) reading.after = placeBehind(reading, last, isNew)
  const keys = page.uplinks.map(keyOf)
  reading.seen = new Set(reading.after === before ? [...reading.seen, ...keys] : keys)
  return isNew || (isFull && reading.after !== before)
}

/** Several uplinks of one millisecond may be split over two pages: it is asked for again, unless nothing else would be. */
function placeBehind({ after, limit }: WindowReading, last: StoredUplink, isNew: boolean): Place {
  if (last.receivedAt - 1 > after.ms) return placeAt(last.receivedAt - 1)
  // Older than what was asked for: the server does not look at the time.
  if (last.receivedAt < after.ms) return after
  // The next page is larger, and shows more of the millisecond.
  if (isNew && limit < pageMax) return after
  const isFiner = last.receivedText !== after.text
  return isFiner ? { ms: last.receivedAt, text: last.receivedText } : placeAt(last.receivedAt + 1)
}

const keyOf = ({ device, session, number }: StoredUplink) => `${device} ${session} ${number}`
