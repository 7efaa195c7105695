/** A feed of events without a database. `forget` removes what is behind a place, as a database that was restored. */
import type { AlertEvent, EventFeed, FeedPlace } from '../alert-event.ts'

export interface FeedInMemory extends EventFeed {
  add(...events: readonly AlertEvent[]): void
  forget(place: FeedPlace): void
  isAway: boolean
}

const isBehind = (a: FeedPlace, b: FeedPlace) => a.rev > b.rev || (a.rev === b.rev && a.part > b.part)

export function feedInMemory(): FeedInMemory {
  let events: AlertEvent[] = []
  const feed: FeedInMemory = {
    isAway: false,
    add: (...more) => void events.push(...more),
    forget(place) {
      events = events.filter((event) => !isBehind(event, place))
    },
    async after(place, limit) {
      if (feed.isAway) throw new Error('the database is away')
      return events.filter((event) => isBehind(event, place)).slice(0, limit)
    },
    async end() {
      if (feed.isAway) throw new Error('the database is away')
      const last = events.at(-1)
      return last ? { rev: last.rev, part: last.part } : { rev: 0, part: 0 }
    },
  }
  return feed
}

/** Event number `n`; each of its own alert unless another is given. */
export function eventOf(n: number, more: Partial<AlertEvent> = {}): AlertEvent {
  return {
    ...{ rev: n, part: 0, alert: `alert-${n}`, event: 'raised', at: Date.now(), author: '', comment: '' },
    ...{
      severity: 'warning',
      rule: 'silent',
      site: 'north',
      title: `Bay ${n} is silent`,
      text: '',
      isQuiet: false,
      channels: [],
    },
    ...more,
  }
}
