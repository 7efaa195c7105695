/** The plan's colours, read from the style sheet, so that tokens.css stays the only place that names them. */
import { bayStates } from '@baykeeper/contract/vocabulary.ts'

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
  const strong = matchMedia('(prefers-contrast: more), (forced-colors: active)').matches
  const probe = document.createElement('i')
  probe.hidden = true
  element.append(probe)
  // With forced colours the tokens are the system's; without this the probe would read its text colour for all.
  probe.style.setProperty('forced-color-adjust', 'none')
  const read = (token: string) => {
    probe.style.color = `var(--${token})`
    return getComputedStyle(probe).color
  }
  const plate = read('surface')
  const byState = bayStates.map(read)
  const [free, , , unknown, closed] = byState as [string, string, string, string, string]
  const colours: PlanColours = {
    ground: read('bg'),
    plate,
    line: read('line'),
    text: read('text'),
    muted: read('muted'),
    onFree: read('on-free'),
    far: [free, read('occupied-far'), read('reserved'), unknown, closed],
    box: [free, read('occupied-pale'), read('reserved-pale'), plate, plate],
    mark: byState,
    focus: read('accent'),
    attention: read('ring'),
    strong,
  }
  probe.remove()
  return colours
}
