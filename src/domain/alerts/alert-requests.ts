/** Requests of people: each is made once. Repetitions of a request come soon; the API finds older ones in the store. */
import type { AlertMemory } from './alert-memory.ts'
import type { AlertRequestRow } from './alert-rows.ts'

export interface AlertRequests {
  add(row: AlertRequestRow): void
  isKnown(id: string): boolean
  readonly isChanged: boolean
  take(): AlertRequestRow[]
}

const requestsRemembered = 1_000
const requestsName = 'requests'

export function createRequests(memory: AlertMemory): AlertRequests {
  const ids = new Set((memory.recall(requestsName) ?? []) as string[])
  let requests: AlertRequestRow[] = []
  return {
    add(row) {
      requests.push(row)
      ids.add(row.id)
      for (const id of ids) if (ids.size > requestsRemembered) ids.delete(id)
      memory.remember(requestsName, [...ids])
    },
    isKnown: (id) => ids.has(id),
    get isChanged() {
      return requests.length > 0
    },
    take() {
      const taken = requests
      requests = []
      return taken
    },
  }
}
