/** A real browser for the tests of the pages: opens one with everything that could complain listened to, and judges by axe. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
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

export interface Opened extends AsyncDisposable {
  readonly page: Page
  /** Complaints of the browser, and requests to other hosts. */
  readonly complaints: string[]
}

export async function openPage(
  browser: Browser,
  double: PageDouble,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
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
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
}

export const shows = (page: Page, selector: string, text: string | RegExp) =>
  page.locator(selector, { hasText: text }).first().waitFor({ timeout: 8_000 })

/** Nothing on the page breaks a rule of WCAG 2.2 AA, nothing complained, and nothing needs scrolling sideways. */
export async function isClean({ page, complaints }: Opened, name: string): Promise<void> {
  await page.evaluate(axe)
  const broken = await page.evaluate(async (tags) => {
    const found = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
      runOnly: tags,
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
