/** One browser and one server double for all tests of a file. Each test finds the double as it was at its start. */
import { after, before, beforeEach } from 'node:test'
import type { Plan } from '@baykeeper/contract/live.ts'
import type { Browser } from 'playwright-core'
import { type Look, launchBrowser, openPage, skip } from './browser-under-test.ts'
import { type Build, buildPages } from './build-under-test.ts'
import { type PageDouble, startPageDouble } from './pages-under-test.ts'

export interface DeskUnderTest {
  readonly double: PageDouble
  open(path: string, look?: Look): ReturnType<typeof openPage>
}

/** To be called once, at the top of the file. */
export function deskUnderTest(plan: Plan): DeskUnderTest {
  let build: Build | undefined
  let browser: Browser | undefined
  let double: PageDouble | undefined
  const running = () => {
    if (!browser || !double) throw new Error('the browser and the double run only during a test')
    return { browser, double }
  }
  before(async () => {
    if (skip) return
    build = await buildPages()
    browser = await launchBrowser()
    double = await startPageDouble(plan, build)
  })
  beforeEach(() => double?.reset())
  after(async () => {
    await browser?.close()
    await double?.[Symbol.asyncDispose]()
    await build?.[Symbol.asyncDispose]()
  })
  return {
    get double() {
      return running().double
    },
    open: (path, look) => openPage(running().browser, running().double, path, look),
  }
}
