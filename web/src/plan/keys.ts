/** The plan by keyboard, like a grid: arrows from bay to bay, Page Up and Down by level, Enter opens, Escape leaves. */
import type { BayPlan } from './bay-plan.ts'
import { bayAt, type Direction, neighbour } from './floor.ts'

export type KeyOutcome =
  | { readonly type: 'focus'; readonly bay: number }
  | { readonly type: 'open'; readonly bay: number }
  | { readonly type: 'leave' }
  | { readonly type: 'moved' }
  | undefined

const arrows: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}
export const zoomStep = 1.4

export function planKey(plan: BayPlan, key: string): KeyOutcome {
  const { floor } = plan
  const { focus } = plan.rings
  const arrow = arrows[key]
  if (arrow) return focusBay(plan, focus < 0 ? firstBay(plan) : neighbour(floor, focus, arrow))
  switch (key) {
    case 'PageUp':
    case 'PageDown': {
      const from = focus < 0 ? plan.plate : (floor.plateOf[focus] as number)
      const to = Math.max(0, Math.min(floor.plates.length - 1, from + (key === 'PageDown' ? 1 : -1)))
      plan.fitPlate(to)
      return focusBay(plan, floor.plates[to]?.from ?? -1)
    }
    case 'Home':
    case 'End': {
      const plate = floor.plates[focus < 0 ? plan.plate : (floor.plateOf[focus] as number)]
      return plate ? focusBay(plan, key === 'Home' ? plate.from : plate.to - 1) : undefined
    }
    case 'Enter':
    case ' ':
      return focus < 0 ? focusBay(plan, firstBay(plan)) : { type: 'open', bay: focus }
    case 'Escape':
      return { type: 'leave' }
    case '+':
    case '=':
      plan.zoom(zoomStep)
      return { type: 'moved' }
    case '-':
      plan.zoom(1 / zoomStep)
      return { type: 'moved' }
    case '0':
      plan.fit()
      return { type: 'moved' }
    default:
      return undefined
  }
}

function focusBay(plan: BayPlan, bay: number): KeyOutcome {
  if (bay < 0 || bay >= plan.floor.size) return undefined
  plan.ring({ focus: bay })
  plan.showBay(bay, false)
  return { type: 'focus', bay }
}

/** Where the keyboard begins: the bay in the middle of the view, else the first one of its plate. */
function firstBay(plan: BayPlan): number {
  const { x, y } = plan.place
  const near = bayAt(plan.floor, x, y, 20)
  return near >= 0 ? near : (plan.floor.plates[plan.plate]?.from ?? -1)
}
