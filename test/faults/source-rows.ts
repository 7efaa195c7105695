import type { FaultRow } from './fault-row.ts'

export const sourceRows: readonly FaultRow[] = []
