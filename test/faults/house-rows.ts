import type { FaultRow } from './fault-row.ts'

export const houseRows: readonly FaultRow[] = []
