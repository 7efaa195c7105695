/** Values of bays drawn in place of their states. */
import { markSize } from './marks.ts'
import type { RingScene } from './rings.ts'
import { tracePath } from './shaped-stamps.ts'

/** The lowest value is still seen. */
const shadeMin = 0.12
const shapeShare = 0.9

/** A plain box in the plate's colour, and the value over it: darker is more. Without a value the box stays empty. */
export function drawShades(scene: RingScene, shades: ReadonlyMap<number, number>) {
  const { g, floor, view, colours } = scene
  const { w, h } = markSize(floor.bayW, floor.bayH, view.scale)
  for (let bay = 0; bay < floor.size; bay++) {
    const shape = floor.shapes.get(bay)
    if (shape) tracePath({ g, view }, shape, shapeShare)
    else {
      g.beginPath()
      g.rect(
        Math.round((floor.x[bay] as number) * view.scale + view.left),
        Math.round((floor.y[bay] as number) * view.scale + view.top),
        w,
        h,
      )
    }
    g.globalAlpha = 1
    g.fillStyle = colours.plate
    g.fill()
    const value = shades.get(bay)
    g.globalAlpha = value === undefined ? 1 : shadeMin + (1 - shadeMin) * value
    g.strokeStyle = colours.line
    g.fillStyle = colours.focus
    if (value === undefined) g.stroke()
    else g.fill()
  }
  g.globalAlpha = 1
}
