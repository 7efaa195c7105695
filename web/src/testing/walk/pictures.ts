/**
 * Writes docs/pictures/*.png from the running product with its simulated city, in light and dark: `npm run pictures`. Each is one screen of
 * 1280 x 700 points; one that is larger than the limit fails.
 */
import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { launchBrowser } from '../browser-under-test.ts'
import { startDemo } from './running-demo.ts'

const folder = path.join(import.meta.dirname, '../../../../docs/pictures')
/** Pages are read over slow lines too. */
const bytesMax = 150_000
const settledMs = 3_000

const pages = [
  ['live', '/desk'],
  ['lots', '/desk/lots'],
  ['alerts', '/desk/alerts'],
  ['devices', '/desk/devices'],
  ['forecast', '/desk/forecast'],
  ['layout', '/desk/layout'],
  ['pipeline', '/desk/pipeline'],
  ['driver', '/'],
] as const

const demo = await startDemo()
const browser = await launchBrowser()
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 700 } })).newPage()
  await demo.signIn(page)
  await demo.untilForecast(page)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [name, address] of pages) {
      await page.goto(demo.web + address)
      await page.waitForTimeout(settledMs)
      const file = path.join(folder, `${name}${colorScheme === 'dark' ? '-dark' : ''}.png`)
      await page.screenshot({ path: file })
      const { size } = await stat(file)
      console.log(`${path.basename(file)} ${Math.round(size / 1_000)} kB`)
      if (size > bytesMax) throw new Error(`${file} has ${size} bytes, more than ${bytesMax}`)
    }
  }
} finally {
  await browser.close()
  await demo.stop()
  await rm(demo.dir, { recursive: true, force: true })
}
