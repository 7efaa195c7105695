/**
 * Follows the feed of events by its place and hands each on once.
 *
 *   waiting ──the database answers──▶ running ──it does not──▶ waiting
 *
 * The database may go back behind the place: it was restored, or belongs to a new journal. Then the place goes back with it. Events that
 * come a second time are recognised by their ids.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import type { AlertEvent, EventFeed, FeedPlace } from './alert-event.ts'
import type { NewDelivery } from './delivery.ts'
import type { DeliveryBook } from './delivery-book.ts'

export interface FollowerState {
  readonly is: 'waiting' | 'running'
  readonly detail: string
}

export interface FollowerOptions {
  readonly feed: EventFeed
  readonly book: Pick<DeliveryBook, 'place' | 'setPlace' | 'follow'>
  route(event: AlertEvent): readonly Omit<NewDelivery, 'key'>[]
  onWork(channels: ReadonlySet<string>): void
  /** Each event, in the transaction that follows it. */
  saw?(event: AlertEvent): void
  /** Now and then, while the database answers. */
  look?(): Promise<void>
  readonly log: Log
  readonly signal: AbortSignal
}

/** How long an event may wait to be read. */
const pollMs = 200
const batch = 500
/** Whether the database went back is looked at when nothing is new, and seldom: it happens by hand. */
const endEveryPolls = 50

export function followEvents(options: FollowerOptions): { state(): FollowerState; readonly ended: Promise<void> } {
  let state: FollowerState = { is: 'waiting', detail: 'The database has not answered yet.' }
  const ended = run(options, (next) => {
    state = next
  })
  return { state: () => state, ended }
}

async function run(
  { feed, book, route, onWork, saw, look, log, signal }: FollowerOptions,
  onState: (state: FollowerState) => void,
) {
  let failures = 0
  let polls = 0
  while (!signal.aborted) {
    try {
      const place = book.place() ?? (await begin(feed, book))
      const events = await feed.after(place, batch)
      if (events.length > 0) onWork(book.follow(events, route, saw))
      else if (polls++ % endEveryPolls === 0) {
        await goBack(feed, book, place, log)
        await look?.()
      }
      if (failures > 0) log.info('events of alerts are followed again')
      failures = 0
      onState({ is: 'running', detail: 'All events are followed.' })
      if (events.length < batch) await pause(pollMs, signal)
    } catch (error) {
      if (failures === 0) log.warn('events of alerts cannot be read; it is tried again', { error })
      failures++
      onState({ is: 'waiting', detail: `The database does not answer: ${(error as Error).message}` })
      await pause(retryDelayMs(failures), signal)
    }
  }
}

/** An existing database: nothing old is sent. */
async function begin(feed: EventFeed, book: FollowerOptions['book']): Promise<FeedPlace> {
  const end = await feed.end()
  book.setPlace(end)
  return end
}

async function goBack(feed: EventFeed, book: FollowerOptions['book'], place: FeedPlace, log: Log) {
  const end = await feed.end()
  if (end.rev > place.rev || (end.rev === place.rev && end.part >= place.part)) return
  log.warn('the database has gone back: events are followed from its newest one', { place, end })
  book.setPlace(end)
}

/** Ends early when the signal is aborted. */
const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {})
