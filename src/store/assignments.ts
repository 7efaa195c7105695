/** Assignments of devices with their periods: the contract, and the one way they are read in every dialect. */
import { sql } from 'kysely'
import { normalHardwareId } from '../domain/hardware-id.ts'
import type { SqlRunner } from './engine/sql-runner.ts'
import { readKey, writeKey } from './queries/keyset.ts'
import { type AssignmentRow, assignment } from './tables/assignment.ts'

export interface AssignmentFilter {
  /** In any spelling of its id. */
  readonly device?: string
  readonly bay?: string
  readonly gate?: { readonly site: string; readonly gate: string }
  /** Only those that go on. */
  readonly isOpen?: boolean
  readonly cursor?: string
  readonly limit: number
}

export interface AssignmentStore {
  /** The newest first. */
  assignments(filter: AssignmentFilter): Promise<{ items: readonly AssignmentRow[]; next: string | null }>
  /** Those that go on, in no order. */
  openAssignments(): Promise<readonly AssignmentRow[]>
  /** Every period there ever was, in no order. */
  allAssignments(): Promise<readonly AssignmentRow[]>
  /** False before the first layout that this release, or a later one, put into effect. */
  hasAssignments(): Promise<boolean>
}

export function assignmentQueries({ db, all }: SqlRunner): AssignmentStore {
  const rows = db.selectFrom('assignment').select(assignment.columnNames)
  return {
    async assignments({ device, bay, gate, isOpen, cursor, limit }) {
      let query = rows
        .orderBy('version', 'desc')
        .orderBy('device', 'desc')
        .limit(sql.lit(limit + 1))
      if (device !== undefined) query = query.where('device', '=', normalHardwareId(device))
      if (bay !== undefined) query = query.where('bay', '=', bay)
      if (gate !== undefined) query = query.where('site', '=', gate.site).where('gate', '=', gate.gate)
      if (isOpen === true) query = query.where('ended', 'is', null)
      if (cursor !== undefined) {
        const [version, last] = readKey<[number, string]>(cursor, ['n', 's'])
        query = query
          .where('version', '<=', version)
          .where((eb) => eb.or([eb('version', '<', version), eb('device', '<', last)]))
      }
      const found = (await all(query.compile())).map(assignment.row)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, next: last && found.length > limit ? writeKey([last.version, last.device]) : null }
    },

    openAssignments: async () => (await all(rows.where('ended', 'is', null).compile())).map(assignment.row),

    allAssignments: async () => (await all(rows.compile())).map(assignment.row),

    hasAssignments: async () => (await all(rows.limit(sql.lit(1)).compile())).length > 0,
  }
}
