/** Bays on the canvas: solid marks from afar, stamped shapes from near, names from nearer. */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { code } from '../bay-state.ts'
import { labelOf } from './floor.ts'
import { type Marks, markSize, nameFromPx, nameShare } from './marks.ts'
import type { PlateScene } from './plates.ts'
import { fillShape, type MarkSizes, stampShape } from './shaped-stamps.ts'

/** Bay types with their own stamp; standard bays have none. */
const letters = {
  disabled: '♿\uFE0E',
  ev: 'EV',
  family: 'F',
  loading: 'L',
  motorcycle: 'M',
  permit: 'P',
  staff: 'S',
  visitor: 'V',
} as const satisfies Record<Exclude<BayType, 'standard'>, string>
const letterOf: Readonly<Record<string, string>> = letters

export const showsNames = ({ floor, view, dpr }: PlateScene): boolean => (floor.bayW * view.scale) / dpr >= nameFromPx

/** Paints bays as they are now; `marks` undefined: they are too small for shapes. */
export function stampBays(
  scene: PlateScene,
  marks: Marks | undefined,
  sizes: MarkSizes,
  bays: ArrayLike<number>,
): void {
  if (!marks) {
    stampFar(scene, bays)
    return
  }
  const { g, tally, floor } = scene
  const { w, h } = marks
  const shaped = floor.shapes.size > 0 ? floor.shapes : undefined
  // Read once: for each of 50,000 bays they would cost more than the stamp.
  const { width, height } = g.canvas
  const named = showsNames(scene)
  for (let k = 0; k < bays.length; k++) {
    const bay = bays[k] as number
    const shape = shaped?.get(bay)
    if (shape) {
      const name = (markW: number, markH: number) => named && nameBay(scene, bay, 0, 0, markW, markH)
      stampShape(scene, shape, tally.states[bay] as number, sizes, name)
      continue
    }
    const x = pixelX(scene, bay)
    const y = pixelY(scene, bay)
    if (x + w < 0 || y + h < 0 || x > width || y > height) continue
    g.drawImage(marks.images[tally.states[bay] as number] as ImageBitmap, x, y)
    if (named) nameBay(scene, bay, x, y, w, h)
  }
}

const pixelX = ({ floor, view }: PlateScene, bay: number) =>
  Math.round((floor.x[bay] as number) * view.scale + view.left)
const pixelY = ({ floor, view }: PlateScene, bay: number) =>
  Math.round((floor.y[bay] as number) * view.scale + view.top)

/** Changing the fill is what costs: one pass for each state. */
function stampFar(scene: PlateScene, bays: ArrayLike<number>): void {
  const { g, floor, tally, view, colours } = scene
  const { width, height } = g.canvas
  const { w, h } = markSize(floor.bayW, floor.bayH, view.scale)
  const shaped = floor.shapes.size > 0 ? floor.shapes : undefined
  for (const [state, colour] of colours.far.entries()) {
    g.fillStyle = colour
    for (let k = 0; k < bays.length; k++) {
      const bay = bays[k] as number
      if (tally.states[bay] !== state) continue
      const shape = shaped?.get(bay)
      if (shape) {
        fillShape(scene, shape)
        continue
      }
      const x = pixelX(scene, bay)
      const y = pixelY(scene, bay)
      if (x + w >= 0 && y + h >= 0 && x <= width && y <= height) g.fillRect(x, y, w, h)
    }
  }
}

function nameBay(scene: PlateScene, bay: number, x: number, y: number, w: number, h: number): void {
  const { g, floor, tally, colours, dpr } = scene
  const text = labelOf(floor, bay)
  const free = tally.states[bay] === code.free
  g.fillStyle = free ? colours.onFree : colours.text
  g.textAlign = 'center'
  g.textBaseline = 'middle'
  const usual = Math.min(16 * dpr, Math.max(9 * dpr, w * 0.3))
  g.font = `600 ${usual}px system-ui, sans-serif`
  const wide = g.measureText(text).width
  if (wide > w * 0.9) g.font = `600 ${Math.max(8 * dpr, (usual * w * 0.9) / wide)}px system-ui, sans-serif`
  g.fillText(text, x + w / 2, y + h * nameShare * 0.55, w * 0.94)
  const letter = letterOf[floor.types[bay] ?? '']
  // Where a shape fills the mark, there is no room for a letter: the drawer shows the type.
  if (!letter || !free) return
  g.font = `700 ${Math.min(22 * dpr, w * 0.42)}px system-ui, sans-serif`
  g.fillText(letter, x + w / 2, y + h * 0.62, w * 0.9)
}
