/** Rings: what is focused, opened, pointed at or found, on their own canvas, so that bays need not be drawn again. */
import type { PlanColours } from './colours.ts'
import type { Floor } from './floor.ts'
import { markSize } from './marks.ts'
import { tracePath } from './shaped-stamps.ts'
import type { View } from './view.ts'

export interface Ringed {
  /** Where the keyboard is; -1 is nowhere. */
  readonly focus: number
  /** Opened in the drawer. */
  readonly open: number
  readonly hover: number
  /** "Look here": found by the search, later an alert. */
  readonly attention: readonly number[]
  /** With an open alert. */
  readonly alerts: readonly number[]
  /** Drawn below the rings, over the bays; undefined: the states are seen. */
  readonly cover: ((scene: RingScene) => void) | undefined
}

export interface RingScene {
  readonly g: CanvasRenderingContext2D
  readonly floor: Floor
  readonly view: View
  readonly colours: PlanColours
  readonly dpr: number
}

const bayPxMin = 7

export function drawRings(scene: RingScene, { focus, open, hover, attention, alerts, cover }: Ringed): void {
  const { g, colours, dpr } = scene
  g.clearRect(0, 0, g.canvas.width, g.canvas.height)
  cover?.(scene)
  if (hover >= 0) ring(scene, hover, colours.text, dpr, dpr)
  for (const bay of alerts) ring(scene, bay, colours.attention, 2 * dpr, 1 * dpr)
  for (const bay of attention) ring(scene, bay, colours.attention, 3 * dpr, 6 * dpr)
  if (open >= 0) ring(scene, open, colours.focus, 3 * dpr, 2 * dpr)
  if (focus >= 0 && focus !== open) ring(scene, focus, colours.focus, 2 * dpr, 3 * dpr)
}

function ring({ g, floor, view, colours, dpr }: RingScene, bay: number, colour: string, line: number, away: number) {
  const shape = floor.shapes.get(bay)
  if (shape) {
    // Around its outline, as far away as around an upright one.
    const size = Math.max(1, Math.min(shape.w, shape.h) * view.scale)
    tracePath({ g, view }, shape, 0.9 + (2 * away + line) / size)
  } else traceBox()
  // A rim in the plate's colour keeps the ring apart from the marks around it.
  g.strokeStyle = colours.plate
  g.lineWidth = line + 3 * dpr
  g.stroke()
  g.strokeStyle = colour
  g.lineWidth = line
  g.stroke()

  function traceBox() {
    const mark = markSize(floor.bayW, floor.bayH, view.scale)
    const w = Math.max(mark.w, bayPxMin * dpr)
    const h = Math.max(mark.h, bayPxMin * dpr)
    const x = Math.round((floor.x[bay] as number) * view.scale + view.left) + (mark.w - w) / 2
    const y = Math.round((floor.y[bay] as number) * view.scale + view.top) + (mark.h - h) / 2
    g.beginPath()
    g.roundRect(x - away - line / 2, y - away - line / 2, w + 2 * away + line, h + 2 * away + line, 3 * dpr)
  }
}
