/** No text of a page of the desk is cut or printed over another, from 320 to 1920 pixels, with text twice as large, and in German. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noSideways, skip } from './testing/browser-under-test.ts'
import { textFaults } from './testing/text-boxes.ts'
import { viewPages, viewsUnderTest, visit } from './testing/views-under-test.ts'

const views = viewsUnderTest()
const height = 900

for (const [state, lang, sizes] of [
  ['normal', 'en', [[320], [768], [1024], [1920], [1280, '200%']]],
  ['normal', 'de', [[320], [900], [1280, '200%']]],
  ['error', 'de', [[320], [1280, '200%']]],
] as const)
  test(`every text stands free in its box: ${state}, ${lang}`, { skip }, async () => {
    await using opened = await views.open(state, { viewport: { width: 1280, height } }, lang)
    const { page } = opened
    const faults: string[] = []
    for (const path of viewPages) {
      await visit(opened, path)
      for (const [width, size = ''] of sizes) {
        await page.setViewportSize({ width, height })
        await page.evaluate((text) => document.documentElement.style.setProperty('font-size', text), size)
        const { cut, over } = await textFaults(page)
        faults.push(...[...cut, ...over].map((text) => `${path} ${width} ${size}: ${text}`))
        await noSideways(page).catch((fault: Error) => faults.push(`${width} ${size}: ${fault.message}`))
      }
    }
    await page.evaluate(() => document.documentElement.style.removeProperty('font-size'))
    assert.deepEqual(faults, [])
  })

test('a cut text, and one that is printed over another, are found', { skip }, async () => {
  await using opened = await views.open('normal', { viewport: { width: 1280, height } })
  const { page } = opened
  await page.evaluate(() => {
    const box = document.createElement('div')
    const styles = {
      position: 'fixed',
      inset: '0 auto auto 0',
      width: '60px',
      overflow: 'hidden',
      whiteSpace: 'nowrap',
    }
    Object.assign(box.style, styles)
    box.textContent = 'A text that is much longer than its box'
    const over = document.createElement('div')
    Object.assign(over.style, { position: 'fixed', inset: '0 auto auto 0' })
    over.textContent = 'Above'
    document.body.append(box, over)
  })
  const { cut, over } = await textFaults(page)
  assert.match(cut.join(), /much longer/)
  assert.match(over.join(), /Above/)
})
