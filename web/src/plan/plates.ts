/** Plates: the levels of the sites, as cards with a title from near and as "n free" with a bar from afar. */
import { code, stateCount } from '../bay-state.ts'
import type { Tally } from '../live/tally.ts'
import type { PlanColours } from './colours.ts'
import { type Floor, placesOn } from './floor.ts'
import { type Box, onCanvas, type View } from './view.ts'

const siteLabelPx = 12

/** CSS pixels of a plate's width from which it shows its title and its bays. */
export const baysFromPx = 110
const labelPxMin = 9
const labelPxMax = 16
/** Plates this wide name their site themselves: the place above them may be out of view. */
const wholeNameFromPx = 320
const wholeNameFromShare = 0.4
const family = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

export type Shown = Pick<Tally, 'states' | 'byPlate'>

export interface PlateScene {
  readonly g: CanvasRenderingContext2D
  readonly floor: Floor
  readonly tally: Shown
  readonly view: View
  readonly colours: PlanColours
  readonly dpr: number
  readonly words: PlateWords
}
export interface PlateWords {
  /** "41 free", shorter when there is little room. */
  free(count: number, short: boolean): string
  readonly noData: string
}

export const showsBays = (floor: Floor, view: View, dpr: number): boolean => {
  const widest = floor.plates.reduce((most, plate) => Math.max(most, plate.w), 0)
  return widest * view.scale >= baysFromPx * dpr
}

const freeOf = ({ tally }: PlateScene, p: number) => tally.byPlate[p * stateCount + code.free] as number
const isDark = ({ tally, floor }: PlateScene, p: number) => {
  const plate = floor.plates[p]
  return plate !== undefined && tally.byPlate[p * stateCount + code.unknown] === placesOn(plate)
}
const freeText = (scene: PlateScene, p: number, short: boolean) =>
  isDark(scene, p) ? scene.words.noData : scene.words.free(freeOf(scene, p), short)

export function drawPlate(scene: PlateScene, p: number, near: boolean): void {
  const { g, floor, view, colours, dpr } = scene
  const plate = floor.plates[p]
  if (!plate) return
  const box = onCanvas(view, plate)
  g.fillStyle = colours.plate
  g.strokeStyle = colours.line
  g.lineWidth = (colours.strong ? 2 : 1) * dpr
  g.beginPath()
  g.roundRect(box.x, box.y, box.w, box.h, Math.min(10 * dpr, 3 * view.scale))
  g.fill()
  if (isDark(scene, p)) hatch(scene, box)
  g.stroke()
  if (near) drawTitle(scene, p)
  else drawSummary(scene, p, box)
}

const titleSize = ({ view, dpr }: PlateScene) =>
  Math.min(labelPxMax * dpr, Math.max(labelPxMin * dpr, 3.2 * view.scale))
/** Whether the title has room above the first bay; else it stands above its plate. */
const titleInside = (scene: PlateScene, p: number) =>
  (scene.floor.headroom[p] as number) * scene.view.scale >= titleSize(scene) * 1.25

/** The strip with title and "n free"; drawn again alone when the number changes. */
export function drawTitle(scene: PlateScene, p: number): void {
  const { g, floor, view, colours, dpr } = scene
  const plate = floor.plates[p]
  if (!plate) return
  const box = onCanvas(view, plate)
  const size = titleSize(scene)
  const inside = titleInside(scene, p)
  const height = inside ? Math.min((floor.headroom[p] as number) * view.scale - dpr, size * 2.6) : size * 1.5
  const top = inside ? box.y + dpr : box.y - height - dpr
  const pad = Math.min(12 * dpr, Math.max(3 * dpr, 2 * view.scale))
  // The title's room can begin at any fraction of a pixel; round inwards so that bays keep their edges.
  g.fillStyle = inside ? colours.plate : colours.ground
  g.fillRect(
    Math.ceil(box.x + 3 * dpr),
    Math.ceil(top + dpr),
    Math.floor(box.w - 6 * dpr),
    Math.floor(height - 2 * dpr),
  )
  // Of a plate that is only partly in view, the title stays in view.
  const left = Math.max(box.x, 0) + pad
  const right = Math.min(box.x + box.w, g.canvas.width) - pad
  const middle = top + height / 2 + dpr
  const narrow = box.w < baysFromPx * dpr
  g.textBaseline = 'middle'
  g.font = `600 ${size}px ${family}`
  g.fillStyle = colours.text
  g.textAlign = 'right'
  const text = freeText(scene, p, narrow)
  const textW = g.measureText(text).width
  if (textW > right - left) return
  g.fillText(text, right, middle)
  const room = right - left - textW - size * 0.6
  const short = plateShortName(plate.name)
  const whole = namesSites(scene) || g.measureText(plate.name).width > room ? short : plate.name
  g.fillStyle = colours.muted
  g.textAlign = 'left'
  g.fillText(shortened(g, whole, room), left, middle)
}

