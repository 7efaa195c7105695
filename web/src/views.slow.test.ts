/**
 * Every page of the desk, from the table of its router, in every state that a reader can find it in: no view breaks a rule of WCAG 2.2 AA,
 * reports an error or needs scrolling sideways. Themes, widths and states take turns; with BAYKEEPER_VIEWS=all each page is tried in all of them.
 */
import { test } from 'node:test'
import { isClean, skip } from './testing/browser-under-test.ts'
import { viewPages, viewStates, viewsUnderTest, visit } from './testing/views-under-test.ts'

const views = viewsUnderTest()
const isAll = process.env['BAYKEEPER_VIEWS'] === 'all'
const looks = [
  ['light', 1440],
  ['dark', 390],
  ['dark', 1440],
  ['light', 390],
] as const

for (const [s, state] of viewStates.entries())
  for (const [l, [colorScheme, width]] of looks.entries()) {
    // Half of the pages as they are usually in each of two looks, and a quarter of them in each other state.
    const paths = viewPages.filter(
      (_, k) => isAll || (state === 'normal' ? k % 2 === l : l === s % 4 && k % 4 === s - 1),
    )
    if (paths.length > 0)
      test(`every page is accessible: ${state}, ${colorScheme}, ${width} wide`, { skip }, async () => {
        const look = { colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' } as const
        await using opened = await views.open(state, look)
        for (const path of paths) {
          await visit(opened, path)
          await isClean(opened, `${path} ${state} ${colorScheme} ${width}`)
        }
      })
  }
