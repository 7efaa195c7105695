/**
 * The bay plan: every bay of a city on one live canvas. Framework-free.
 *
 * Promises
 * - What is painted is what the tally holds; a change costs its own bays, not the plan.
 * - While a hand or wheel moves the view, a picture of the last full painting is moved when repainting would be too slow.
 * - Paused, it stands still: it goes on showing the moment it was stopped at, however it is moved.
 *
 *   far: plates with "n free"  →  plate ≥ 110 px: bays as solid marks  →  bay ≥ 5 px: shapes  →  bay ≥ 24 px: names
 */
import type { Tally } from '../live/tally.ts'
import { type PlanColours, readColours } from './colours.ts'
import { createFades } from './fades.ts'
import { bayAt, boundsOf, centreX, centreY, type Floor, nearestPlate, type Plate } from './floor.ts'
import { drawMarks, type Marks, markSize, nameFromPx, showsShapes } from './marks.ts'
import {
  drawPlate,
  drawSiteNames,
  drawTitle,
  type PlateScene,
  type PlateWords,
  type Shown,
  showsBays,
} from './plates.ts'
import { drawRings, type Ringed } from './rings.ts'
import { createMarkSizes, type MarkSizes } from './shaped-stamps.ts'
import { showsNames, stampBays } from './stamps.ts'
import {
  type Box,
  centredView,
  fitView,
  layoutPoint,
  movedView,
  onCanvas,
  overlaps,
  type Size,
  type View,
  zoomedView,
} from './view.ts'

export interface BayPlan extends Disposable {
  readonly floor: Floor
  readonly view: View
  /** CSS pixels per metre, and the layout's point in the middle. */
  readonly place: { readonly zoom: number; readonly x: number; readonly y: number }
  /** Plate in the middle of the view. */
  readonly plate: number
  /** All of the plan is in view. */
  readonly fitted: boolean
  readonly rings: Ringed
  changed(bays: readonly number[]): void
  /** Everything is new: states, colours or words. */
  refresh(): void
  recolour(): void
  fit(site?: string): void
  fitPlate(plate: number): void
  show(place: { zoom: number; x: number; y: number }): void
  /** Brings a bay into view, near enough to see it. */
  showBay(bay: number, near: boolean): void
  zoom(factor: number, at?: { x: number; y: number }): void
  move(dx: number, dy: number): void
  ring(rings: Partial<Ringed>): void
  bayAtPixel(x: number, y: number, reachPx: number): number
  pause(paused: boolean): void
}

export interface BayPlanOptions {
  readonly canvas: HTMLCanvasElement
  readonly overlay: HTMLCanvasElement
  readonly floor: Floor
  readonly tally: Tally
  readonly words: PlateWords
  /** The view moved. */
  onView?(): void
  onPainted?(): void
}

