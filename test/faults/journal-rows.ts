import type { FaultRow } from './fault-row.ts'

export const journalRows: readonly FaultRow[] = []
