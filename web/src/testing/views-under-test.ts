/** Every page of the desk on the real API, in the states that a reader can find it in; opened once, and walked by links as a reader does. */
import { after, before } from 'node:test'
import type { Browser } from 'playwright-core'
import {
  type ApiUnderTest,
  apiKey,
  apiUnderTest,
  deviceState,
  layoutOf,
} from '../../../src/api/testing/api-under-test.ts'
import { decoderNames, previewUplink } from '../../../src/codecs/lorawan/preview.ts'
import { routes } from '../shell/route.ts'
import { type Look, launchBrowser, type Opened, openSignedIn, skip } from './browser-under-test.ts'
import { type Build, buildPages } from './build-under-test.ts'

/** `error`: no answer of the API is good from the start. `stale`: the server went away while the page was open. */
export const viewStates = ['normal', 'empty', 'error', 'stale', 'read-only'] as const
export type ViewState = (typeof viewStates)[number]

const items = ['/desk/lots/south', '/desk/devices/s-1?source=gate', '/desk/alerts/rules/overstay']
export const viewPages: readonly string[] = [...Object.values(routes), ...items]

const shownMsMax = 20_000
const api = /\/api\/v1\//

export interface ViewsUnderTest {
  open(state: ViewState, look: Look, lang?: string): Promise<Opened>
}

/** To be called once, at the top of the file. */
export function viewsUnderTest(): ViewsUnderTest {
  let build: Build | undefined
  let browser: Browser | undefined
  let servers: readonly ApiUnderTest[] = []
  let urls = { full: '', bare: '' }
  let readKey = ''
  before(async () => {
    if (skip) return
    build = await buildPages()
    browser = await launchBrowser()
    const deps = { distDir: build.dir, decoders: { names: decoderNames, preview: previewUplink } }
    const full = await apiUnderTest({ ...deps, layout: layoutOf(['A-1', 'A-2', 'A-3']) })
    const bare = await apiUnderTest(deps)
    servers = [full, bare]
    await full.commit({ devices: [deviceState(1, 's-1'), deviceState(2, 's-2', { occupied: true })] })
    urls = { full: await full.listen(), bare: await bare.listen() }
    readKey = await full.keyring.createToken({ name: 'reader', kind: 'api', scopes: ['read'] })
  })
  after(async () => {
    await browser?.close()
    for (const server of servers) await server[Symbol.asyncDispose]()
    await build?.[Symbol.asyncDispose]()
  })
  return {
    async open(state, look, lang = 'en') {
      if (!browser) throw new Error('the browser runs only during a test')
      const url = state === 'empty' ? urls.bare : urls.full
      const opened = await openSignedIn(browser, url, state === 'read-only' ? readKey : apiKey, look)
      const { page } = opened
      if (state === 'error')
        await page.route(api, (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{}' }))
      await page.goto(`${url}/desk?lang=${lang}`)
      await page.locator('h1').first().waitFor({ state: 'attached' })
      if (state === 'stale') {
        await page.locator('.tile-value').first().waitFor()
        await page.route(api, (route) => route.abort())
        servers[0]?.app.server.closeAllConnections()
        await page.locator('.banner.bad').first().waitFor({ timeout: shownMsMax })
      }
      return {
        ...opened,
        [Symbol.asyncDispose]: async () => {
          await page.unrouteAll({ behavior: 'ignoreErrors' })
          await opened[Symbol.asyncDispose]()
        },
      }
    },
  }
}

/** Follows a link to a page of the desk and waits until nothing of it is still to come. */
export async function visit({ page }: Pick<Opened, 'page'>, path: string): Promise<void> {
  await page.evaluate((href) => {
    const link = document.createElement('a')
    link.href = href
    document.body.append(link)
    link.click()
    link.remove()
  }, path)
  await page.waitForFunction(
    () => document.querySelector('#main h1') !== null && document.querySelector('#main > p[aria-busy=true]') === null,
    undefined,
    { timeout: shownMsMax, polling: 50 },
  )
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 60)))
}