/** A movement is over when it pauses for this long; then the plan is repainted. */
const settleMs = 120
/** Painting all may take this long in a movement; else its picture is moved. */
const paintMsMax = 7
/** A picture that covers less of the canvas than this has moved too far. */
const pictureShareMin = 0.7
const titleMs = 250
const marginPx = 20
export function createBayPlan(options: BayPlanOptions): BayPlan {
  const { canvas, overlay, floor, tally, words } = options
  const g = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D
  const over = overlay.getContext('2d') as CanvasRenderingContext2D
  const stillness = matchMedia('(prefers-reduced-motion: reduce)')
  const fades = createFades(() => stillness.matches)
  const staleTitles = new Set<number>()
  const everyBay = Uint32Array.from({ length: floor.size }, (_, bay) => bay)
  let colours: PlanColours = readColours(canvas.parentElement as HTMLElement)
  let dpr = 1
  let size: Size = { w: 1, h: 1 }
  let view: View = { scale: 1, left: 0, top: 0 }
  let scaleFit = 1
  let wanted: (() => void) | undefined
  let rings: Ringed = { focus: -1, open: -1, hover: -1, attention: [], alerts: [], cover: undefined }
  let marks: Marks | undefined
  let sizes: MarkSizes | undefined
  let full = true
  let frame = 0
  /** Displayed state: the tally, or its copy from when the plan was paused. */
  let shown: Shown = tally
  let titlesAt = 0
  let paintMs = 0
  let settle: ReturnType<typeof setTimeout> | undefined
  /** View of the last full painting. */
  let painted = view
  let picture: { canvas: OffscreenCanvas; view: View } | undefined

  const scene = (): PlateScene => ({ g, floor, tally: shown, view, colours, dpr, words })
  const request = () => {
    if (frame === 0) frame = requestAnimationFrame(paint)
  }

  function paint(now: number) {
    frame = 0
    if (picture) paintPicture(picture)
    else if (full) paintAll()
    else paintChanges(now)
    if (fades.busy || (staleTitles.size > 0 && !picture)) request()
    options.onPainted?.()
  }

  function paintAll() {
    const began = performance.now()
    full = false
    fades.clear()
    staleTitles.clear()
    g.fillStyle = colours.ground
    g.fillRect(0, 0, size.w, size.h)
    const near = showsBays(floor, view, dpr)
    stampMarks()
    const seen = floor.plates.map((plate, p) => (isSeen(plate) ? p : -1)).filter((p) => p >= 0)
    drawSiteNames(scene())
    for (const p of seen) drawPlate(scene(), p, near)
    if (near)
      for (const p of seen) {
        const plate = floor.plates[p] as Plate
        stamp(everyBay.subarray(plate.from, plate.to))
      }
    paintRings()
    painted = view
    paintMs = performance.now() - began
  }

  function paintChanges(now: number) {
    const near = showsBays(floor, view, dpr)
    if (near)
      for (const { bays, weight } of fades.due(now)) {
        g.globalAlpha = weight
        stamp(bays)
      }
    else fades.clear()
    g.globalAlpha = 1
    if (staleTitles.size === 0 || now - titlesAt < titleMs) return
    titlesAt = now
    for (const p of staleTitles) {
      if (!isSeen(floor.plates[p] as Plate)) continue
      if (near) drawTitle(scene(), p)
      else drawPlate(scene(), p, false)
    }
    staleTitles.clear()
  }

  function paintPicture({ canvas: image, view: from }: { canvas: OffscreenCanvas; view: View }) {
    const ratio = view.scale / from.scale
    const left = view.left - from.left * ratio
    const top = view.top - from.top * ratio
    const shownW = Math.min(size.w, left + image.width * ratio) - Math.max(0, left)
    const shownH = Math.min(size.h, top + image.height * ratio) - Math.max(0, top)
    if (Math.max(0, shownW) * Math.max(0, shownH) < pictureShareMin * size.w * size.h) {
      paintAll()
      picture = takePicture()
      return
    }
    g.fillStyle = colours.ground
    g.fillRect(0, 0, size.w, size.h)
    g.imageSmoothingEnabled = ratio < 1
    g.drawImage(image, left, top, image.width * ratio, image.height * ratio)
    paintRings()
  }

  const paintRings = () => drawRings({ g: over, floor, view, colours, dpr }, rings)
  const isSeen = (plate: Plate) => {
    const box = onCanvas(view, plate)
    // A title without room inside stands above its plate.
    return overlaps({ ...box, y: box.y - 24 * dpr, h: box.h + 24 * dpr }, size)
  }

  function stampMarks() {
    sizes = undefined
    const { w, h } = markSize(floor.bayW, floor.bayH, view.scale)
    if (!showsShapes((floor.bayW * view.scale) / dpr, colours)) marks = undefined
    else if (!marks || marks.w !== w || marks.h !== h) marks = drawMarks(w, h, colours, dpr, showsNames(scene()))
  }

  const stamp = (bays: ArrayLike<number>) => {
    const now = scene()
    sizes ??= createMarkSizes(now, showsNames(now))
    stampBays(now, marks, sizes, bays)
  }

  /** The view has moved: repaint at once if that is fast enough, else move the picture and repaint when it stops. */
  function look(next: View, moving: boolean) {
    view = next
    full = true
    if (moving && paintMs > paintMsMax) {
      picture ??= takePicture()
      clearTimeout(settle)
      settle = setTimeout(rest, settleMs)
    } else rest()
    request()
    options.onView?.()
  }
  function rest() {
    clearTimeout(settle)
    picture = undefined
    full = true
    request()
  }
  function takePicture() {
    const image = new OffscreenCanvas(canvas.width, canvas.height)
    image.getContext('2d', { alpha: false })?.drawImage(canvas, 0, 0)
    return { canvas: image, view: painted }
  }

  function measure() {
    const rect = canvas.getBoundingClientRect()
    if (rect.width === 0 || rect.height === 0) return
    const before = size
    const at = layoutPoint(view, size.w / 2, size.h / 2)
    const wasFitted = isFitted()
    const zoom = view.scale / dpr
    dpr = window.devicePixelRatio || 1
    size = { w: Math.round(rect.width * dpr), h: Math.round(rect.height * dpr) }
    for (const each of [canvas, overlay]) {
      each.width = size.w
      each.height = size.h
    }
    marks = undefined
    scaleFit = fitView(floor.bounds, size, marginPx * dpr).scale
    if (wanted) wanted()
    else if (before.w === 1 || wasFitted) fit()
    else look(centredView(at, zoom * dpr, size), false)
    // A canvas that was resized is empty: paint before the browser shows it.
    paintAll()
  }

  const isFitted = () => view.scale <= scaleFit * 1.02
  const whenMeasured = (go: () => void) => {
    if (size.w > 1) return go()
    wanted = () => {
      wanted = undefined
      go()
    }
  }
  const fitBox = (box: Box, margin: number) => look(fitView(box, size, margin * dpr), false)
  function fit(site?: string) {
    const plates = floor.plates.filter((plate) => plate.site === site)
    fitBox(plates.length > 0 ? boundsOf(plates) : floor.bounds, marginPx)
  }
  const middle = () => layoutPoint(view, size.w / 2, size.h / 2)

  const resized = new ResizeObserver(measure)
  resized.observe(canvas)
  const watched = ['(prefers-contrast: more)', '(forced-colors: active)', '(prefers-color-scheme: dark)'].map(
    matchMedia,
  )
  const recolour = () => {
    colours = readColours(canvas.parentElement as HTMLElement)
    marks = undefined
    rest()
  }
  for (const query of watched) query.addEventListener('change', recolour)

  return {
    floor,
    get view() {
      return view
    },
    get place() {
      return { zoom: view.scale / dpr, ...middle() }
    },
    get plate() {
      const at = middle()
      return nearestPlate(floor, at.x, at.y)
    },
    get fitted() {
      return isFitted()
    },
    get rings() {
      return rings
    },
    changed(bays) {
      if (shown !== tally) return
      for (const bay of bays) staleTitles.add(floor.plateOf[bay] as number)
      if (picture) full = true
      else fades.add(bays, performance.now())
      request()
    },
    refresh: rest,
    recolour,
    fit: (site) => whenMeasured(() => fit(site)),
    fitPlate: (plate) =>
      whenMeasured(() => {
        const box = floor.plates[plate]
        if (box) fitBox(box, marginPx + 6)
      }),
    show: (place) => whenMeasured(() => look(centredView(place, place.zoom * dpr, size), false)),
    showBay(bay, near) {
      whenMeasured(() => {
        const at = { x: centreX(floor, bay), y: centreY(floor, bay) }
        const scale = near ? Math.max(view.scale, (nameFromPx * dpr * 1.4) / floor.bayW) : view.scale
        const box = onCanvas(view, { ...at, w: 0, h: 0 })
        const edge = 40 * dpr
        const inView = box.x > edge && box.y > edge && box.x < size.w - edge && box.y < size.h - edge
        if (scale !== view.scale || !inView) look(centredView(at, scale, size), false)
      })
    },
    zoom(factor, at) {
      const pixel = at ? { x: at.x * dpr, y: at.y * dpr } : { x: size.w / 2, y: size.h / 2 }
      const zoomed = zoomedView(view, factor, pixel, scaleFit)
      look(movedView(zoomed, 0, 0, floor.bounds, size), true)
    },
    move: (dx, dy) => look(movedView(view, dx * dpr, dy * dpr, floor.bounds, size), true),
    ring(next) {
      rings = { ...rings, ...next }
      if (size.w > 1) paintRings()
    },
    bayAtPixel(x, y, reachPx) {
      const at = layoutPoint(view, x * dpr, y * dpr)
      return bayAt(floor, at.x, at.y, (reachPx * dpr) / view.scale)
    },
    pause(paused) {
      shown = paused ? { states: tally.states.slice(), byPlate: tally.byPlate.slice() } : tally
      rest()
    },
    [Symbol.dispose]() {
      resized.disconnect()
      for (const query of watched) query.removeEventListener('change', recolour)
      clearTimeout(settle)
      cancelAnimationFrame(frame)
    },
  }
}
