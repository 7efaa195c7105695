/**
 * Every page of the desk as each role: everything that can be clicked is clicked and every form is sent, and no request of theirs is one that the
 * role may not make (contract/rights.ts). What a page reads is not refused either.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { roleMay } from '@baykeeper/contract/rights.ts'
import type { Route } from '@baykeeper/contract/route.ts'
import { routes as apiRoutes } from '@baykeeper/contract/routes.ts'
import { type Role, roles } from '@baykeeper/contract/vocabulary.ts'
import type { Browser, Page } from 'playwright-core'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  deviceState,
  layoutOf,
  signedIn,
} from '../../src/api/testing/api-under-test.ts'
import { routes as deskRoutes } from './shell/route.ts'
import { launchBrowser, skip } from './testing/browser-under-test.ts'
import { type Build, buildPages } from './testing/build-under-test.ts'

const all: readonly Route[] = Object.values(apiRoutes)
const patternOf = ({ path }: Route) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
const routeOf = (method: string, path: string) =>
  all.find((route) => route.method === method && patternOf(route).test(path))

interface Sent {
  readonly method: string
  readonly path: string
}

/** Things that have actions: devices, an alert, a sign, an override. */
async function filled(api: ApiUnderTest) {
  await api.commit({ devices: [deviceState(1, 'A-1'), deviceState(2, 'nowhere', { rev: 2 })] })
  const headers = bearer
  const send = (method: 'POST' | 'PUT', url: string, payload: object) =>
    api.app.inject({ method, url, headers, payload })
  const answers = [
    await send('POST', '/api/v1/alerts', { title: 'Look here', severity: 'warning', bay: 'A-1' }),
    await send('POST', '/api/v1/overrides', { bays: ['A-1'], state: 'closed', reason: 'a test' }),
    await send('PUT', '/api/v1/signs/entry', { name: 'Entry', places: [{ site: 'south', level: null, zone: null }] }),
  ]
  for (const { statusCode, body } of answers) assert.ok(statusCode < 300, body)
}

/** Clicks what there is twice, as a click may show more, and sends every form. */
async function actOn(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    const seen = new WeakSet<Element>()
    let acted = 0
    for (let round = 0; round < 3; round++) {
      for (const button of document.querySelectorAll<HTMLElement>('main button, dialog button, aside button')) {
        // Signing out ends the walk.
        if (seen.has(button) || button.closest('form[action="/signout"]') || !button.isConnected) continue
        seen.add(button)
        button.click()
        acted++
        await pause(2)
      }
      for (const form of document.querySelectorAll<HTMLFormElement>('main form, dialog form, aside form')) {
        if (seen.has(form) || form.getAttribute('action') || !form.isConnected) continue
        seen.add(form)
        form.noValidate = true
        form.requestSubmit()
        acted++
        await pause(5)
      }
      await pause(30)
    }
    return acted
  })
}

describe('what each role can do on the pages', { skip }, () => {
  let build: Build
  let browser: Browser
  let api: ApiUnderTest
  let url: string
  const walks = new Map<Role, ReturnType<typeof walk>>()
  before(async () => {
    build = await buildPages()
    browser = await launchBrowser()
    api = await apiUnderTest({ distDir: build.dir, layout: layoutOf(['A-1', 'A-2']) })
    await filled(api)
    url = await api.listen()
    // Side by side: each waits most of the time.
    for (const role of roles) walks.set(role, walk(role))
    await Promise.allSettled(walks.values())
  })
  after(async () => {
    await browser?.close()
    await api?.[Symbol.asyncDispose]()
    await build?.[Symbol.asyncDispose]()
  })

  /** Requests that would change something are noted and refused; nothing is changed. */
  async function walk(role: Role) {
    const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } })
    const [name = '', value = ''] = signedIn(api, role).cookie.split('=')
    await context.addCookies([{ name, value, url }])
    const page = await context.newPage()
    const sent: Sent[] = []
    const refused: string[] = []
    let acted = 0
    page.on('response', (response) => {
      if (response.status() === 403 && response.request().method() === 'GET')
        refused.push(new URL(response.url()).pathname)
    })
    await context.route('**/api/**', async (route) => {
      const request = route.request()
      if (request.method() === 'GET') return route.continue()
      sent.push({ method: request.method(), path: new URL(request.url()).pathname })
      return route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: '{"title":"not in this test"}',
      })
    })
    await page.goto(`${url}/desk`)
    await page.locator('.shell').waitFor()
    for (const path of [...Object.values(deskRoutes), '/desk/lots/south', '/desk/devices/1']) {
      // The editor of the layout asks before a draft is left by a link within the desk.
      if (path === deskRoutes.layout || page.url().endsWith(deskRoutes.layout)) await page.goto(url + path)
      // As such a link does it: the page is not loaded again.
      else
        await page.evaluate((to) => {
          history.pushState(null, '', to)
          dispatchEvent(new PopStateEvent('popstate'))
        }, path)
      await page.locator('main h1, main .panel, main p').first().waitFor()
      await page.waitForTimeout(80)
      acted += await actOn(page)
    }
    await context.close()
    return { sent, refused, acted }
  }

  for (const role of roles)
    test(`no page asks for what the role ${role} may not do`, async (t) => {
      const { sent, refused, acted } = await (walks.get(role) as ReturnType<typeof walk>)
      const named = sent.map(({ method, path }) => ({
        asked: `${method} ${path}`,
        access: routeOf(method, path)?.access,
      }))
      const beyond = named.filter(({ access }) => access === undefined || (access !== 'open' && !roleMay(role, access)))
      assert.deepEqual([...new Set(beyond.map(({ asked }) => asked))], [])
      assert.deepEqual([...new Set(refused)], [], 'what the pages read')
      const kinds = new Set(named.map(({ access }) => access))
      t.diagnostic(
        `${acted} clicks and forms, ${sent.length} requests, by the rights ${[...kinds].toSorted().join(', ')}`,
      )
      assert.ok(acted > 30 && kinds.has('account'), 'the walk has clicked')
      if (role === 'admin') for (const right of ['admin', 'operate'] as const) assert.ok(kinds.has(right), right)
    })
})
