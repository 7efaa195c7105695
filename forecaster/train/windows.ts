/**
 * How a history is shared out: the old part is learnt from, a newer one stops the learning early, and the newest is held out. Neither has seen
 * the last one, so that new weights can be scored on it against the current ones. Weights trained from scratch have no rival: nothing is
 * held out of theirs.
 */
import { type Panel, stepsOf } from '../data/panel.ts'

export interface Windows {
  /** Steps of the panel: the anchor is fitted from here to `learntTo`. */
  readonly anchorFrom: number
  readonly learntTo: number
  /** The early stop judges from `learntTo` to here; what follows is held out. */
  readonly seenTo: number
  readonly heldOutDays: number
}

/** Newest share of what may be seen that the early stop judges by. */
const earlyShare = 0.12
/** Each weekday once, where there is history enough. */
export const heldOutDaysMost = 7
const heldOutShare = 1 / 7
/** The anchor wants the four same weekdays before; a short history is fitted on less. */
const anchorDays = 28
const anchorFitDaysMin = 14

export function windowsOf(panel: Panel, { isFineTuning }: { isFineTuning: boolean }): Windows {
  const heldOutDays = isFineTuning ? Math.min(heldOutDaysMost, Math.floor(panel.days * heldOutShare)) : 0
  const seenTo = stepsOf(panel) - heldOutDays * panel.slots
  const learntTo = Math.floor(seenTo * (1 - earlyShare))
  const usual = anchorDays * panel.slots
  const anchorFrom = isFineTuning ? Math.max(0, Math.min(usual, learntTo - anchorFitDaysMin * panel.slots)) : usual
  return { anchorFrom, learntTo, seenTo, heldOutDays }
}
