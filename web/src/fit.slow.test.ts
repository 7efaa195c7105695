/** Texts of a page fit their boxes, in both languages and at the widths of a phone and a small desktop screen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { samplePlan } from './plan/sample-plan.ts'
import { noSideways, shows, skip } from './testing/browser-under-test.ts'
import { deskUnderTest } from './testing/desk-under-test.ts'
import { sampleLosses } from './testing/pipeline-samples-under-test.ts'

const desk = deskUnderTest(samplePlan(2, 10))

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
    await using opened = await desk.open(`/desk?lang=${lang}`, look)
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
    Object.assign(desk.double.pipeline, {
      ...more,
      losses: losses.map((loss, i) => (i === 0 ? { ...loss, frames: Number.MAX_SAFE_INTEGER } : loss)),
    })
    await using opened = await desk.open(`/desk/losses?lang=${lang}`, look)
    const { page } = opened
    const cell = page.locator('.heat-4').first()
    assert.match((await cell.getAttribute('title')) ?? '', /≥ 9.007.199.254.740.991 /)
    assert.match((await page.textContent('.lost-sum')) ?? '', /≥ 9.007.199.254.740.991 /)
    assert.deepEqual(await cut(page, '.heat button > b, .lost-sum'), [], `${lang} ${width}`)
  }
})

test('the tables of the message balance are as wide as their box on a screen of 1280 pixels', { skip }, async () => {
  Object.assign(desk.double.pipeline, sampleLosses())
  for (const { lang, width, look } of looks.filter((each) => each.width === 1_280)) {
    await using opened = await desk.open(`/desk/pipeline?lang=${lang}`, look)
    const { page } = opened
    await page.locator('.pair .rows').nth(1).waitFor()
    assert.deepEqual(await cut(page, '.pair .scroll-x, .spark5 figcaption'), [], `${lang} ${width}`)
  }
})
