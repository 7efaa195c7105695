/** Requests whose changes are in the journal: the contract, and the one way they are read in every dialect. Processing writes them. */
import type { SqlRunner } from './engine/sql-runner.ts'
import { type DeskRequestRow, deskRequest } from './tables/desk-request.ts'

export interface DeskRequestStore {
  /** All that are kept, by time, then request. */
  deskRequests(): Promise<readonly DeskRequestRow[]>
  /** Those with these names. */
  deskRequestsNamed(requests: readonly string[]): Promise<readonly DeskRequestRow[]>
}

export function deskRequestQueries({ db, all }: SqlRunner): DeskRequestStore {
  const rows = db.selectFrom('desk_request').select(deskRequest.columnNames)
  return {
    deskRequests: async () => (await all(rows.orderBy('time').orderBy('request').compile())).map(deskRequest.row),

    async deskRequestsNamed(requests) {
      if (requests.length === 0) return []
      return (
        await all(
          rows
            .where('request', 'in', [...requests])
            .orderBy('request')
            .compile(),
        )
      ).map(deskRequest.row)
    },
  }
}
