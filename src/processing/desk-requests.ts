/**
 * Requests whose changes are in the journal, for a day: a record of a request that was journaled before has no effect. So a client that sends a
 * change again, because it got no answer, changes nothing twice, whichever process was killed meanwhile.
 *
 * - The first record of a request decides, also where it was refused: the second would be a second decision.
 * - Times are those of the records, so that a database that is made again decides the same.
 */
import type { DeskRequest } from '../domain/desk-request.ts'
import type { Instant } from '../lib/brand.ts'
import { dayMs } from '../lib/utc-day.ts'
import type { TableChange } from '../store/store.ts'
import { change } from '../store/table.ts'
import { type DeskRequestRow, deskRequest } from '../store/tables/desk-request.ts'

const keptMs = dayMs
/** About 20 MB. Those of a day are far fewer, but for a program that has gone wrong. */
export const requestsMax = 100_000

export interface DeskRequests {
  /** Notes the request of a record; true: it was noted before. */
  isRepeated(request: DeskRequest & { readonly at: Instant }, position: { journal: string; record: number }): boolean
  /** What has changed since it was last called. */
  take(): readonly TableChange[]
}

export function createDeskRequests(stored: readonly DeskRequestRow[]): DeskRequests {
  /** By time, oldest first: that of records nearly always grows. */
  const known = new Map(stored.map((row) => [row.request, row]))
  let put = new Map<string, DeskRequestRow>()
  let gone = new Set<string>()

  function forgetBefore(at: Instant) {
    for (const [request, row] of known) {
      if (row.at >= at - keptMs && known.size <= requestsMax) return
      known.delete(request)
      if (!put.delete(request)) gone.add(request)
    }
  }

  return {
    isRepeated({ request, fingerprint, at }, position) {
      forgetBefore(at)
      if (known.has(request)) return true
      const row = { request, fingerprint, at, ...position }
      known.set(request, row)
      put.set(request, row)
      gone.delete(request)
      return false
    },
    take() {
      if (put.size + gone.size === 0) return []
      const keys = [...gone].map((request) => ({ request }))
      const changes = [change(deskRequest, [...put.values()], keys)]
      put = new Map()
      gone = new Set()
      return changes
    },
  }
}
