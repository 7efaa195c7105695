/** States of a bay by their wire code: index into `bayStates` is the byte in a snapshot and the number in a delta. */
import { type BayState, bayStates } from '@baykeeper/contract/vocabulary.ts'

export const stateCount = bayStates.length
const codes = Object.fromEntries(bayStates.map((state, code) => [state, code]))
export const code = codes as Record<BayState, number>
