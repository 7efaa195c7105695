/** Hands on the plan: drag, wheel, pinch, tap. Everything here can be done by buttons and keys too. */
import type { BayPlan } from './bay-plan.ts'

export interface Taps {
  /** A bay was tapped, or -1 for the ground. */
  tap(bay: number): void
  hover(bay: number): void
  /** While it is on, a drag does not move the plan: its box is reported in pixels. */
  readonly lasso?: { isOn(): boolean; over(from: { x: number; y: number }, to: { x: number; y: number }): void }
}

const tapPx = 6
const reachPxMouse = 2
const reachPxTouch = 14
const wheelStep = 1.0015

export function listenToHands(canvas: HTMLCanvasElement, plan: () => BayPlan | undefined, taps: Taps): Disposable {
  const stop = new AbortController()
  const { signal } = stop
  const hands = new Map<number, { x: number; y: number }>()
  let travelled = 0
  let began: { x: number; y: number } | undefined
  const reach = (event: PointerEvent) => (event.pointerType === 'mouse' ? reachPxMouse : reachPxTouch)

  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      // Firefox counts lines, browsers send a pinch of a touchpad as wheel with Ctrl and small steps.
      const delta = event.deltaY * (event.deltaMode === 1 ? 16 : 1) * (event.ctrlKey ? 6 : 1)
      plan()?.zoom(wheelStep ** -Math.max(-400, Math.min(400, delta)), { x: event.offsetX, y: event.offsetY })
    },
    { passive: false, signal },
  )
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return
      if (hands.size === 0) {
        travelled = 0
        began = { x: event.offsetX, y: event.offsetY }
      }
      hands.set(event.pointerId, { x: event.offsetX, y: event.offsetY })
      canvas.setPointerCapture(event.pointerId)
    },
    { signal },
  )
  canvas.addEventListener(
    'pointermove',
    (event) => {
      const before = hands.get(event.pointerId)
      if (!before) {
        if (event.pointerType === 'mouse') taps.hover(plan()?.bayAtPixel(event.offsetX, event.offsetY, 0) ?? -1)
        return
      }
      const now = { x: event.offsetX, y: event.offsetY }
      hands.set(event.pointerId, now)
      travelled += Math.hypot(now.x - before.x, now.y - before.y)
      if (hands.size === 1 && began && taps.lasso?.isOn()) {
        if (travelled > tapPx) taps.lasso.over(began, now)
        return
      }
      if (hands.size === 1) {
        if (travelled > tapPx) plan()?.move(now.x - before.x, now.y - before.y)
        return
      }
      const other = [...hands].find(([id]) => id !== event.pointerId)?.[1] ?? now
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
      const grown = distance(now, other) / Math.max(1, distance(before, other))
      plan()?.zoom(grown, middle)
      plan()?.move((now.x - before.x) / 2, (now.y - before.y) / 2)
    },
    { signal },
  )
  canvas.addEventListener(
    'pointerup',
    (event) => {
      if (!hands.delete(event.pointerId) || hands.size > 0) return
      if (travelled <= tapPx) taps.tap(plan()?.bayAtPixel(event.offsetX, event.offsetY, reach(event)) ?? -1)
    },
    { signal },
  )
  canvas.addEventListener('pointercancel', (event) => hands.delete(event.pointerId), { signal })
  canvas.addEventListener('pointerleave', () => taps.hover(-1), { signal })
  return { [Symbol.dispose]: () => stop.abort() }
}

const distance = (a: { x: number; y: number }, b: { x: number; y: number }) => Math.hypot(a.x - b.x, a.y - b.y)
