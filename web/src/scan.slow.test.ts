/** Onboarding by label in a real browser, on the real API: a code from the camera, one that is typed, many from a CSV, and a swap. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import {
  type ApiUnderTest,
  apiKey,
  apiUnderTest,
  deviceState,
  layoutOf,
  readingRow,
  until,
} from '../../src/api/testing/api-under-test.ts'
import { instant } from '../../src/lib/brand.ts'
import { dayNumber } from '../../src/lib/utc-day.ts'
import { noSessions } from '../../src/store/store.ts'
import { isClean, launchBrowser, openSignedIn, shows, skip } from './testing/browser-under-test.ts'
import { type Build, buildPages } from './testing/build-under-test.ts'

const pictures = process.env['BAYKEEPER_PICTURES']
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark', reducedMotion: 'reduce' } as const
const shot = async (page: Page, name: string) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}
const eui = (n: number) => `70B3D57ED000000${n}`
const label = (n: number) => `LW:D0:1122334455667788:${eui(n)}:AABB1122:OSECRET`

describe('a device is assigned by its label', { skip }, () => {
  let build: Build
  let browser: Browser
  let api: ApiUnderTest
  let url: string
  const deviceOf = async (bay: string) =>
    (await api.store.layout())?.layout.sites[0]?.levels[0]?.bays.find(({ id }) => id === bay)?.devices[0]
  before(async () => {
    build = await buildPages()
    browser = await launchBrowser()
    api = await apiUnderTest({ distDir: build.dir, layout: layoutOf(['A-1', 'A-2', 'A-3', 'A-4']) })
    url = await api.listen()
    const now = instant(Date.now())
    await api.commit({ devices: [1, 2].map((n) => deviceState(n, eui(n), { lastArrived: now, occupied: true })) })
  })
  after(async () => {
    await browser?.close()
    await api?.[Symbol.asyncDispose]()
    await build?.[Symbol.asyncDispose]()
  })

  test('on a phone: the label is typed, the bay chosen, and the label of the next device is asked for', async () => {
    await using opened = await openSignedIn(browser, url, apiKey, phone)
    const { page } = opened
    await page.goto(`${url}/desk/devices/scan`)
    const field = page.getByLabel('Label or device id')
    await field.fill(`${eui(1)},1122334455667788`)
    await shows(page, '[role=alert]', /names more than one device/)
    await field.fill(label(1))
    await shows(page, '.scan', /Last message/)
    await shows(page, '.scan .facts', /AABB \/ 1122/)
    await page.locator('.assign-form input').fill('A-1')
    await shot(page, 'scan-phone')
    await isClean(opened, 'scan')
    await page.getByRole('button', { name: 'Assign to A-1' }).click()
    await shows(page, '[role=status]', /70B3D57ED0000001 is assigned/)
    assert.equal(await deviceOf('A-1'), eui(1))
    await page.getByLabel('Label or device id').fill('70-b3-d5-7e-d0-00-00-09')
    await shows(page, '.scan', /has sent no message yet/)
  })

  test('the camera reads a code, where the browser can, and the page is clean of its key', async () => {
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    await page.addInitScript((code) => {
      Object.assign(globalThis, {
        BarcodeDetector: class {
          detect = async () => [{ rawValue: code }]
        },
      })
      const media = { getUserMedia: async () => document.createElement('canvas').captureStream() }
      Object.defineProperty(navigator, 'mediaDevices', { value: media, configurable: true })
      HTMLMediaElement.prototype.play = async () => {}
    }, label(2))
    await page.goto(`${url}/desk/devices/scan`)
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await shows(page, '.scan .facts', new RegExp(eui(2)))
    await shows(page, '.scan .facts', /occupied/i)
    await page.locator('.assign-form input').fill('A-1')
    await shows(page, '.scan', /A-1 has 70B3D57ED0000001/)
    await page.getByRole('button', { name: 'Assign to A-1' }).click()
    await until(async () => (await deviceOf('A-1')) === eui(2))
  })

  test('a CSV shows what each line would do and what is wrong with it, and assigns all or nothing', async () => {
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    await page.goto(`${url}/desk/devices/scan`)
    await page.getByRole('button', { name: 'Assign by CSV …' }).click()
    const lines = page.getByLabel('Lines as bay,device')
    await lines.fill(`bay,label\nA-1,${label(5)}\nA-2;${eui(6)}\nA-9,${eui(7)}\nA-3,`)
    await shows(page, 'table', /Swap: takes the place of 70B3D57ED0000002/)
    await shows(page, 'table', /the layout has no such bay/)
    await shows(page, 'table', /the device is missing/)
    await shot(page, 'scan-csv')
    await isClean(opened, 'scan-csv')
    await page.getByRole('button', { name: 'Assign 4 devices' }).click()
    await shows(page, '[role=alert]', /Line 4: the layout has no such bay/)
    assert.equal(await deviceOf('A-2'), undefined)
    await lines.fill(`A-1,${label(5)}\n${eui(6)};A-2`)
    await page.getByRole('button', { name: 'Assign 2 devices' }).click()
    await until(async () => (await deviceOf('A-2')) === eui(6))
    assert.equal(await deviceOf('A-1'), eui(5))
    // It was never heard, so no list of bays shows it.
    await lines.fill(`A-1,${eui(8)}`)
    await shows(page, 'table', /Swap: takes the place of 70B3D57ED0000005/)
  })

  test('nothing is assigned while it is not known which devices the bays have', async () => {
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    const held = Promise.withResolvers<void>()
    await page.route('**/api/v1/layout', async (route) => {
      await held.promise
      await route.continue()
    })
    await page.route('**/api/v1/bays/A-1', async (route) => {
      await held.promise
      await route.continue()
    })
    await page.goto(`${url}/desk/devices/scan`)
    await page.getByLabel('Label or device id').fill(eui(8))
    await page.locator('.assign-form input').fill('A-1')
    await page.getByRole('button', { name: 'Assign to A-1' }).click()
    await shows(page, '.assign-form [role=alert]', /not known yet. Nothing was assigned/)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('.assign-form').waitFor({ state: 'detached' })
    assert.equal(await page.getByText('is assigned').count(), 0)
    await page.getByRole('button', { name: 'Assign by CSV …' }).click()
    await page.getByLabel('Lines as bay,device').fill(`A-1,${eui(8)}`)
    await page.getByRole('button', { name: 'Assign 1 device' }).click()
    await shows(page, '.assign-lines [role=alert]', /not known yet. Nothing was assigned/)
    held.resolve()
    await shows(page, 'table', /Swap: takes the place of 70B3D57ED0000005/)
    await page.getByRole('button', { name: 'Assign 1 device' }).click()
    await until(async () => (await deviceOf('A-1')) === eui(8))
    assert.deepEqual((await api.store.layout())?.layout.sites[0]?.levels[0]?.bays[0]?.devices, [eui(8)])
  })

  test('the distances of a sensor suggest limits, which are put into effect, and its battery has a month', async () => {
    const now = Date.now()
    const readings = Array.from({ length: 120 }, (_, i) =>
      readingRow(7, i, {
        ...{ occupied: undefined, time: instant(now - (120 - i) * 60_000) },
        distanceMm: i % 3 === 0 ? 600 + (i % 7) * 10 : 2_200 + (i % 5) * 4,
      }),
    )
    const today = dayNumber(now)
    const health = Array.from({ length: 60 }, (_, i) => ({
      ...{ device: 7, day: today - 59 + i, minBatteryV: null, minBatteryPct: 90 - i },
      ...{ minTemperatureC: null, maxTemperatureC: null, minRssiDbm: null },
    }))
    await api.commit({ devices: [deviceState(7, 'd-7', { distanceMm: 2_200, batteryPct: 31, rev: 9 })], readings })
    await api.commit({ history: { sessions: noSessions, occupancy: [], counts: [], health } })
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    await page.goto(`${url}/desk/devices/d-7`)
    await shows(page, 'main', /Two groups in 120 readings: about 630 mm with a vehicle/)
    await shows(page, 'main', /Replace before/)
    await shot(page, 'distances')
    await isClean(opened, 'distances')
    await page.getByRole('button', { name: /^Use .* mm from now$/ }).click()
    const facts = async () => (await api.store.layout())?.layout.devices?.find(({ device }) => device === 'd-7')
    await until(async () => (await facts())?.presenceByDistance !== undefined)
    await page.getByRole('button', { name: 'Use no limits' }).waitFor()
    await page.goto(`${url}/desk/devices/batteries`)
    await page.getByRole('button', { name: 'Battery low soon' }).click()
    await shows(page, 'table', /d-7/)
    await shot(page, 'batteries')
    await isClean(opened, 'batteries')
  })
})
