/**
 * The mark of each state, drawn once per zoom and stamped for every bay. Colour is never alone: from 5 px a bay shows a
 * shape too. free: plain; occupied: a car in a pale box; reserved: diagonals; unknown: dashed with "?"; closed: a cross.
 */
import { code, stateCount } from '../bay-state.ts'
import type { PlanColours } from './colours.ts'

type Surface = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D

export interface Marks {
  /** By state code, opaque, all of one size in device pixels. */
  readonly images: readonly ImageBitmap[]
  readonly w: number
  readonly h: number
}

/** CSS pixels of a bay's width from which shapes, then names are drawn. */
export const shapeFromPx = 5
const shapeFromPxStrong = 3
export const nameFromPx = 24
export const nameShare = 0.26
/** Of a bay's width and length; the rest is the gap between bays. */
const shareW = 0.86
const shareH = 0.9

export const markSize = (bayW: number, bayH: number, scale: number) => ({
  w: Math.max(1, Math.floor(bayW * scale * shareW + 0.4)),
  h: Math.max(1, Math.floor(bayH * scale * shareH + 0.4)),
})

export const showsShapes = (bayPx: number, colours: PlanColours): boolean =>
  bayPx >= (colours.strong ? shapeFromPxStrong : shapeFromPx)

/** `named` leaves the upper part of the mark to the bay's name. */
export function drawMarks(w: number, h: number, colours: PlanColours, dpr: number, named: boolean): Marks {
  const images = Array.from({ length: stateCount }, (_, state) => {
    const image = new OffscreenCanvas(w, h)
    const g = image.getContext('2d', { alpha: false }) as OffscreenCanvasRenderingContext2D
    g.fillStyle = colours.plate
    g.fillRect(0, 0, w, h)
    drawMark(g, state, { w, h, top: named ? h * nameShare : 0 }, colours, dpr)
    return image.transferToImageBitmap()
  })
  return { images, w, h }
}

/** Width of the lines of a mark of this width. */
export const lineOf = (w: number, colours: PlanColours, dpr: number): number =>
  Math.max(colours.strong ? 2 * dpr : dpr, Math.min(3 * dpr, w * 0.05))

interface Room {
  readonly w: number
  readonly h: number
  /** Pixels left to the name. */
  readonly top: number
}

function drawMark(g: Surface, state: number, room: Room, colours: PlanColours, dpr: number): void {
  const { w, h } = room
  const line = lineOf(w, colours, dpr)
  const short = Math.min(w, h)
  g.fillStyle = colours.box[state] as string
  g.strokeStyle = colours.mark[state] as string
  g.lineWidth = line
  g.beginPath()
  g.roundRect(line / 2, line / 2, w - line, h - line, short >= 12 * dpr ? short * 0.08 : 0)
  g.fill()
  if (state === code.unknown) g.setLineDash([short * 0.26, short * 0.18])
  g.stroke()
  g.setLineDash([])
  drawSign(g, state, room, colours, dpr)
}

/** What stands in the box of a bay. */
export function drawSign(g: Surface, state: number, room: Room, colours: PlanColours, dpr: number): void {
  const { w, h } = room
  const line = lineOf(w, colours, dpr)
  const short = Math.min(w, h)
  g.strokeStyle = colours.mark[state] as string
  if (state === code.occupied) drawCar(g, room, colours, dpr)
  else if (state === code.reserved) drawDiagonals(g, room, line)
  else if (state === code.closed) drawCross(g, room, Math.max(line, short * 0.08))
  else if (state === code.unknown) drawQuestion(g, room, colours)
}

function drawCar(g: Surface, { w, h, top }: Room, colours: PlanColours, dpr: number): void {
  // Bays lie lengthwise or across: the car follows the longer side.
  const across = w > h - top
  const long = across ? w : h - top
  const short = across ? h - top : w
  g.save()
  g.translate(w / 2, top + (h - top) / 2)
  if (across) g.rotate(Math.PI / 2)
  const carW = short * (top > 0 ? 0.56 : 0.62)
  const carH = long * (top > 0 ? 0.88 : 0.76)
  g.fillStyle = colours.mark[code.occupied] as string
  g.beginPath()
  g.roundRect(-carW / 2, -carH / 2 - (top > 0 ? long * 0.03 : 0), carW, carH, carW * 0.3)
  g.fill()
  if (short >= 12 * dpr) {
    g.fillStyle = colours.box[code.occupied] as string
    g.beginPath()
    g.roundRect(-carW * 0.34, -carH * 0.28, carW * 0.68, carH * 0.14, carW * 0.08)
    g.roundRect(-carW * 0.32, carH * 0.28, carW * 0.64, carH * 0.08, carW * 0.06)
    g.fill()
  }
  g.restore()
}

function drawDiagonals(g: Surface, { w, h, top }: Room, line: number): void {
  g.save()
  g.beginPath()
  g.rect(0, top, w, h - top)
  g.clip()
  g.beginPath()
  g.lineWidth = Math.max(line, w * 0.07)
  const gap = Math.max(w * 0.42, line * 3)
  for (let y = top + gap; y < h + w; y += gap) {
    g.moveTo(-1, y + 1)
    g.lineTo(w + 1, y - w * 0.7 - 1)
  }
  g.stroke()
  g.restore()
}

function drawCross(g: Surface, { w, h, top }: Room, line: number): void {
  const [upper, lower] = [top > 0 ? top + h * 0.04 : h * 0.14, top > 0 ? h * 0.92 : h * 0.86]
  g.lineWidth = line
  g.beginPath()
  g.moveTo(w * 0.18, upper)
  g.lineTo(w * 0.82, lower)
  g.moveTo(w * 0.82, upper)
  g.lineTo(w * 0.18, lower)
  g.stroke()
}

function drawQuestion(g: Surface, { w, h, top }: Room, colours: PlanColours): void {
  g.fillStyle = colours.mark[code.unknown] as string
  g.font = `700 ${Math.min(w * 0.8, (h - top) * 0.6)}px system-ui, sans-serif`
  g.textAlign = 'center'
  g.textBaseline = 'middle'
  g.fillText('?', w / 2, top + (h - top) / 2)
}
