/** Faults of the sources: random bytes, malicious senders, broken lines, brokers that restart. */

import { brokerRow } from './broker-row.ts'
import type { FaultRow } from './fault-row.ts'
import { fuzzRow } from './fuzz-row.ts'
import { httpAbuseRow } from './http-abuse-row.ts'
import { serialRow } from './serial-row.ts'

export const sourceRows: readonly FaultRow[] = [fuzzRow, httpAbuseRow, serialRow, brokerRow]
