/** What a hand does on the plan of the editor: choose, drag around, move, pan, zoom, put a bay, draw a row. */
import { type Signal, signal } from '@preact/signals'
import { addBays, freeIds, moveBays } from './draft.ts'
import type { Editor } from './editor.ts'
import { type EditorView, pointAt, zoomed } from './editor-canvas.ts'
import { type Bay, type Box, centreOf, isInside, millimetres, outlineOf, type Point, rowBetween } from './geometry.ts'

export interface Hands extends Disposable {
  readonly view: Signal<EditorView>
  readonly drag: Signal<{ readonly dx: number; readonly dy: number }>
  readonly lasso: Signal<Box | undefined>
  readonly row: Signal<readonly Point[]>
  look(view: EditorView): void
  /** Of the canvas, CSS pixels. */
  middle(): Point
  /** What a click with the tool Bay does, in the middle of the plan. */
  addInTheMiddle(): void
}

const idPattern = 'A-{nn}'
/** A hand that moves less has clicked. */
const clickPx = 4

export const snapped = (metres: number, snap: number) =>
  snap === 0 ? millimetres(metres) : millimetres(Math.round(metres / snap) * snap)

interface Began {
  readonly at: Point
  readonly pixel: Point
  readonly is: 'move' | 'lasso' | 'pan'
  readonly view: EditorView
  readonly adds: boolean
}

export function createHands(canvas: HTMLCanvasElement, editor: Editor): Hands {
  const view = signal<EditorView>({ scale: 10, left: 0, top: 0 })
  const drag = signal({ dx: 0, dy: 0 })
  const lasso = signal<Box | undefined>(undefined)
  const row = signal<readonly Point[]>([])
  let began: Began | undefined

  const pixelOf = (event: PointerEvent | WheelEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const bayUnder = (at: Point): Bay | undefined =>
    editor.level.peek()?.bays.findLast((bay) => isInside(outlineOf(bay, editor.draft.peek()), at))
  const middle = () => ({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 })

  function put(bays: readonly Omit<Bay, 'id'>[]) {
    const place = editor.place.peek()
    if (!place) return
    const ids = freeIds(editor.draft.peek(), idPattern, 1, bays.length)
    const named = bays.map((bay, i) => ({ ...bay, id: ids[i] as string }))
    editor.change(addBays(editor.draft.peek(), place, named))
    editor.chosen.value = new Set(ids)
  }
  function putBay(at: Point) {
    const { bay_w: w, bay_h: h } = editor.draft.peek()
    const snap = editor.snap.peek()
    const corner = { x: snapped(at.x - w / 2, snap), y: snapped(at.y - h / 2, snap) }
    put([{ ...corner, types: ['standard'], zones: [], devices: [] }])
  }
  function putRow(at: Point) {
    const snap = editor.snap.peek()
    const point = { x: snapped(at.x, snap), y: snapped(at.y, snap) }
    const [from] = row.peek()
    row.value = from ? [] : [point]
    if (from) put(rowBetween(from, point, editor.draft.peek()))
  }
  function down(event: PointerEvent) {
    if (event.button !== 0 && event.button !== 1) return
    const pixel = pixelOf(event)
    const at = pointAt(view.peek(), pixel)
    const tool = editor.tool.peek()
    canvas.parentElement?.focus({ preventScroll: true })
    if (tool === 'bay') return putBay(at)
    if (tool === 'row') return putRow(at)
    canvas.setPointerCapture(event.pointerId)
    const bay = tool === 'select' && event.button === 0 ? bayUnder(at) : undefined
    if (bay && !editor.chosen.peek().has(bay.id))
      editor.chosen.value = new Set([...(event.shiftKey ? editor.chosen.peek() : []), bay.id])
    else if (bay && event.shiftKey)
      editor.chosen.value = new Set([...editor.chosen.peek()].filter((id) => id !== bay.id))
    const is = tool === 'pan' || event.button === 1 ? 'pan' : bay ? 'move' : 'lasso'
    began = { at, pixel, is, view: view.peek(), adds: event.shiftKey }
  }
  function move(event: PointerEvent) {
    const pixel = pixelOf(event)
    const at = pointAt(view.peek(), pixel)
    const [start] = row.peek()
    if (editor.tool.peek() === 'row' && start) row.value = [start, at]
    if (!began) return
    const { at: from } = began
    if (began.is === 'pan') {
      const { scale, left, top } = began.view
      view.value = { scale, left: left + pixel.x - began.pixel.x, top: top + pixel.y - began.pixel.y }
    } else if (began.is === 'lasso')
      lasso.value = {
        ...{ x: Math.min(from.x, at.x), y: Math.min(from.y, at.y) },
        ...{ w: Math.abs(at.x - from.x), h: Math.abs(at.y - from.y) },
      }
    else drag.value = { dx: snapped(at.x - from.x, editor.snap.peek()), dy: snapped(at.y - from.y, editor.snap.peek()) }
  }
  function up(event: PointerEvent) {
    if (!began) return
    const pixel = pixelOf(event)
    const isClick = Math.hypot(pixel.x - began.pixel.x, pixel.y - began.pixel.y) < clickPx
    const { dx, dy } = drag.peek()
    const place = editor.place.peek()
    const { is, adds } = began
    began = undefined
    drag.value = { dx: 0, dy: 0 }
    if (is === 'move' && !isClick && place && (dx !== 0 || dy !== 0))
      editor.change(moveBays(editor.draft.peek(), place, editor.chosen.peek(), dx, dy))
    if (is !== 'lasso') return
    const box = lasso.peek()
    lasso.value = undefined
    const found = isClick || !box ? [] : within(editor, box)
    editor.chosen.value = new Set([...(adds ? editor.chosen.peek() : []), ...found])
  }
  function wheel(event: WheelEvent) {
    event.preventDefault()
    view.value = zoomed(view.peek(), Math.exp(-event.deltaY / 400), pixelOf(event))
  }
  const stop = new AbortController()
  const { signal: aborted } = stop
  canvas.addEventListener('pointerdown', down, { signal: aborted })
  canvas.addEventListener('pointermove', move, { signal: aborted })
  canvas.addEventListener('pointerup', up, { signal: aborted })
  canvas.addEventListener('pointercancel', up, { signal: aborted })
  canvas.addEventListener('wheel', wheel, { signal: aborted, passive: false })
  return {
    ...{ view, drag, lasso, row, middle },
    look(next) {
      view.value = next
    },
    addInTheMiddle: () => putBay(pointAt(view.peek(), middle())),
    [Symbol.dispose]: () => stop.abort(),
  }
}

function within(editor: Editor, { x, y, w, h }: Box): string[] {
  const sizes = editor.draft.peek()
  return (editor.level.peek()?.bays ?? []).flatMap((bay) => {
    const centre = centreOf(bay, sizes)
    return centre.x >= x && centre.x <= x + w && centre.y >= y && centre.y <= y + h ? bay.id : []
  })
}
