/** The pages in a real browser, against a server that a test moves by hand. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { Browser, Page } from 'playwright-core'
import { code } from './bay-state.ts'
import { samplePlan } from './plan/sample-plan.ts'
import { isClean, type Look, launchBrowser, noSideways, openPage, shows, skip } from './testing/browser-under-test.ts'
import { type Build, buildPages } from './testing/build-under-test.ts'
import { type PageDouble, startPageDouble } from './testing/pages-under-test.ts'

let build: Build
let browser: Browser
before(async () => {
  if (skip) return
  build = await buildPages()
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await build?.[Symbol.asyncDispose]()
})

const open = (double: PageDouble, path: string, look?: Look) => openPage(browser, double, path, look)
const city = () => startPageDouble({ ...samplePlan(6, 40), simulated: true }, build)
const free = (page: Page) => page.locator('.tile-value.free')
const levelShown = (page: Page, name: string) =>
  page.waitForFunction((text) => document.querySelector('.toolbar option:checked')?.textContent === text, name)

/** Counts in the foot of the table twin. */
async function twin(page: Page): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const state of bayStates)
    counts[state] = Number((await page.textContent(`tfoot [data-state=${state}]`))?.replaceAll(',', ''))
  return counts
}

const looks = [
  ['light', 1440, 900],
  ['dark', 390, 844],
] as const
for (const [colorScheme, width, height] of looks)
  test(`no page breaks a rule of WCAG 2.2 AA: ${colorScheme}, ${width} wide, in every state`, { skip }, async () => {
    await using double = await city()
    await using empty = await startPageDouble(samplePlan(0, 0), build)
    const options = { colorScheme, viewport: { width, height }, reducedMotion: 'reduce' } as const
    const states: [name: string, double: PageDouble, path: string, reach: (page: Page) => Promise<unknown>][] = [
      ['normal', double, '/desk', (page) => free(page).waitFor()],
      ['bay', double, '/desk?bay=S2-007', (page) => shows(page, '.drawer', 'Last readings')],
      ['stays', double, '/desk?bay=S2-007', (page) => shows(page, '.stays', 'not certain')],
      [
        'day',
        double,
        '/desk',
        async (page) => {
          await page.locator('.last-day summary').first().click()
          await page.locator('.day path.unsure').waitFor({ state: 'attached' })
        },
      ],
      ['ledger', double, '/desk', (page) => page.click('.tile.wide')],
      [
        'table',
        double,
        '/desk?lang=de',
        async (page) => {
          await free(page).waitFor()
          await page.keyboard.press('t')
          await page.click('.twin tbody .link')
          await shows(page, '.bay-rows', 'S0-001')
        },
      ],
      [
        'search',
        double,
        '/desk',
        async (page) => {
          await free(page).waitFor()
          await page.keyboard.press('/')
          await page.locator('dialog input').fill('S1')
        },
      ],
      [
        'help',
        double,
        '/desk',
        async (page) => {
          await free(page).waitFor()
          await page.keyboard.press('?')
          await page.locator('dialog.help').waitFor()
        },
      ],
      ['wall', double, '/desk?wall=1', (page) => free(page).waitFor()],
      ['public', double, '/', (page) => shows(page, '.live-status', 'Live')],
      ['empty', empty, '/desk', (page) => shows(page, '.inbox', 'A-017')],
      [
        'error',
        double,
        '/desk',
        async (page) => {
          await free(page).waitFor()
          double.down = true
          double.cut()
          await page.locator('.banner.bad').waitFor()
        },
      ],
    ]
    for (const [name, server, path, reach] of states) {
      await using opened = await open(server, path, options)
      await reach(opened.page)
      await isClean(opened, name)
    }
  })

test('at 320 pixels, and with text at 200 %, nothing needs scrolling sideways', { skip }, async () => {
  await using double = await city()
  for (const [path, width] of [
    ['/desk?bay=S2-007', 320],
    ['/desk', 720],
    ['/', 320],
  ] as const) {
    await using opened = await open(double, path, { viewport: { width, height: 640 } })
    await opened.page.evaluate(
      (size) => document.documentElement.style.setProperty('font-size', size),
      width > 320 ? '200%' : '',
    )
    await shows(opened.page, path === '/' ? '.live-status' : '.chip.ok', 'Live')
    await noSideways(opened.page)
  }
})

