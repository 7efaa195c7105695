/**
 * People who wait for a bay of a type in a zone. A wait ends by being met once, when it expires, or when it is cancelled.
 *
 * - W1 A bay that is free when the wait begins meets it at once; so does one that a layout brings into its scope.
 * - W2 Every wait that a free bay fits is met by it: a message is no reservation.
 * - W3 At its expiry a wait is over, at that very moment too.
 * - W4 The id of a wait that was met or cancelled is known until its expiry: the wait that is sent again does nothing.
 *
 * It holds no address of a person: the notifier keeps that, and deletes it when the wait has ended.
 */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { WaitBegin } from '../desk-change.ts'
import type { AlertBook } from './alert-book.ts'
import type { World } from './world.ts'

export const waitsMax = 1_000
export const waitMsMax = 7 * dayMs
/** Name of what the book remembers of a wait. */
export const waitName = (id: string): string => `wait ${id}`
/** Of one that has ended before its expiry. */
export const endedWaitName = (id: string): string => `wait-over ${id}`
/** Of more, those that would expire first are forgotten. */
export const endedWaitsMax = 10_000

export interface Wait {
  readonly id: string
  readonly site: string
  /** Null: anywhere. */
  readonly level: string | null
  readonly zone: string | null
  readonly type: BayType | null
  readonly channel: string
  readonly until: Instant
  readonly author: string
  readonly begun: Instant
}

export interface Waits {
  begin(change: WaitBegin, author: string, at: Instant): void
  end(id: string): void
  /** The bay has become free. */
  freed(bay: string, at: number): void
  /** Bays may be elsewhere. */
  look(at: number): void
}

interface WaitDeps {
  readonly book: Pick<AlertBook, 'note' | 'remember' | 'forget' | 'remembered'>
  readonly world: Pick<World, 'watching' | 'bay'>
  wake(at: number, name: string, work: (at: number) => void): void
}

export function createWaits({ book, world, wake }: WaitDeps): Waits {
  const waits = new Map<string, Wait>()
  const ended = new Map<string, Wait>()
  for (const wait of rememberedIn(book, waitName)) waits.set(wait.id, wait)
  for (const wait of rememberedIn(book, endedWaitName)) ended.set(wait.id, wait)
  for (const wait of [...waits.values(), ...ended.values()]) expireLater(wait)

  function expireLater({ id, until }: Wait) {
    // One of this id that began later has another end.
    wake(until, waitName(id), () => {
      if (waits.get(id)?.until === until && waits.delete(id)) book.forget(waitName(id))
      if (ended.get(id)?.until === until) forgetEnded(id)
    })
  }

  function forgetEnded(id: string) {
    ended.delete(id)
    book.forget(endedWaitName(id))
  }

  function end(id: string) {
    const wait = waits.get(id)
    if (!wait) return
    waits.delete(id)
    book.forget(waitName(id))
    if (ended.size >= endedWaitsMax) forgetEnded(firstToExpire(ended.values()))
    ended.set(id, wait)
    book.remember(endedWaitName(id), wait)
  }

  function meet(wait: Wait, bay: string, at: number) {
    book.note(metEvent(wait, { bay, at, level: world.watching.locationOf(bay)?.level ?? '' }))
    end(wait.id)
  }

  function lookFor(wait: Wait, at: number) {
    for (const bay of world.watching.closed.keys())
      if (world.bay(bay)?.state === 'free' && fits(wait, bay, world)) return meet(wait, bay, at)
  }

  return {
    begin({ id, site, level, zone, type, channel, until }, author, at) {
      if (waits.has(id) || ended.has(id) || waits.size >= waitsMax || until <= at || until > at + waitMsMax) return
      const wait: Wait = { id, site, level, zone, type, channel, until, author, begun: at }
      waits.set(id, wait)
      book.remember(waitName(id), wait)
      expireLater(wait)
      lookFor(wait, at)
    },
    end,
    freed(bay, at) {
      if (waits.size === 0) return
      for (const wait of [...waits.values()]) if (fits(wait, bay, world)) meet(wait, bay, at)
    },
    look(at) {
      for (const wait of [...waits.values()]) lookFor(wait, at)
    },
  }
}

const rememberedIn = (book: WaitDeps['book'], name: (id: string) => string) => [...book.remembered(name(''))] as Wait[]

const metEvent = (
  { id, site, channel }: Wait,
  { bay, level, at }: { readonly bay: string; readonly level: string; readonly at: number },
): Parameters<WaitDeps['book']['note']>[0] => ({
  ...{ alert: id, event: 'wait-met', at: at as Instant, author: null, severity: 'info', rule: 'wait' },
  ...{ text: `Bay ${bay} on level ${level} is free. It is not reserved.`, title: `Bay ${bay} is free` },
  ...{ site, subjectKind: 'bay', subject: bay, channels: channel },
})

function firstToExpire(waits: Iterable<Wait>): string {
  let first: Wait | undefined
  for (const wait of waits)
    if (!first || wait.until < first.until || (wait.until === first.until && wait.id < first.id)) first = wait
  return first?.id ?? ''
}

function fits({ site, level, zone, type }: Wait, bay: string, { watching }: WaitDeps['world']): boolean {
  const place = watching.locationOf(bay)
  return (
    place?.site === site &&
    (level === null || place.level === level) &&
    (zone === null || place.zones.includes(zone)) &&
    (type === null || place.types.includes(type)) &&
    watching.closed.get(bay) === false
  )
}
