/** Draws a level of the draft: the picture behind it, metres, old places as dashed ghosts, bays with number and type, what is chosen. */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import { devicesOf, typeOf } from './compare.ts'
import type { Picture } from './editor.ts'
import { type Bay, type Box, centreOf, type Level, outlineOf, type Point } from './geometry.ts'

export interface EditorView {
  /** CSS pixels per metre. */
  readonly scale: number
  readonly left: number
  readonly top: number
}

export interface EditorScene {
  readonly draft: LayoutDocument
  readonly level: Level
  readonly before: ReadonlyMap<string, Bay>
  readonly chosen: ReadonlySet<string>
  readonly picture: Picture | undefined
  readonly view: EditorView
  /** A drag that goes on: bays shown away from their place, a box, or a row. */
  readonly drag: { readonly dx: number; readonly dy: number }
  readonly lasso: Box | undefined
  readonly row: readonly Point[]
}

const letters: Readonly<Record<string, string>> = {
  ...{ disabled: '♿', ev: 'EV', permit: 'P', family: 'F', loading: 'L', motorcycle: 'M', staff: 'S', visitor: 'V' },
}
const marginPx = 32
const scaleMax = 80
const labelFromPx = 14
const gridSteps = [1, 5, 10, 50, 100, 500]

export function fitted({ x, y, w, h }: Box, size: { w: number; h: number }): EditorView {
  const scale = Math.min(scaleMax, (size.w - 2 * marginPx) / Math.max(1, w), (size.h - 2 * marginPx) / Math.max(1, h))
  const safe = Math.max(0.01, scale)
  return { scale: safe, left: size.w / 2 - (x + w / 2) * safe, top: size.h / 2 - (y + h / 2) * safe }
}

export const zoomed = (view: EditorView, factor: number, at: Point): EditorView => {
  const scale = Math.min(scaleMax, Math.max(0.05, view.scale * factor))
  const ratio = scale / view.scale
  return { scale, left: at.x - (at.x - view.left) * ratio, top: at.y - (at.y - view.top) * ratio }
}

export const pointAt = ({ scale, left, top }: EditorView, { x, y }: Point): Point => ({
  x: (x - left) / scale,
  y: (y - top) / scale,
})

export function drawEditor(canvas: HTMLCanvasElement, scene: EditorScene): void {
  const dpr = window.devicePixelRatio || 1
  const size = { w: canvas.clientWidth, h: canvas.clientHeight }
  canvas.width = Math.max(1, Math.round(size.w * dpr))
  canvas.height = Math.max(1, Math.round(size.h * dpr))
  const g = canvas.getContext('2d') as CanvasRenderingContext2D
  const style = getComputedStyle(canvas)
  const colour = (name: string) => resolved(style.getPropertyValue(name), style)
  g.scale(dpr, dpr)
  g.fillStyle = colour('--bg')
  g.fillRect(0, 0, size.w, size.h)
  const { view, level } = scene
  g.translate(view.left, view.top)
  g.scale(view.scale, view.scale)
  g.fillStyle = colour('--surface')
  g.fillRect(level.x, level.y, level.w, level.h)
  drawPicture(g, scene.picture)
  g.lineWidth = 1 / view.scale
  drawGrid(g, scene, colour)
  for (const bay of level.bays) drawGhost(g, scene, bay, colour)
  for (const bay of level.bays) drawBay(g, scene, bay, colour)
  drawMarks(g, scene, colour)
}

type Colour = (name: string) => string

/** `light-dark()` is no colour of a canvas: its side is taken by the scheme in use. */
function resolved(text: string, style: CSSStyleDeclaration): string {
  const [, light, dark] = /^\s*light-dark\(([^,]+),\s*([^)]+)\)/.exec(text) ?? []
  if (light === undefined) return text.trim()
  const scheme = style.colorScheme
  const isDark = scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  return (isDark ? dark : light)?.trim() ?? ''
}

