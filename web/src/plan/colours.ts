/** The plan's colours, read from the style sheet, so that tokens.css stays the only place that names them. */
import { bayStates } from '../bay-state.ts'

export interface PlanColours {
  readonly ground: string
  readonly plate: string
  readonly line: string
  readonly text: string
  readonly muted: string
  readonly onFree: string
  /** By state code: the mark from afar, the box from near, and what is drawn on it. */
  readonly far: readonly string[]
  readonly box: readonly string[]
  readonly mark: readonly string[]
  readonly focus: string
  readonly attention: string
  /** Outlines 2 px and patterns from further away, for `prefers-contrast` and `forced-colors`. */
  readonly strong: boolean
}

export function readColours(element: HTMLElement): PlanColours {
  const forced = matchMedia('(forced-colors: active)').matches
  const strong = forced || matchMedia('(prefers-contrast: more)').matches
  const probe = document.createElement('i')
  probe.hidden = true
  element.append(probe)
  const read = (token: string, system: string) => {
    // Forced colours would overrule a token here, but not on the canvas: take the system's colour by name.
    probe.style.color = forced ? system : `var(--${token})`
    return getComputedStyle(probe).color
  }
  const plate = read('surface', 'Canvas')
  const byState = bayStates.map((state) => read(state, state === 'free' ? 'Highlight' : 'CanvasText'))
  const [free, , , unknown, closed] = byState as [string, string, string, string, string]
  const colours: PlanColours = {
    ground: read('bg', 'Canvas'),
    plate,
    line: read('line', 'CanvasText'),
    text: read('text', 'CanvasText'),
    muted: read('muted', 'CanvasText'),
    onFree: read('on-free', 'HighlightText'),
    far: [free, read('occupied-far', 'CanvasText'), read('reserved', 'CanvasText'), unknown, closed],
    box: [free, read('occupied-pale', 'Canvas'), read('reserved-pale', 'Canvas'), plate, plate],
    mark: byState,
    focus: read('accent', 'Highlight'),
    attention: read('ring', 'Mark'),
    strong,
  }
  probe.remove()
  return colours
}
