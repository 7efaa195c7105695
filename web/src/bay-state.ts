/** States of a bay by their wire code: index into this list is the byte in a snapshot and the number in a delta. */
import type { bayStateCodes } from '@baykeeper/contract/live.ts'

/** Written here again so that the pages do not carry the schema library; the type keeps both lists equal. */
export const bayStates: typeof bayStateCodes = ['free', 'occupied', 'reserved', 'unknown', 'closed']
export type BayState = (typeof bayStateCodes)[number]

export const stateCount = bayStates.length
export const code = { free: 0, occupied: 1, reserved: 2, unknown: 3, closed: 4 } as const satisfies Record<
  BayState,
  number
>