function drawPicture(g: CanvasRenderingContext2D, picture: Picture | undefined) {
  if (!picture) return
  g.globalAlpha = 0.45
  g.drawImage(picture.image, picture.x, picture.y, picture.w, (picture.w * picture.image.height) / picture.image.width)
  g.globalAlpha = 1
}

function drawGrid(g: CanvasRenderingContext2D, { level, view }: EditorScene, colour: Colour) {
  const step = gridSteps.find((metres) => metres * view.scale >= 40) ?? 1_000
  g.strokeStyle = colour('--line')
  g.beginPath()
  for (let x = Math.ceil(level.x / step) * step; x <= level.x + level.w; x += step) {
    g.moveTo(x, level.y)
    g.lineTo(x, level.y + level.h)
  }
  for (let y = Math.ceil(level.y / step) * step; y <= level.y + level.h; y += step) {
    g.moveTo(level.x, y)
    g.lineTo(level.x + level.w, y)
  }
  g.stroke()
  g.strokeRect(level.x, level.y, level.w, level.h)
}

function path(g: CanvasRenderingContext2D, outline: readonly Point[]) {
  g.beginPath()
  for (const [i, { x, y }] of outline.entries()) i === 0 ? g.moveTo(x, y) : g.lineTo(x, y)
  g.closePath()
}

/** Where the bay stands in the published layout, if it is moved. */
function drawGhost(g: CanvasRenderingContext2D, { before, draft, view }: EditorScene, bay: Bay, colour: Colour) {
  const old = before.get(bay.id)
  if (!old || (old.x === bay.x && old.y === bay.y && old.angle === bay.angle)) return
  g.setLineDash([4 / view.scale, 3 / view.scale])
  g.strokeStyle = colour('--muted')
  path(g, outlineOf(old, draft))
  g.stroke()
  g.setLineDash([])
}

function drawBay(g: CanvasRenderingContext2D, scene: EditorScene, bay: Bay, colour: Colour) {
  const { chosen, draft, drag, view } = scene
  const isChosen = chosen.has(bay.id)
  const shift = isChosen ? drag : { dx: 0, dy: 0 }
  const outline = outlineOf(bay, draft).map(({ x, y }) => ({ x: x + shift.dx, y: y + shift.dy }))
  path(g, outline)
  g.fillStyle = colour(bay.closed ? '--line' : '--raised')
  g.globalAlpha = scene.picture ? 0.75 : 1
  g.fill()
  g.globalAlpha = 1
  g.strokeStyle = colour(isChosen ? '--accent' : '--text')
  g.lineWidth = (isChosen ? 2.5 : 1) / view.scale
  // Dashed: it has no sensor.
  g.setLineDash(devicesOf(bay).length === 0 ? [4 / view.scale, 3 / view.scale] : [])
  g.stroke()
  g.setLineDash([])
  const width = (bay.w ?? draft.bay_w) * view.scale
  if (width < labelFromPx) return
  const centre = centreOf(bay, draft)
  const px = Math.min(13, Math.max(9, width / 3.2))
  g.font = `600 ${px / view.scale}px system-ui, sans-serif`
  g.textAlign = 'center'
  g.fillStyle = colour('--text')
  const short = (bay.label ?? bay.id).slice(-8)
  const type = letters[typeOf(bay)]
  g.fillText(short, centre.x + shift.dx, centre.y + shift.dy, draft.bay_w * 1.4)
  if (type) g.fillText(type, centre.x + shift.dx, centre.y + shift.dy + (px * 1.2) / view.scale)
}

function drawMarks(g: CanvasRenderingContext2D, { lasso, row, view }: EditorScene, colour: Colour) {
  g.strokeStyle = colour('--accent')
  g.lineWidth = 1.5 / view.scale
  if (lasso) g.strokeRect(lasso.x, lasso.y, lasso.w, lasso.h)
  if (row.length === 0) return
  g.beginPath()
  for (const [i, { x, y }] of row.entries()) i === 0 ? g.moveTo(x, y) : g.lineTo(x, y)
  g.stroke()
}