test('the table one key away counts what the server has, while bays move', { skip }, async () => {
  await using double = await city()
  double.change([0, code.occupied, 1, code.reserved, 2, code.unknown, 3, code.closed])
  await using opened = await open(double, '/desk')
  const { page } = opened
  await free(page).waitFor()
  await page.keyboard.press('t')
  await page.locator('tfoot').waitFor()
  double.change(Array.from({ length: 50 }, (_, k) => [100 + k, code.occupied]).flat())
  await shows(page, 'tfoot [data-state=occupied]', String(double.counts().occupied))
  const { capacity: _capacity, live: _live, ...counts } = double.counts()
  assert.deepEqual(await twin(page), counts)
  assert.equal(await free(page).textContent(), String(counts.free))
})

test('a cut stream is resumed after the last number, and the page ends with what the server has', {
  skip,
}, async () => {
  await using double = await city()
  await using opened = await open(double, '/desk')
  const { page } = opened
  await free(page).waitFor()
  double.change([5, code.occupied])
  await shows(page, '.tile-value.free', '239')
  const { resumed } = double
  double.down = true
  double.cut()
  await shows(page, '.chip', /Reconnecting \d+ s/)
  await shows(page, '.tile-detail', /as of \d\d:\d\d:\d\d/)
  double.change([6, code.occupied, 7, code.occupied])
  double.down = false
  await shows(page, '.chip.ok', 'Live')
  await shows(page, '.tile-value.free', '237')
  assert.equal(double.resumed, resumed + 1)
})

test('an ended session shows how to sign in again, and keeps the last numbers in grey', { skip }, async () => {
  await using double = await city()
  await using opened = await open(double, '/desk')
  await free(opened.page).waitFor()
  await opened.page.locator('.tile.ahead').waitFor()
  double.refuse = true
  double.cut()
  await shows(opened.page, '.banner', 'baykeeper setup-link')
  assert.equal(await opened.page.locator('.tile.stale').count(), 6)
  assert.equal(await opened.page.locator('.tile').count(), 6)
})

test('figures that stop coming are not shown as current, though bays still move', { skip }, async () => {
  await using double = await city()
  await using opened = await open(double, '/desk')
  await free(opened.page).waitFor()
  double.silent = true
  await shows(opened.page, '.tile.stale .tile-detail', /as of/)
})

test('tabs of one browser share one stream, and the next leads when the first goes', { skip }, async () => {
  await using double = await city()
  await using opened = await open(double, '/desk')
  await free(opened.page).waitFor()
  const second = await opened.page.context().newPage()
  await second.goto(`${double.url}/desk`)
  await shows(second, '.chip.ok', 'Live')
  await free(second).waitFor()
  assert.equal(double.opened, 1)
  double.change([9, code.occupied])
  await shows(second, '.tile-value.free', '239')
  const { resumed } = double
  await opened.page.close()
  await shows(second, '.chip.ok', 'Live')
  for (let waited = 0; double.opened < 2 && waited < 50; waited++) await second.waitForTimeout(100)
  double.change([10, code.occupied])
  await shows(second, '.tile-value.free', '238')
  assert.equal(double.opened, 2)
  assert.equal(double.resumed, resumed + 1)
})

test('by keyboard alone: search a bay, walk to its neighbour, open it, and come back', { skip }, async () => {
  await using double = await city()
  await using opened = await open(double, '/desk')
  const { page } = opened
  await free(page).waitFor()
  await page.keyboard.press('Control+k')
  await page.locator('dialog input').fill('s3-011')
  await page.keyboard.press('Enter')
  await shows(page, '.drawer h2', 'S3-011')
  await page.waitForURL(/bay=S3-011/)
  await page.keyboard.press('Escape')
  await page.locator('.drawer').waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.className === 'grid')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await shows(page, '.drawer h2', 'S3-012')
  await shows(page, '.drawer', 'dev-S3-012')
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.activeElement?.className === 'grid')
  await page.keyboard.press('PageUp')
  await page.keyboard.press('Enter')
  await shows(page, '.drawer h2', 'S2-001')
})

