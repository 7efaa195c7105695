/** The plan of the editor: the canvas with its tools, hands and keys. Everything a hand does has a key or a field. */
import { effect, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../../shell/icons.tsx'
import { allBays } from './draft.ts'
import type { Editor, Tool } from './editor.ts'
import { drawEditor, fitted, zoomed } from './editor-canvas.ts'
import { createHands, type Hands } from './editor-hands.ts'
import { editorKey } from './editor-keys.ts'
import { boxOfBays } from './geometry.ts'
import { type LayoutWords, useEditor } from './layout-words.ts'
import { keptPicture } from './picture-form.tsx'

const tools: readonly Tool[] = ['select', 'pan', 'bay', 'row']
const zoomStep = 1.4

export function EditorPlan() {
  const { words, editor } = useEditor()
  const canvas = useRef<HTMLCanvasElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const spoken = useSignal('')
  const hands = useRef<Hands | undefined>(undefined)
  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement
    const own = createHands(element, editor)
    hands.current = own
    const stop = painting(element, editor, own)
    const onKey = (event: KeyboardEvent) => {
      const spokenText = editorKey(editor, event, {
        words,
        add: own.addInTheMiddle,
        zoom: (factor) => own.look(zoomed(own.view.peek(), factor, own.middle())),
      })
      if (spokenText === undefined) return
      event.preventDefault()
      event.stopPropagation()
      if (spokenText !== '') spoken.value = spokenText
    }
    const keyed = grid.current
    keyed?.addEventListener('keydown', onKey)
    return () => {
      keyed?.removeEventListener('keydown', onKey)
      stop()
      own[Symbol.dispose]()
    }
  }, [editor, words, spoken])
  const place = editor.place.value
  useEffect(() => {
    if (place)
      void keptPicture(place).then((picture) => {
        editor.picture.value = picture
      })
  }, [editor, place])
  const level = editor.level.value
  const zoom = (factor: number) => {
    const own = hands.current
    if (own) own.look(zoomed(own.view.peek(), factor, own.middle()))
  }
  const label = words.text('planOfLevel', {
    level: level?.name ?? '',
    bays: words.count('bayCount', level?.bays.length ?? 0),
  })
  return (
    <section class="panel editor-plan" aria-label={words.text('planView')}>
      <Toolbar words={words} editor={editor} zoom={zoom} />
      <p class="quiet hint">
        {level?.bays.length === 0 ? words.text('noBays') : words.text(`hint_${editor.tool.value}`)}
      </p>
      <div class="editor-canvas" data-tool={editor.tool.value}>
        <div
          ref={grid}
          class="keys"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the plan has keys of its own (editor-keys.ts)
          tabIndex={0}
          role="application"
          aria-label={label}
        >
          <canvas ref={canvas} />
        </div>
      </div>
      <p class="unseen" aria-live="polite">
        {spoken.value}
      </p>
      <details>
        <summary>{words.text('keysTitle')}</summary>
        <p>{words.text('keysText')}</p>
      </details>
    </section>
  )
}

/** Paints when something of the scene has changed, once a frame. */
function painting(element: HTMLCanvasElement, editor: Editor, hands: Hands): () => void {
  let frame = 0
  let fits = -1
  const paint = () => {
    frame = 0
    const level = editor.level.peek()
    if (!level) return
    const before = new Map(allBays(editor.base.peek().layout).map((bay) => [bay.id, bay]))
    drawEditor(element, {
      ...{ draft: editor.draft.peek(), level, before, chosen: editor.chosen.peek(), picture: editor.picture.peek() },
      ...{ view: hands.view.peek(), drag: hands.drag.peek(), lasso: hands.lasso.peek(), row: hands.row.peek() },
    })
  }
  const ask = () => {
    if (frame === 0) frame = requestAnimationFrame(paint)
  }
  const fit = () => {
    const level = editor.level.peek()
    if (!level || element.clientWidth === 0) return
    const box = boxOfBays(level.bays, editor.draft.peek())
    hands.look(fitted(box ?? level, { w: element.clientWidth, h: element.clientHeight }))
  }
  const resized = new ResizeObserver(() => {
    if (fits < 0) fits = editor.fits.peek()
    fit()
    ask()
  })
  resized.observe(element)
  const stop = effect(() => {
    const due = editor.fits.value
    for (const each of [editor.draft, editor.level, editor.chosen, editor.picture]) each.value
    for (const each of [hands.view, hands.drag, hands.lasso, hands.row]) each.value
    if (due !== fits && element.clientWidth > 0) {
      fits = due
      fit()
    }
    ask()
  })
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', ask)
  return () => {
    stop()
    resized.disconnect()
    dark.removeEventListener('change', ask)
    cancelAnimationFrame(frame)
  }
}

interface ToolbarProps {
  readonly words: LayoutWords
  readonly editor: Editor
  zoom(factor: number): void
}

function Toolbar({ words, editor, zoom }: ToolbarProps) {
  return (
    <div class="editor-tools" role="toolbar" aria-label={words.text('tools')}>
      {tools.map((tool) => (
        <button
          key={tool}
          type="button"
          aria-pressed={editor.tool.value === tool}
          onClick={() => (editor.tool.value = tool)}
        >
          {words.text(`tool_${tool}`)}
        </button>
      ))}
      <button type="button" onClick={() => (editor.panel.value = 'grid')}>
        {words.text('gridTool')}
      </button>
      <button type="button" onClick={() => (editor.panel.value = 'picture')}>
        {words.text('pictureTool')}
      </button>
      <button type="button" onClick={() => (editor.view.value = 'list')}>
        {words.text('listView')}
      </button>
      <span class="gap" />
      <label class="snap">
        <span>{words.text('snap')}</span>
        <select
          value={String(editor.snap.value)}
          onChange={(event) => (editor.snap.value = Number(event.currentTarget.value))}
        >
          {[0.05, 0.25, 1].map((metres) => (
            <option key={metres} value={String(metres)}>
              {words.number(metres, metres < 1 ? 2 : 0)} m
            </option>
          ))}
          <option value="0">{words.text('snapOff')}</option>
        </select>
      </label>
      <button type="button" class="tool square" aria-label={words.text('zoomOut')} onClick={() => zoom(1 / zoomStep)}>
        <Icon name="minus" />
      </button>
      <button type="button" class="tool square" aria-label={words.text('zoomIn')} onClick={() => zoom(zoomStep)}>
        <Icon name="plus" />
      </button>
      <button type="button" class="tool square" aria-label={words.text('fit')} onClick={() => editor.fits.value++}>
        <Icon name="fit" />
      </button>
    </div>
  )
}
