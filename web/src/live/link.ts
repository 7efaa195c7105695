/**
 * The link: what a page knows about its stream, as a fold. Every event gives the next link and what must be done for it;
 * `client.ts` does it. No clock, no network.
 *
 *   connecting ──open──▶ live ──lost──▶ waiting ──due──▶ connecting
 *        ▲                 │                                │
 *        └──── awake ── asleep (hidden for long) ◀── sleep ─┘        refused (sign in again) ends it
 *
 * Promises
 * - A delta is applied once, in order, on a state that includes all before it; a gap asks for a snapshot instead.
 * - Deltas that come while a snapshot is under way wait for it.
 * - Numbers stay `current` only while the stream speaks.
 */
import type { Delta } from '@baykeeper/contract/live.ts'

export interface Link {
  readonly phase: 'connecting' | 'live' | 'waiting' | 'asleep' | 'refused'
  /** Sequence that the states on the page include; undefined before the first snapshot. */
  readonly q: number | undefined
  /** Version of the plan on the page. */
  readonly version: string | undefined
  /** A plan or snapshot is requested. */
  readonly fetching: boolean
  /** Deltas that came before the snapshot they belong on. */
  readonly held: readonly Delta[]
  /** Failures in a row. */
  readonly attempt: number
  readonly retryAt: number | undefined
  /** When the stream last sent anything. */
  readonly lastActivity: number | undefined
  /** Start of the silence; undefined while messages arrive. */
  readonly downSince: number | undefined
}

export type LinkEvent =
  | { readonly type: 'start'; readonly version: string }
  | { readonly type: 'open' }
  | { readonly type: 'activity' }
  | { readonly type: 'delta'; readonly delta: Delta }
  | { readonly type: 'reset'; readonly version: string }
  | { readonly type: 'plan'; readonly version: string }
  | { readonly type: 'snapshot'; readonly q: number; readonly fits: boolean }
  | { readonly type: 'snapshot-failed' }
  | { readonly type: 'lost'; readonly refused?: boolean }
  | { readonly type: 'due' }
  | { readonly type: 'sleep' }
  | { readonly type: 'awake' }

export type LinkAction =
  | { readonly do: 'open'; readonly after: number | undefined }
  | { readonly do: 'close' }
  | { readonly do: 'fetch-snapshot'; readonly soon: boolean }
  | { readonly do: 'fetch-plan' }
  | { readonly do: 'apply'; readonly delta: Delta }

export type Step = readonly [link: Link, actions: readonly LinkAction[]]

/** A page that is this far behind takes a snapshot: it is smaller. */
const heldMax = 600
const firstRetryMs = 1_000
const retryMsMax = 15_000

export const newLink: Link = {
  phase: 'connecting',
  q: undefined,
  version: undefined,
  fetching: false,
  held: [],
  attempt: 0,
  retryAt: undefined,
  lastActivity: undefined,
  downSince: undefined,
}

/** Doubling, and spread by up to a fifth so that all pages of a wall do not come back in the same instant. */
export const retryDelayMs = (attempt: number, random: number): number =>
  Math.min(retryMsMax, firstRetryMs * 2 ** Math.min(attempt, 10)) * (0.9 + 0.2 * random)

export function step(link: Link, event: LinkEvent, now: number, random = 0.5): Step {
  switch (event.type) {
    case 'start':
      return connect({ ...link, version: event.version, q: undefined })
    case 'awake':
      // After a long sleep the server's ring has moved on: begin from a snapshot.
      return link.phase === 'asleep' ? connect({ ...link, q: undefined, attempt: 0 }) : [link, []]
    case 'due':
      return link.phase === 'waiting' ? connect(link) : [link, []]
    case 'open': {
      const next: Link = speaking({ ...link, phase: 'live', attempt: 0, retryAt: undefined }, now)
      if (next.q !== undefined || next.fetching) return [next, []]
      return [{ ...next, fetching: true }, [{ do: 'fetch-snapshot', soon: true }]]
    }
    case 'activity':
      return [speaking(link, now), []]
    case 'delta':
      return onDelta(speaking(link, now), event.delta)
    case 'reset': {
      const next = { ...speaking(link, now), q: undefined, held: [], fetching: true }
      return [next, [event.version === link.version ? { do: 'fetch-snapshot', soon: true } : { do: 'fetch-plan' }]]
    }
    case 'plan':
      return [{ ...link, version: event.version, q: undefined, fetching: true }, [{ do: 'fetch-snapshot', soon: true }]]
    case 'snapshot':
      if (!event.fits) return [{ ...link, q: undefined, fetching: true }, [{ do: 'fetch-plan' }]]
      return drain({ ...link, q: event.q, fetching: false })
    case 'snapshot-failed':
      if (link.phase !== 'live') return [{ ...link, fetching: false }, []]
      return [{ ...link, fetching: true }, [{ do: 'fetch-snapshot', soon: false }]]
    case 'lost':
      if (link.phase === 'asleep' || link.phase === 'refused') return [link, []]
      if (event.refused) return [{ ...silent(link, now), phase: 'refused', retryAt: undefined }, [{ do: 'close' }]]
      return [
        {
          ...silent(link, now),
          phase: 'waiting',
          attempt: link.attempt + 1,
          retryAt: now + retryDelayMs(link.attempt, random),
        },
        [{ do: 'close' }],
      ]
    case 'sleep':
      return [{ ...silent(link, now), phase: 'asleep', held: [], retryAt: undefined }, [{ do: 'close' }]]
  }
}

function connect(link: Link): Step {
  const next: Link = { ...link, phase: 'connecting', retryAt: undefined }
  const open: LinkAction = { do: 'open', after: link.q }
  if (link.q !== undefined || link.fetching) return [next, [open]]
  return [{ ...next, fetching: true, held: [] }, [open, { do: 'fetch-snapshot', soon: true }]]
}

const speaking = (link: Link, now: number): Link => ({ ...link, lastActivity: now, downSince: undefined })
const silent = (link: Link, now: number): Link => ({ ...link, downSince: link.downSince ?? link.lastActivity ?? now })

function onDelta(link: Link, delta: Delta): Step {
  if (link.q === undefined || link.fetching) return [{ ...link, held: [...link.held, delta].slice(-heldMax) }, []]
  const { q } = link
  if (delta.q <= q) return [link, []]
  // An empty delta only reports the position of the stream: every delta up to and including that position was missed.
  const first = delta.d.length === 0 && delta.f === undefined ? delta.q + 1 : (delta.f ?? delta.q)
  if (first > q + 1)
    return [{ ...link, q: undefined, fetching: true, held: [delta] }, [{ do: 'fetch-snapshot', soon: true }]]
  return [{ ...link, q: delta.q }, [{ do: 'apply', delta }]]
}

function drain(link: Link): Step {
  let next: Link = { ...link, held: [] }
  const actions: LinkAction[] = []
  for (const delta of link.held) {
    const [after, more] = onDelta(next, delta)
    next = after
    actions.push(...more)
  }
  return [next, actions]
}
