/** The hand of a reader: what it clicks, types and presses on a page is counted. */
import type { Locator, Page } from 'playwright-core'

export interface Hand {
  readonly page: Page
  /** Clicks, chosen options, pressed keys and filled fields so far. */
  readonly acts: number
  click(what: Locator): Promise<void>
  fill(what: Locator, text: string): Promise<void>
  choose(what: Locator, value: string): Promise<void>
  press(key: string): Promise<void>
  /** Resolves once the text is on the page: the answer to the task. */
  see(selector: string, text?: string | RegExp): Promise<string>
}

const seenMsMax = 15_000

export function handOn(page: Page): Hand {
  let acts = 0
  page.setDefaultTimeout(seenMsMax)
  const act = async (doing: Promise<unknown>) => {
    acts++
    await doing
  }
  return {
    page,
    get acts() {
      return acts
    },
    click: (what) => act(what.first().click()),
    fill: (what, text) => act(what.first().fill(text)),
    choose: (what, value) => act(what.first().selectOption(value)),
    press: (key) => act(page.keyboard.press(key)),
    async see(selector, text) {
      const found = page.locator(selector, text === undefined ? {} : { hasText: text }).first()
      await found.waitFor({ state: 'attached' })
      return ((await found.textContent()) ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 80)
    },
  }
}
