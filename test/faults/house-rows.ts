/** Faults of the whole server: real processes, real clients. */
import type { FaultRow } from './fault-row.ts'
import { killRow } from './kill-row.ts'
import { notifierRow } from './notifier-row.ts'
import { overloadRow } from './overload-row.ts'
import { poisonRow } from './poison-row.ts'
import { realLinesRow } from './real-lines-row.ts'
import { restartRow } from './restart-row.ts'

export const houseRows: readonly FaultRow[] = [killRow, notifierRow, realLinesRow, restartRow, poisonRow, overloadRow]