test('the drawer gives the reason of a state: an outage, an overstay, sensors that disagree or were never heard', {
  skip,
}, async () => {
  await using double = await city()
  const [cutOff, overstayed, disputed, silent, behind] = ['S2-001', 'S2-002', 'S2-003', 'S2-004', 'S2-005'] as const
  const gateway = { source: 'lorawan', gateway: 'gw-17', since: '2026-11-23T07:59:00.000Z' }
  double.details.set(cutOff, { state: 'unknown', cause: 'rule', flags: ['stale', 'gateway-offline'], gateway })
  double.details.set(behind, { state: 'unknown', cause: 'rule', flags: ['gateway-offline'], gateway: null })
  double.details.set(overstayed, { state: 'occupied' })
  double.overstays.set(overstayed, 12)
  double.details.set(disputed, {
    state: 'unknown',
    cause: 'rule',
    flags: ['disputed'],
    assigned: ['sensor-1', 'camera-1'],
  })
  double.details.set(silent, { state: 'unknown', cause: 'rule', device: null, assigned: ['sensor-9'] })
  for (const [bay, text, not] of [
    [cutOff, /Gateway gw-17 has been offline since .*: state unknown/, /No message for longer/],
    [behind, /No message from a sensor since an outage of its gateway began: state unknown/, /is offline/],
    [overstayed, /Overstay for 12\smin, since .*: 30\smin are allowed here/, /Gateway/],
    [disputed, /The sensors of this bay disagree.*sensor-1, camera-1/s, /Overstay/],
    [silent, /Assigned to this bay, but not heard yet: sensor-9/, /No device is assigned/],
  ] as const) {
    await using opened = await open(double, `/desk?bay=${bay}`)
    const drawer = opened.page.locator('.drawer')
    await drawer.filter({ hasText: text }).waitFor()
    assert.doesNotMatch((await drawer.textContent()) ?? '', not, bay)
    await isClean(opened, bay)
  }
})

test('a link opens the place its sender saw', { skip }, async () => {
  await using double = await city()
  await using opened = await open(double, '/desk?site=site-1&level=l0')
  await levelShown(opened.page, 'site-1 · l0')
  await opened.page.waitForURL(/zoom=/)
  await using again = await open(double, new URL(opened.page.url()).pathname + new URL(opened.page.url()).search)
  await levelShown(again.page, 'site-1 · l0')
})

test('the public page follows the stream and its plan comes after the numbers', { skip }, async () => {
  await using double = await city()
  await using opened = await open(double, '/')
  const { page } = opened
  await shows(page, '.lot .number', '80')
  await shows(page, '.all-lots', 'All lots: 240 free of 240 bays')
  await page.locator('.live-plan canvas').first().waitFor()
  double.change(Array.from({ length: 80 }, (_, k) => [k, code.occupied]).flat())
  double.figures()
  await shows(page, '.lot .word', 'Full')
  await shows(page, '.all-lots', 'All lots: 160 free of 240 bays')
  assert.equal(await page.locator('.lot').first().getAttribute('data-state'), 'full')
  double.down = true
  double.cut()
  await shows(page, '.live-status', /Reconnecting|down/)
})

test('the public page goes on in the language that the server chose', { skip }, async () => {
  await using double = await city()
  await using opened = await open(double, '/?lang=de')
  const { page } = opened
  await shows(page, '.live-status', 'Live')
  await page.locator('.live-plan canvas[aria-label^="Live-Plan mit 240 Stellplätzen"]').waitFor()
  await shows(page, '.live-status button', 'Anhalten')
  double.change(Array.from({ length: 80 }, (_, k) => [k, code.occupied]).flat())
  double.figures()
  await shows(page, '.lot .word', 'Voll')
  await shows(page, '.lot .levels td', '40 frei')
  await shows(page, '.lot .age', /^aktualisiert vor \d+ s$/)
  assert.equal(await page.locator('.lot .muted').first().textContent(), 'von 80 Stellplätzen')
  await shows(page, '.all-lots', 'Alle Anlagen: 160 frei von 240 Stellplätzen')
})
