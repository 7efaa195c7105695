/** The fault table: every row, in two lanes that run side by side, then those that need the machine for themselves. */
import type { FaultRow } from './fault-row.ts'
import { houseRows } from './house-rows.ts'
import { journalRows } from './journal-rows.ts'
import { outageRows } from './outage-rows.ts'
import { sourceRows } from './source-rows.ts'
import { storeRows } from './store-rows.ts'
import { historiesRow } from './world-rows.ts'

export const faultTable: readonly FaultRow[] = [
  ...[...journalRows, historiesRow, ...storeRows, ...outageRows, ...sourceRows, ...houseRows],
]

const shared = faultTable.filter(({ alone }) => !alone)
const inMemory = new Set<FaultRow>([...journalRows, historiesRow])

/** Rows of one lane run one after another; the first lane is busy with its own processor, the second mostly waits for others. */
export const lanes: readonly (readonly FaultRow[])[] = [
  shared.filter((row) => inMemory.has(row)),
  shared.filter((row) => !inMemory.has(row)),
]
export const alone: readonly FaultRow[] = faultTable.filter((row) => row.alone)
