/** Bays of their own shape on the canvas: the same marks, turned or of another size, and outlines with the same signs. */
import { code } from '../bay-state.ts'
import { drawMarks, drawSign, lineOf, type Marks, markSize, nameShare } from './marks.ts'
import type { PlateScene } from './plates.ts'
import type { BayShape } from './shapes.ts'

/** Of the distance from the centre: the rest is the gap between bays. */
const shrunk = 0.9

/** Marks of other sizes, made once for each size at each zoom. */
export interface MarkSizes {
  readonly named: boolean
  of(w: number, h: number): Marks
}

export function createMarkSizes(
  { view, colours, dpr }: Pick<PlateScene, 'view' | 'colours' | 'dpr'>,
  named: boolean,
): MarkSizes {
  const made = new Map<string, Marks>()
  return {
    named,
    of(bayW, bayH) {
      const { w, h } = markSize(bayW, bayH, view.scale)
      return made.getOrInsertComputed(`${w} ${h}`, () => drawMarks(w, h, colours, dpr, named))
    },
  }
}

/** The path of its outline, shrunk to leave the gap; false: it is out of view. */
export function tracePath({ g, view }: Pick<PlateScene, 'g' | 'view'>, shape: BayShape, share: number): boolean {
  const { corners, cx, cy } = shape
  const { width, height } = g.canvas
  let [left, top] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let [right, bottom] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  g.beginPath()
  for (let k = 0; k < corners.length; k += 2) {
    const x = (cx + ((corners[k] as number) - cx) * share) * view.scale + view.left
    const y = (cy + ((corners[k + 1] as number) - cy) * share) * view.scale + view.top
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    if (k === 0) g.moveTo(x, y)
    else g.lineTo(x, y)
  }
  g.closePath()
  return right >= 0 && bottom >= 0 && left <= width && top <= height
}

/** From afar: its outline in the colour that is set. */
export function fillShape(scene: PlateScene, shape: BayShape): void {
  if (tracePath(scene, shape, shrunk)) scene.g.fill()
}

/** `draw`: names it, in a frame whose origin is its upper left corner. */
export function stampShape(
  scene: PlateScene,
  shape: BayShape,
  state: number,
  sizes: MarkSizes,
  draw: (w: number, h: number) => void,
): void {
  const { g, view } = scene
  if (!tracePath(scene, shape, shrunk)) return
  const marks = sizes.of(shape.w, shape.h)
  const { w, h } = marks
  if (shape.isPolygon) drawBox(scene, state, w)
  g.save()
  // Of an outline with a notch the sign stays within.
  if (shape.isPolygon) g.clip()
  g.translate(shape.cx * view.scale + view.left, shape.cy * view.scale + view.top)
  g.rotate(shape.angle)
  g.translate(-w / 2, -h / 2)
  if (shape.isPolygon) drawSign(g, state, { w, h, top: sizes.named ? h * nameShare : 0 }, scene.colours, scene.dpr)
  else g.drawImage(marks.images[state] as ImageBitmap, 0, 0)
  draw(w, h)
  g.restore()
}

function drawBox({ g, colours, dpr }: PlateScene, state: number, w: number): void {
  g.fillStyle = colours.box[state] as string
  g.strokeStyle = colours.mark[state] as string
  g.lineWidth = lineOf(w, colours, dpr)
  g.fill()
  if (state === code.unknown) g.setLineDash([w * 0.26, w * 0.18])
  g.stroke()
  g.setLineDash([])
}
