/** The pages of alerts and rules in a browser, on a real server with the demo city. Alerts that people made differ from those of the city by their rule. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@baykeeper/contract/client.ts'
import type { Browser, Page } from 'playwright-core'
import { runCli } from '../../test/fixtures/cli.ts'
import { apiKey, apiOf, startServer, type TestServer } from '../../test/fixtures/server.ts'
import { isClean, type Look, launchBrowser, openSignedIn, shows, skip } from './testing/browser-under-test.ts'

const mine = '/desk/alerts?rule=person'

describe('alerts on the pages', { skip }, () => {
  let server: TestServer
  let browser: Browser
  let api: Client
  before(async () => {
    server = await startServer({ city: true, env: { BAYKEEPER_INGEST_TOKEN: '' } })
    api = apiOf(server.ready.web)
    browser = await launchBrowser()
  })
  after(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  async function open(path: string, { key = apiKey, ...look }: Look & { key?: string } = {}) {
    const opened = await openSignedIn(browser, server.ready.web, key, look)
    await opened.page.goto(server.ready.web + path)
    return opened
  }
  const make = async (title: string, severity: 'critical' | 'warning' | 'info' = 'warning') => {
    await api.call('POST /api/v1/alerts', { body: { title, severity } })
    // A busy server answers 202 before the alert can be read.
    for (;;) {
      const query = { rule: 'person', sort: '-raised', limit: 50 } as const
      const made = (await api.call('GET /api/v1/alerts', { query })).items.find((one) => one.title === title)
      if (made) return made.id
      await sleep(50)
    }
  }
  const alert = (id: string) => api.call('GET /api/v1/alerts/{id}', { params: { id } })
  const row = (page: Page, title: string) => page.locator('.alert-row', { hasText: title })
  const gone = (page: Page, title: string) => row(page, title).waitFor({ state: 'detached' })
  const clear = async () => {
    const { items } = await api.call('GET /api/v1/alerts', { query: { group: 'open', rule: 'person', limit: 500 } })
    for (const action of ['unshelve', 'resolve'] as const) {
      const alerts = items.filter(({ state }) => action === 'resolve' || state === 'shelved').map(({ id }) => id)
      if (alerts.length > 0) await api.call('POST /api/v1/alerts/actions', { body: { action, alerts } })
    }
  }

  test('A acknowledges, the focus goes on in the next row, and Undo takes it back', async () => {
    await clear()
    const first = await make('Barrier does not open', 'critical')
    await make('Oil on the ramp')
    await using opened = await open(mine)
    const { page } = opened
    await row(page, 'Barrier does not open').click()
    await shows(page, '.alert-detail h2', 'Barrier does not open')
    await page.keyboard.press('a')
    await gone(page, 'Barrier does not open')
    assert.equal((await alert(first)).state, 'acknowledged')
    await shows(page, '.alert-row.current', 'Oil on the ramp')
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Oil on the ramp'))
    await page.getByRole('button', { name: 'Undo' }).click()
    await row(page, 'Barrier does not open').waitFor()
    assert.equal((await alert(first)).state, 'unacknowledged')
    assert.equal((await alert(first)).events[0]?.author, 'env')
  })

  test('a range is selected by key, and shelved until a time with a reason that is required', async () => {
    await clear()
    const ids = [await make('Lamp 1'), await make('Lamp 2'), await make('Lamp 3')]
    await using opened = await open(mine)
    const { page } = opened
    await row(page, 'Lamp 3').click()
    for (const key of ['x', 'j', 'j', 'Shift+X', 's']) await page.keyboard.press(key)
    await shows(page, '.bulk-bar', '3 selected')
    const shelve = page.getByRole('button', { name: /^Shelve 3 until \d\d:\d\d$/ })
    await shelve.click()
    await shows(page, '.bulk-bar [role=alert]', 'Enter a reason.')
    await page.getByLabel('Reason').fill('The lamps are replaced on Monday')
    await shelve.click()
    await gone(page, 'Lamp 2')
    for (const id of ids) assert.equal((await alert(id)).state, 'shelved')
    await page.locator('.alert-tabs a', { hasText: 'Shelved' }).click()
    await row(page, 'Lamp 1').click()
    await shows(page, '.activity', 'The lamps are replaced on Monday')
    await page.getByRole('button', { name: 'End shelving' }).click()
    await gone(page, 'Lamp 1')
  })

  test('an arrival never moves the row under the pointer: it waits until the reader asks', async () => {
    await clear()
    await make('Under the pointer', 'info')
    await using opened = await open(mine)
    const { page } = opened
    await row(page, 'Under the pointer').hover()
    const at = await row(page, 'Under the pointer').boundingBox()
    await make('More urgent', 'critical')
    await shows(page, '.waiting', '1 new: show it')
    assert.equal(await row(page, 'More urgent').count(), 0)
    const head = await page.locator('.waiting').boundingBox()
    const now = await row(page, 'Under the pointer').boundingBox()
    assert.ok(at && now && head)
    assert.ok(Math.abs(now.y - at.y) < 1, `moved by ${now.y - at.y}`)
    // A pointer that leaves the row lets the arrival in: the button is used by key.
    await page.locator('.waiting').press('Enter')
    await row(page, 'More urgent').waitFor()
  })

  test('the filter searches all alerts of the list on the server, not only the rows that are loaded', async () => {
    await clear()
    await make('Lift stands still')
    await make('Gully is blocked')
    await using opened = await open(mine)
    const { page } = opened
    await row(page, 'Lift stands still').waitFor()
    const asked = page.waitForResponse((response) => new URL(response.url()).searchParams.get('q') === 'gully blocked')
    await page.fill('#alert-filter', 'GULLY blocked')
    const { items } = (await (await asked).json()) as { items: { title: string }[] }
    assert.deepEqual(
      items.map(({ title }) => title),
      ['Gully is blocked'],
    )
    await gone(page, 'Lift stands still')
    await row(page, 'Gully is blocked').waitFor()
  })

  test('with text of twice the size titles stand in words and the action of each row is in view', async () => {
    await clear()
    await make('Charging post does not answer', 'critical')
    await using opened = await open(mine, { viewport: { width: 1440, height: 900 } })
    const { page } = opened
    await row(page, 'Charging post').waitFor()
    await page.evaluate(() => {
      const twice = new CSSStyleSheet()
      twice.replaceSync('html { font-size: 200% }')
      document.adoptedStyleSheets = [twice]
    })
    const title = await row(page, 'Charging post').locator('.title').boundingBox()
    const action = await row(page, 'Charging post').locator('.row-action').boundingBox()
    const list = await page.locator('.alert-list').boundingBox()
    const room = await page.locator('.alert-side').boundingBox()
    assert.ok(title && action && list && room)
    assert.ok(title.width > 300, `the title is ${title.width} px wide`)
    assert.ok(action.x + action.width <= list.x + list.width, 'the action is outside of the list')
    assert.ok(room.height > 400, `the list has ${room.height} px of height`)
  })

  test('comments and assignments stand in the activity, and an alert without a clearing condition is resolved', async () => {
    await clear()
    const id = await make('Ticket machine is empty')
    await using opened = await open(mine)
    const { page } = opened
    await row(page, 'Ticket machine').click()
    await page.keyboard.press('n')
    await page.locator('#alert-comment:focus').waitFor()
    await page.keyboard.type('Paper is ordered')
    await page.keyboard.press('Enter')
    await shows(page, '.activity .comment', 'Paper is ordered')
    await row(page, 'Ticket machine').click()
    await page.keyboard.press('i')
    await page.getByRole('button', { name: 'Assign to me' }).click()
    await shows(page, '.detail-head', 'assigned to env')
    await row(page, 'Ticket machine').click()
    await page.keyboard.press('r')
    await gone(page, 'Ticket machine')
    assert.equal((await alert(id)).state, 'normal')
  })

  test('a rule is tried on what is recorded, wrong values are shown at their field, and saved it is in use', async () => {
    await using opened = await open('/desk/alerts/rules')
    const { page } = opened
    await page.getByRole('link', { name: 'Site is nearly full' }).click()
    const limit = page.getByRole('spinbutton', { name: 'Raise when' })
    await limit.fill('90')
    await shows(page, '.rule-row.changed', 'Was 95.')
    await shows(page, '.dry-run', 'Nothing is sent during a dry run.')
    // The past of the city is still being written, or written to its end.
    await shows(page, '.dry-run', /Alerts per day/)
    await page.getByRole('spinbutton', { name: 'and stays so for' }).fill('1')
    await page.getByRole('button', { name: 'Save and use now' }).click()
    await shows(page, '.rule-row', /30/)
    await page.locator('.rule-row [role=alert]').first().waitFor()
    await page.getByRole('spinbutton', { name: 'and stays so for' }).fill('300')
    await page.getByRole('button', { name: 'Save and use now' }).click()
    await page.getByRole('button', { name: 'Back to the defaults …' }).waitFor()
    const rule = await api.call('GET /api/v1/rules/{id}', { params: { id: 'site-nearly-full' } })
    assert.deepEqual([rule.threshold, rule.is_changed, rule.author], [90, true, 'env'])
    await page.getByRole('button', { name: 'Back to the defaults …' }).click()
    await page.getByRole('button', { name: 'Back to the defaults', exact: true }).click()
    await page.getByRole('button', { name: 'Back to the defaults …' }).waitFor({ state: 'detached' })
    const thresholdNow = async () =>
      (await api.call('GET /api/v1/rules/{id}', { params: { id: 'site-nearly-full' } })).threshold
    for (const limit = performance.now() + 20_000; (await thresholdNow()) !== 95; await sleep(100))
      assert.ok(performance.now() < limit, 'the defaults did not come back')
  })

  test('the Live page shows the most urgent alerts, and acknowledges them', async () => {
    await clear()
    const id = await make('Water in the garage', 'critical')
    await using opened = await open('/desk')
    const { page } = opened
    await shows(page, '.live-strip li', 'Water in the garage')
    const strip = page.locator('.live-strip li', { hasText: 'Water in the garage' })
    await strip.getByRole('button', { name: /^Ack/ }).click()
    await strip.waitFor({ state: 'detached' })
    assert.equal((await alert(id)).state, 'acknowledged')
  })

  for (const [colorScheme, width, lang] of [
    ['light', 1280, 'en'],
    ['dark', 390, 'de'],
  ] as const)
    test(`no page of alerts breaks a rule of WCAG 2.2 AA: ${colorScheme}, ${width} wide, ${lang}`, async () => {
      await clear()
      await make('Axe', 'critical')
      const look = { colorScheme, viewport: { width, height: 844 }, reducedMotion: 'reduce' } as const
      for (const [path, selector] of [
        [`${mine}&lang=${lang}`, '.alert-row.current'],
        [`/desk/alerts?list=all&lang=${lang}`, '.alert-row.current'],
        [`/desk/alerts?list=closed&severity=info&rule=disk&lang=${lang}`, '.alert-side .panel'],
        [`/desk/alerts/rules?lang=${lang}`, '.rule-name'],
        [`/desk/alerts/rules/_new?lang=${lang}`, '.dry-run .load-strip, .dry-run .banner'],
        [`/desk?lang=${lang}`, '.live-strip li'],
      ] as const) {
        await using opened = await open(path, look)
        await opened.page.locator(selector).first().waitFor()
        await isClean(opened, path)
      }
    })

  test('without operator rights no action is shown, and the page gives the reason', async () => {
    await clear()
    await make('Only to read')
    const args = ['token', 'create', '--api-key', 'reader', '--scopes', 'read', '--data', server.dataDir]
    const { stdout, code, stderr } = await runCli(args)
    assert.equal(code, 0, stderr)
    await using opened = await open(mine, { key: stdout.trim() })
    const { page } = opened
    await shows(page, '.alert-detail', 'Read-only access. Ask an administrator for operator rights.')
    assert.equal(await page.locator('.row-action, .detail-actions, .comment-box').count(), 0)
    await page.keyboard.press('a')
    await page.goto(`${server.ready.web}/desk/alerts/rules/disk`)
    await shows(page, '.rule-head', 'Read-only access.')
    await shows(page, '.dry-run', 'A dry run needs operator rights.')
    assert.equal(await page.getByRole('spinbutton').first().isDisabled(), true)
  })

  test('without a server the list stays, grey and with its time, and nothing can be sent', async () => {
    await clear()
    await make('Seen before the outage')
    await using opened = await open(mine)
    const { page } = opened
    await row(page, 'Seen before the outage').waitFor()
    await page.locator('.detail-actions .main').first().waitFor()
    await server.stop()
    await shows(page, '.banner.bad', /No connection to the server/)
    await page.locator('.alert-list.stale').waitFor()
    assert.equal(await page.locator('.row-action').first().isDisabled(), true)
    assert.equal(await page.locator('.detail-actions .main').first().isDisabled(), true)
    assert.equal(await row(page, 'Seen before the outage').count(), 1)
  })
})
