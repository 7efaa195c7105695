/** A walked window in weeks: models are updated before each on what is past then. A frozen one is a single stretch. */
import type { Setting } from './setting.ts'

export interface Week {
  readonly index: number
  /** Origins of the week. */
  readonly from: number
  readonly to: number
}

export function weeksOf({ protocol, panel, window }: Setting): Week[] {
  const judgedFrom = window.from + protocol.calibrationDays * panel.slots
  if (!protocol.walked) return [{ index: 0, from: judgedFrom, to: window.to }]
  const length = 7 * panel.slots
  return Array.from({ length: Math.ceil((window.to - judgedFrom) / length) }, (_, index) => {
    const from = judgedFrom + index * length
    return { index, from, to: Math.min(window.to, from + length) }
  })
}
