/** A real browser for the tests of the pages: opens one with everything that could complain listened to, and judges by axe. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { PageDouble } from './pages-under-test.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
export const skip = executablePath
  ? false
  : 'SKIPPED: no Chromium on this machine, so the pages were not tried in a browser'
const quiet = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath as string,
    args: [...quiet.split(' '), '--disable-component-update', '--disable-sync'],
  })

/** How the page is looked at. */
export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly colorScheme?: 'light' | 'dark'
  readonly reducedMotion?: 'reduce'
}

export interface Opened extends AsyncDisposable {
  readonly page: Page
  /** Complaints of the browser, and requests to other hosts. */
  readonly complaints: string[]
}

/** Pages that a test has left, each in its own context: a new one costs a process, so the next test gets one of these. */
const left = new WeakMap<Browser, Page[]>()

export async function openPage(
  browser: Browser,
  double: Pick<PageDouble, 'url'>,
  path: string,
  look: Look = {},
): Promise<Opened> {
  const { viewport = { width: 1440, height: 900 }, colorScheme = 'light', reducedMotion = null } = look
  const page = left.get(browser)?.pop() ?? (await (await browser.newContext()).newPage())
  await page.setViewportSize(viewport)
  await page.emulateMedia({ colorScheme, reducedMotion })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/content security policy|violates/i.test(message.text())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(double.url) && !url.startsWith(`blob:${double.url}`)) complaints.push(url)
  })
  await page.goto(double.url + path)
  return { page, complaints, [Symbol.asyncDispose]: () => leave(browser, page) }
}

/** The desk, opened by a session of this API key on a real server. */
export async function openSignedIn(browser: Browser, url: string, key: string, look?: Look): Promise<Opened> {
  const opened = await openPage(browser, { url }, '/signin', look)
  const { page } = opened
  await page.locator('details summary').click()
  await page.fill('#key', key)
  await page.press('#key', 'Enter')
  await page.locator('.shell').waitFor()
  return opened
}

/** Leaves no state for the next test. A closed page, or one with sibling pages, is discarded with its context. */
async function leave(browser: Browser, page: Page): Promise<void> {
  const context = page.context()
  if (page.isClosed() || context.pages().length > 1) return context.close()
  page.removeAllListeners()
  await page.evaluate(() => localStorage.clear())
  await page.goto('about:blank')
  await context.clearCookies()
  left.set(browser, [...(left.get(browser) ?? []), page])
}

/** Bounds a wait for something that never comes; a busy machine takes long. */
const shownMsMax = 30_000
export const shows = (page: Page, selector: string, text: string | RegExp) =>
  page.locator(selector, { hasText: text }).first().waitFor({ timeout: shownMsMax })

/** Nothing on the page breaks a rule of WCAG 2.2 AA, nothing complained, and nothing needs scrolling sideways. */
export async function isClean({ page, complaints }: Opened, name: string): Promise<void> {
  await page.evaluate(axe)
  const broken = await page.evaluate(async (tags) => {
    const found = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
      runOnly: tags,
      resultTypes: ['violations'],
      preload: false,
    })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
  }, axeTags)
  assert.deepEqual(broken, [], name)
  assert.deepEqual(complaints, [], name)
  await noSideways(page)
}

export async function noSideways(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(beyond <= 0, `${page.url()}: ${beyond} px to scroll sideways`)
}