/** Names of sites stand above their plates, all or none; then plates need not repeat them. */
function namesSites(scene: PlateScene): boolean {
  const { floor, view, dpr } = scene
  return (
    floor.sites.length > 1 &&
    Math.max(...floor.plates.map(({ w }) => w)) * view.scale <
      Math.min(wholeNameFromPx * dpr, wholeNameFromShare * scene.g.canvas.width) &&
    floor.sites.every(({ room }) => room * view.scale >= siteLabelPx * dpr * 1.4) &&
    (!showsBays(floor, view, dpr) || floor.plates.every((_, p) => titleInside(scene, p)))
  )
}

export function drawSiteNames(scene: PlateScene): void {
  const { g, floor, view, colours, dpr } = scene
  if (!namesSites(scene)) return
  g.textAlign = 'left'
  g.textBaseline = 'alphabetic'
  g.font = `650 ${siteLabelPx * dpr}px ${family}`
  g.fillStyle = colours.text
  for (const { name, box } of floor.sites) {
    const seen = onCanvas(view, box)
    g.fillText(name, seen.x + dpr, seen.y - 5 * dpr, seen.w)
  }
}

/** Level without its site, for plates too narrow for both. */
const plateShortName = (name: string) => name.split(' · ').at(-1) ?? name

function drawSummary(scene: PlateScene, p: number, box: Box): void {
  const { g, floor, tally, colours, dpr } = scene
  const plate = floor.plates[p]
  if (!plate || box.w < 8 * dpr) return
  const pad = Math.min(8 * dpr, box.w * 0.1)
  const barH = Math.min(8 * dpr, Math.max(2 * dpr, box.h * 0.12))
  const bar: Box = { x: box.x + pad, y: box.y + box.h - pad - barH, w: box.w - 2 * pad, h: barH }
  let x = bar.x
  for (const state of [code.occupied, code.reserved, code.closed, code.unknown, code.free]) {
    const share = (tally.byPlate[p * stateCount + state] as number) / Math.max(1, placesOn(plate))
    g.fillStyle = colours.far[state] as string
    g.fillRect(x, bar.y, share * bar.w, bar.h)
    x += share * bar.w
  }
  const size = Math.min(labelPxMax * dpr, Math.max(labelPxMin * dpr, box.w * 0.17))
  const lines: Line[] = [{ text: freeText(scene, p, true), font: `650 ${size}px ${family}`, colour: colours.text }]
  const small = { font: `500 ${Math.max(labelPxMin * dpr, size * 0.8)}px ${family}`, colour: colours.muted }
  lines.unshift({ text: plateShortName(plate.name), ...small })
  if (!namesSites(scene)) lines.unshift({ text: plate.site_name, ...small })
  // Lines that do not fit are dropped from the top: the number stays longest.
  const above = bar.y - box.y - pad * 0.5
  const shown = lines.slice(-Math.max(1, Math.floor(above / size)))
  g.textAlign = 'left'
  g.textBaseline = 'middle'
  for (const [k, { text, font, colour }] of shown.entries()) {
    g.font = font
    g.fillStyle = colour
    g.fillText(shortened(g, text, bar.w), bar.x, box.y + pad * 0.5 + (above * (k + 0.5)) / shown.length)
  }
}

interface Line {
  readonly text: string
  readonly font: string
  readonly colour: string
}

function shortened(g: CanvasRenderingContext2D, text: string, width: number): string {
  if (width <= 0) return ''
  if (g.measureText(text).width <= width) return text
  let length = text.length - 1
  while (length > 0 && g.measureText(`${text.slice(0, length)}…`).width > width) length--
  return length > 1 ? `${text.slice(0, length)}…` : ''
}

function hatch({ g, colours, dpr }: PlateScene, box: Box): void {
  g.save()
  g.clip()
  g.beginPath()
  g.lineWidth = dpr
  for (let x = box.x - box.h; x < box.x + box.w; x += 8 * dpr) {
    g.moveTo(x, box.y + box.h)
    g.lineTo(x + box.h, box.y)
  }
  g.strokeStyle = colours.line
  g.stroke()
  g.restore()
  g.beginPath()
  g.roundRect(box.x, box.y, box.w, box.h, 4 * dpr)
}
