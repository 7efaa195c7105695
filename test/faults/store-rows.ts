import type { FaultRow } from './fault-row.ts'

export const storeRows: readonly FaultRow[] = []
