/** Whether the texts of a page can be read where they stand: none is cut by a box around it, none is printed over another. */
import type { Page } from 'playwright-core'

export interface TextFaults {
  /** Texts that a box with hidden overflow cuts, and that no ellipsis with a title announces. */
  readonly cut: readonly string[]
  /** Pairs of texts that are painted over each other. */
  readonly over: readonly string[]
}

/** Of what is in the page now, in CSS pixels; rounding of fonts up to 2 px is no fault. */
export const textFaults = (page: Page): Promise<TextFaults> => page.evaluate(findFaults)

/** Runs in the page, so it refers to nothing outside it. */
function findFaults(): TextFaults {
  const slackPx = 2
  interface Text {
    readonly text: string
    readonly element: Element
    readonly box: DOMRect
  }
  /** Only for readers by ear. */
  const isClipped = (element: Element): boolean => {
    const { clipPath, width, height } = getComputedStyle(element)
    return clipPath !== 'none' || (Number.parseFloat(width) <= 1 && Number.parseFloat(height) <= 1)
  }
  const shownText = (node: Node): Text[] => {
    const element = node.parentElement
    const text = node.textContent?.trim() ?? ''
    if (!element || text === '' || element.closest('.unseen, script, style, noscript, option, svg')) return []
    if (isClipped(element)) return []
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return []
    const range = document.createRange()
    range.selectNodeContents(node)
    return [...range.getClientRects()].filter(({ width }) => width > 1).map((box) => ({ text, element, box }))
  }
  const texts: Text[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) texts.push(...shownText(walker.currentNode))

  const ancestors = (element: Element): Element[] => {
    const parent = element.parentElement
    return parent ? [element, ...ancestors(parent)] : [element]
  }
  const isCutBy = ({ box }: Text, around: Element): boolean => {
    const { overflowX, overflowY, textOverflow } = getComputedStyle(around)
    const hides = (overflow: string) => overflow === 'hidden' || overflow === 'clip'
    const outer = around.getBoundingClientRect()
    const wide = box.right > outer.right + slackPx || box.left < outer.left - slackPx
    const high = box.bottom > outer.bottom + slackPx || box.top < outer.top - slackPx
    const isAnnounced = textOverflow === 'ellipsis' && around.closest('[title]') !== null
    return (hides(overflowX) && wide && !isAnnounced) || (hides(overflowY) && high)
  }
  /** Above a box that scrolls, what is outside of it is reached by scrolling. */
  const insideScroll = (element: Element): Element[] => {
    const chain = ancestors(element)
    const end = chain.findIndex((one) => /auto|scroll/.test(getComputedStyle(one).overflow))
    return end < 0 ? chain : chain.slice(0, end)
  }
  const isOpaque = (element: Element): boolean => {
    const { backgroundColor } = getComputedStyle(element)
    return backgroundColor !== 'transparent' && !/[,/] ?0(?:\.\d+)?\)$/.test(backgroundColor)
  }
  const overlaps = (a: Text, b: Text): boolean => {
    const left = Math.max(a.box.left, b.box.left)
    const right = Math.min(a.box.right, b.box.right)
    const top = Math.max(a.box.top, b.box.top)
    const bottom = Math.min(a.box.bottom, b.box.bottom)
    // Boxes of lines are higher than their letters.
    if (right - left <= slackPx || bottom - top <= Math.min(a.box.height, b.box.height) / 3) return false
    if (a.element === b.element) return false
    const stack = document.elementsFromPoint((left + right) / 2, (top + bottom) / 2)
    const [first, second] = [stack.indexOf(a.element), stack.indexOf(b.element)]
    if (first < 0 || second < 0) return false
    const under = stack[Math.max(first, second)] as Element
    return !stack.slice(0, Math.max(first, second)).some((one) => !one.contains(under) && isOpaque(one))
  }
  const cut = texts.filter((text) => insideScroll(text.element).some((around) => isCutBy(text, around)))
  const rows = texts.toSorted((a, b) => a.box.top - b.box.top)
  const over = rows.flatMap((a, i) => {
    const found: string[] = []
    for (let k = i + 1; k < rows.length; k++) {
      const b = rows[k] as Text
      if (b.box.top >= a.box.bottom) break
      if (overlaps(a, b)) found.push(`${a.text.slice(0, 40)} | ${b.text.slice(0, 40)}`)
    }
    return found
  })
  const named = cut.map(
    ({ text, element }) => `${element.tagName.toLowerCase()}.${element.className} ${text.slice(0, 40)}`,
  )
  return { cut: [...new Set(named)], over: [...new Set(over)] }
}
