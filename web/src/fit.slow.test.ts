/** Texts of a page fit their boxes, in both languages and at the widths of a phone and a small desktop screen. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { samplePlan } from './plan/sample-plan.ts'
import { launchBrowser, noSideways, openPage, shows, skip } from './testing/browser-under-test.ts'
import { type Build, buildPages } from './testing/build-under-test.ts'
import { type PageDouble, startPageDouble } from './testing/pages-under-test.ts'
import { sampleLosses } from './testing/pipeline-samples-under-test.ts'

let build: Build
let browser: Browser
let double: PageDouble
before(async () => {
  if (skip) return
  build = await buildPages()
  browser = await launchBrowser()
  double = await startPageDouble(samplePlan(2, 10), build)
})
beforeEach(() => double?.reset())
after(async () => {
  await browser?.close()
  await double?.[Symbol.asyncDispose]()
  await build?.[Symbol.asyncDispose]()
})

const looks = ['en', 'de'].flatMap((lang) =>
  [390, 1280].map((width) => ({ lang, width, look: { viewport: { width, height: 844 } } })),
)

/** Elements whose content is wider or higher than they are. */
const cut = (page: Page, selector: string) =>
  page
    .locator(selector)
    .evaluateAll((all) =>
      all
        .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
        .map((each) => each.textContent),
    )

test('the link of a key figure stands below its text, and neither a card nor the badge of the link is cut', {
  skip,
}, async () => {
  for (const { lang, width, look } of looks) {
    await using opened = await openPage(browser, double, `/desk?lang=${lang}`, look)
    const { page } = opened
    await shows(page, '.tile.wide .tile-value', '0')
    const [text, link] = await Promise.all(
      ['.tile.wide .tile-detail', '.tile-link'].map((selector) => page.locator(selector).boundingBox()),
    )
    assert.ok(text && link && link.y >= text.y + text.height, `${lang} ${width}: ${JSON.stringify({ text, link })}`)
    assert.deepEqual(await cut(page, '.top .chip, .tile'), [], `${lang} ${width}`)
    await noSideways(page)
  }
})

test('a loss of as many messages as can be counted fits the cell of its day, with the exact number in the title', {
  skip,
}, async () => {
  for (const { lang, width, look } of looks) {
    const { losses, ...more } = sampleLosses()
    Object.assign(double.pipeline, {
      ...more,
      losses: losses.map((loss, i) => (i === 0 ? { ...loss, frames: Number.MAX_SAFE_INTEGER } : loss)),
    })
    await using opened = await openPage(browser, double, `/desk/losses?lang=${lang}`, look)
    const { page } = opened
    const cell = page.locator('.heat-4').first()
    assert.match((await cell.getAttribute('title')) ?? '', /≥ 9.007.199.254.740.991 /)
    assert.match((await page.textContent('.lost-sum')) ?? '', /≥ 9.007.199.254.740.991 /)
    assert.deepEqual(await cut(page, '.heat button > b, .lost-sum'), [], `${lang} ${width}`)
  }
})

test('the tables of the message balance are as wide as their box on a screen of 1280 pixels', { skip }, async () => {
  Object.assign(double.pipeline, sampleLosses())
  for (const { lang, width, look } of looks.filter((each) => each.width === 1_280)) {
    await using opened = await openPage(browser, double, `/desk/pipeline?lang=${lang}`, look)
    const { page } = opened
    await page.locator('.pair .rows').nth(1).waitFor()
    assert.deepEqual(await cut(page, '.pair .scroll-x, .spark5 figcaption'), [], `${lang} ${width}`)
  }
})
