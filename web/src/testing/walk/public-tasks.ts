/** What drivers, planners and developers do, on the simulated city. */
import type { Task } from './task.ts'

export const driverTasks: readonly Task[] = [
  {
    ...{ id: 'T12', who: 'driver', what: 'is there space now', start: '/' },
    walk: ({ see }) => see('.lot', /Free|Full/),
  },
  {
    ...{ id: 'T13', who: 'driver', what: 'will there be space at another time', start: '/' },
    walk: async ({ click, page, see }) => {
      await click(page.getByRole('button', { name: 'Show' }))
      await page.waitForURL(/at=/)
      return see('.lot', /likely|uncertain|usual/i)
    },
  },
  {
    ...{
      id: 'T14',
      who: 'driver',
      what: 'a free bay for disabled people, and the hours (directions need a place on Earth, which the simulated city lacks)',
      start: '/',
    },
    walk: async ({ click, page, see }) => {
      await click(page.getByRole('link', { name: 'Disabled' }).or(page.getByRole('button', { name: 'Disabled' })))
      await page.waitForURL(/type=disabled/)
      await click(page.locator('.lot h2 a'))
      return see('main', /Open 24 h/)
    },
  },
]

export const plannerTasks: readonly Task[] = [
  {
    ...{ id: 'T15', who: 'planner', what: 'a lot on Tuesdays', start: '/desk/reports' },
    walk: async ({ choose, page, see }) => {
      await choose(page.locator('.report-filter select').filter({ hasText: 'Station' }), 'sta')
      await page.waitForURL(/site=sta/)
      return see('main', /Tue/)
    },
  },
  {
    ...{ id: 'T16', who: 'planner', what: 'length of stay and turnover', start: '/desk/reports' },
    walk: ({ see }) => see('main', /Turnover/),
  },
  {
    ...{ id: 'T17', who: 'planner', what: 'export to Excel', start: '/desk/reports' },
    walk: async ({ click, page }) => {
      await click(page.locator('summary', { hasText: 'Export' }))
      const coming = page.waitForEvent('download')
      await click(page.locator('a[href*="format=xlsx"], a[href*=".xlsx"]'))
      return (await coming).suggestedFilename()
    },
  },
  {
    ...{ id: 'T18', who: 'planner', what: 'ask the forecast', start: '/desk/forecast' },
    walk: async ({ click, page, see }) => {
      await click(page.getByRole('button', { name: 'in 1 h' }))
      return see('.answer', /chances|likely/i)
    },
  },
]

const read = async (base: string, path: string, more: RequestInit = {}) => fetch(new URL(path, base), more)

export const developerTasks: readonly Task[] = [
  {
    ...{ id: 'T28', who: 'developer', what: 'API key that may only read', start: '/desk/keys' },
    walk: async ({ click, fill, page, see }) => {
      const form = page.getByRole('form', { name: 'Make a key' })
      await fill(form.getByLabel('Name'), 'app')
      await click(form.getByRole('button', { name: 'Make it' }))
      const key = (await page.locator('.access-secret').textContent()) ?? ''
      const answer = await read(page.url(), '/api/v1/sites', { headers: { authorization: `Bearer ${key}` } })
      return `${await see('[role=status]')}; GET /api/v1/sites: ${answer.status}`
    },
  },
  {
    ...{ id: 'T29', who: 'developer', what: 'reference with error details', start: '/docs' },
    walk: async ({ click, page, see }) => {
      await click(page.locator('summary', { hasText: 'GET' }).filter({ hasText: '/api/v1/sites ' }))
      return see('details[open]', /curl/)
    },
  },
  {
    ...{ id: 'T30', who: 'developer', what: 'follow the stream', start: '/docs' },
    walk: async ({ page }) => {
      const answer = await read(page.url(), '/public/stream')
      const first = await answer.body?.getReader().read()
      return new TextDecoder().decode(first?.value).split('\n')[0] ?? ''
    },
  },
  {
    ...{ id: 'T31', who: 'developer', what: 'open data without a key', start: '/' },
    walk: async ({ page }) => {
      const { items } = (await (await read(page.url(), '/public/sites')).json()) as { items: readonly unknown[] }
      return `GET /public/sites: ${items.length} lots`
    },
  },
  {
    ...{ id: 'T32', who: 'developer', what: 'API on the data of the simulated city', start: '/docs' },
    walk: async ({ page }) => {
      const answer = await page.request.get(new URL('/api/v1/kpi', page.url()).href)
      return `GET /api/v1/kpi: simulated ${((await answer.json()) as { simulated: boolean }).simulated}`
    },
  },
]
