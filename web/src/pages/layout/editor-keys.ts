/** The keys of the editor's plan. What is returned is read out; undefined: the key is none of the editor's. */
import { deleteBays, inReadingOrder, moveBays, turnBays } from './draft.ts'
import type { Editor } from './editor.ts'
import type { LayoutWords } from './layout-words.ts'

interface KeyWays {
  readonly words: LayoutWords
  add(): void
  zoom(factor: number): void
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
}
const many = 10
const turnMany = 15
const zoomStep = 1.4
/** With the snap off a key still moves by this, metres. */
const stepUsual = 0.25

export function editorKey(editor: Editor, event: KeyboardEvent, ways: KeyWays): string | undefined {
  const { key, shiftKey } = event
  if (event.altKey) return undefined
  if (event.ctrlKey || event.metaKey) return withControl(editor, key.toLowerCase(), ways)
  const arrow = arrows[key]
  if (arrow) return moveBy(editor, arrow, shiftKey ? many : 1)
  if (key === '[' || key === ']' || key === '{' || key === '}')
    return turnBy(editor, (key === '[' || key === '{' ? -1 : 1) * (shiftKey ? turnMany : 1))
  if (key === 'Tab') return next(editor, shiftKey ? -1 : 1, ways)
  if (key === 'Delete' || key === 'Backspace') return remove(editor, ways)
  if (key === 'Escape' && editor.chosen.value.size > 0) {
    editor.chosen.value = new Set()
    return ''
  }
  return view(editor, key, ways)
}

function view(editor: Editor, key: string, { add, zoom }: KeyWays): string | undefined {
  if (key === 'Enter' && editor.tool.value === 'bay') add()
  else if (key === '+') zoom(zoomStep)
  else if (key === '-') zoom(1 / zoomStep)
  else if (key === '0') editor.fits.value++
  else if (key === 'l' || key === 'L') editor.view.value = 'list'
  else return undefined
  return ''
}

function withControl(editor: Editor, key: string, { words }: KeyWays): string | undefined {
  if (key === 'z') editor.undo()
  else if (key === 'y') editor.redo()
  else if (key === 'a') {
    const ids = editor.level.value?.bays.map(({ id }) => id) ?? []
    editor.chosen.value = new Set(ids)
    return words.count('chosenBays', ids.length)
  } else return undefined
  return ''
}

function moveBy(editor: Editor, [dx, dy]: readonly [number, number], times: number): string {
  const { place, chosen, draft, snap } = editor
  const step = (snap.value || stepUsual) * times
  if (place.value && chosen.value.size > 0)
    editor.change(moveBays(draft.value, place.value, chosen.value, dx * step, dy * step))
  return ''
}

function turnBy(editor: Editor, degrees: number): string {
  const { place, chosen, draft } = editor
  if (place.value && chosen.value.size > 0) editor.change(turnBays(draft.value, place.value, chosen.value, degrees))
  return ''
}

/** Undefined behind the last one: then Tab leaves the plan: it is no trap. */
function next(editor: Editor, step: number, { words }: KeyWays): string | undefined {
  const bays = inReadingOrder(editor.level.value?.bays ?? [], editor.draft.value)
  const at = bays.findIndex(({ id }) => editor.chosen.value.has(id))
  const found = bays[at < 0 ? (step > 0 ? 0 : bays.length) : at + step]
  if (!found) return undefined
  editor.chosen.value = new Set([found.id])
  return words.text('nextBay', { bay: found.label ?? found.id })
}

function remove(editor: Editor, { words }: KeyWays): string | undefined {
  const { place, chosen, draft } = editor
  const count = chosen.value.size
  if (!place.value || count === 0) return undefined
  editor.change(deleteBays(draft.value, place.value, chosen.value))
  return words.count('deleteIt', count)
}
