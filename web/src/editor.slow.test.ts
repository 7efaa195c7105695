/** Devices and the layout editor in a real browser, on the real API: twelve sensors get bays by a person who does not program. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type ApiUnderTest, apiKey, apiUnderTest, deviceState, until } from '../../src/api/testing/api-under-test.ts'
import { decoderNames, previewUplink } from '../../src/codecs/lorawan/preview.ts'
import { instant } from '../../src/lib/brand.ts'
import { isClean, launchBrowser, openSignedIn, shows, skip } from './testing/browser-under-test.ts'
import { type Build, buildPages } from './testing/build-under-test.ts'

const pictures = process.env['BAYKEEPER_PICTURES']
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark', reducedMotion: 'reduce' } as const
const shot = async (page: Page, name: string) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}

describe('devices and layouts in a browser', { skip }, () => {
  let build: Build
  let browser: Browser
  let api: ApiUnderTest
  let url: string
  before(async () => {
    build = await buildPages()
    browser = await launchBrowser()
    api = await apiUnderTest({ distDir: build.dir, decoders: { names: decoderNames, preview: previewUplink } })
    url = await api.listen()
    const now = Date.now()
    const devices = Array.from({ length: 12 }, (_, i) =>
      deviceState(i + 1, `s-${i + 1}`, { lastArrived: instant(now), occupied: i % 2 === 0 }),
    )
    const letter = {
      ...{ pos: 1, idx: 0, source: 'lorawan', codec: 'lorawan', arrived: instant(now), head: '{}' },
      ...{ code: 'unknown-payload' as const, detail: 'nothing names the model' },
      bytes: Buffer.from(
        JSON.stringify({
          end_device_ids: { dev_eui: '70B3D57ED0001A2B', device_id: 'a' },
          uplink_message: { f_port: 1, f_cnt: 1, frm_payload: 'AQ==' },
        }),
      ),
    }
    await api.commit({ devices, deadLetters: [letter] })
  })
  after(async () => {
    await browser?.close()
    await api?.[Symbol.asyncDispose]()
    await build?.[Symbol.asyncDispose]()
  })

  test('twelve sensors without a bay become twelve published bays, by clicks and text alone', async () => {
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    await page.goto(`${url}/desk/devices/inbox`)
    await shows(page, 'main', /70B3D57ED0001A2B/)
    await shot(page, 'inbox')
    await isClean(opened, 'inbox')
    await page.getByRole('link', { name: 'Create bays for them …' }).click()
    const form = page.getByRole('region', { name: 'Bays for 12 sensors' })
    await form.getByLabel('Name of the lot').fill('Station yard')
    await form.getByLabel('Name of the level').fill('Ground')
    await form.getByLabel('Bays in a row').fill('6')
    await form.getByLabel('Rows').fill('2')
    await shot(page, 'editor-form')
    await form.getByRole('button', { name: 'Create 12 bays for them' }).click()
    await shows(page, '[role=status]', /12 bays are drawn/)
    await shot(page, 'editor')
    await isClean(opened, 'editor')
    await page.getByRole('button', { name: /Check and publish · 12 changes/ }).click()
    await shows(page, 'main', /No faults in 12 bays/)
    await shot(page, 'publish')
    await isClean(opened, 'publish')
    await page.getByLabel('What changed and why').fill('The station yard opens')
    await page.getByRole('button', { name: 'Publish version 1' }).click()
    await shows(page, '[role=status]', /Version 1 is published and live/)
    const stored = await api.store.layout()
    const bays = stored?.layout.sites[0]?.levels[0]?.bays ?? []
    assert.deepEqual(
      bays.map(({ id, devices }) => [id, devices[0]]),
      Array.from({ length: 12 }, (_, i) => [`A-${String(i + 1).padStart(2, '0')}`, `s-${i + 1}`]),
    )
    assert.deepEqual([stored?.author, stored?.comment], ['env', 'The station yard opens'])
    await page.goto(`${url}/desk/devices`)
    await shows(page, 'table', /s-12.*A-12/)
    await shot(page, 'devices')
    await isClean(opened, 'devices')
  })

  test('bays are moved, turned, retyped and deleted by key, undone, and a fault is shown at its bay', async () => {
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    await page.goto(`${url}/desk/layout`)
    const plan = page.getByRole('application')
    await plan.focus()
    await page.keyboard.press('Tab')
    await shows(page, '[aria-live]', /A-01 is chosen/)
    const left = page.getByLabel('Left edge, m')
    const from = Number(await left.inputValue())
    await page.keyboard.press('Shift+ArrowRight')
    assert.equal(Number(await left.inputValue()), from + 2.5)
    await page.keyboard.press('Control+z')
    assert.equal(Number(await left.inputValue()), from)
    await page.keyboard.press(']')
    await shows(page, '.properties', /Angle: 1\.0°/)
    await page.keyboard.press('Control+a')
    await page.getByRole('combobox', { name: /^Type/ }).selectOption('ev')
    await shows(page, 'header', /12 changes|13 changes/)
    await plan.focus()
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
    await page.getByRole('button', { name: /Check and publish · 1 change$/ }).click()
    await shows(page, 'main', /1 fault: it has to be corrected/)
    await shot(page, 'fault')
    assert.equal(await page.getByRole('button', { name: 'Publish version 2' }).getAttribute('aria-disabled'), 'true')
    await page.locator('.publish-side').getByRole('button', { name: 'Show' }).first().click()
    await shows(page, '.properties', /2 bays/)
    await page.getByRole('button', { name: 'Discard draft' }).click()
    await page.getByRole('button', { name: 'List', exact: true }).click()
    await page.getByLabel('Label A-01').fill('One')
    await page.getByLabel('Label A-01').press('Tab')
    await shows(page, 'header', /1 change/)
    await shot(page, 'list')
    await isClean(opened, 'list')
    await page.getByRole('button', { name: 'Discard draft' }).click()
    assert.equal(await api.store.layoutVersion(), 1)
  })

  test('a device is swapped and noted, many are found by trouble, and a decoder is chosen for a sender', async () => {
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    await page.goto(`${url}/desk/devices/s-1`)
    await page.getByRole('button', { name: 'Note …' }).click()
    await page.getByRole('form', { name: 'Note' }).getByLabel('Note').fill('Behind the pillar')
    await page.getByRole('button', { name: 'Save' }).click()
    await shows(page, '.facts', /Behind the pillar/)
    await page.getByRole('button', { name: 'Swap the sensor …' }).click()
    await page.getByLabel('New device').fill('s-99')
    await page.getByRole('button', { name: 'Swap', exact: true }).click()
    await until(async () => (await api.store.layout())?.layout.sites[0]?.levels[0]?.bays[0]?.devices[0] === 's-99')
    await shows(page, '.facts', /no bay/)
    await shot(page, 'device')
    await isClean(opened, 'device')
    await page.goto(`${url}/desk/devices?trouble=unassigned`)
    await shows(page, 'table', /s-1/)
    await page.goto(`${url}/desk/devices/inbox`)
    await page.getByLabel(/bosch-tps110/).check()
    await shows(page, 'h4', /Decoded with bosch-tps110: nothing is applied yet/)
    await page.getByRole('button', { name: 'Use this decoder' }).click()
    await shows(page, '[role=status]', /1 message is decoded again/)
    assert.equal((await api.store.decoderChoices())[0]?.decoder, 'bosch-tps110')
  })

  test('the plan goes back in time and shows that it did, is coloured by age, and a level is blocked out for an event', async () => {
    await using opened = await openSignedIn(browser, url, apiKey)
    const { page } = opened
    await page.goto(`${url}/desk`)
    await page.getByRole('button', { name: '15 min earlier' }).click()
    await shows(page, '.past-note', /You are looking at .*Nothing is known of/)
    assert.equal(await page.locator('.kpis').count(), 0)
    assert.match(page.url(), /then=/)
    await shot(page, 'past')
    await isClean(opened, 'past')
    await page.getByRole('button', { name: 'Back to live' }).click()
    await page.locator('.kpis').waitFor()
    await page.getByRole('combobox', { name: /^Colour/ }).selectOption('dwell')
    await shows(page, '.colour-by', /Darker is more/)
    await shot(page, 'dwell')
    await page.getByRole('combobox', { name: /^Colour/ }).selectOption('state')
    await page.getByRole('button', { name: 'Block out bays …' }).click()
    const form = page.getByRole('region', { name: 'Block out bays for an event' })
    await form.getByLabel('Add a whole level').selectOption('0')
    await form.getByLabel('Event').fill('Market day')
    await form.getByRole('button', { name: 'Block out 12 bays' }).click()
    await shows(page, '[role=alert]', /Enter a reason/)
    await form.getByLabel('Reason').fill('The square is closed')
    await form.getByRole('button', { name: 'Block out 12 bays' }).click()
    await shows(page, '[role=status]', /12 bays are blocked out/)
    await shot(page, 'blocked')
    await isClean(opened, 'block out')
    await form.getByRole('button', { name: 'Close' }).click()
    await page.goto(`${url}/desk?bay=A-02`)
    await shows(page, '.drawer', /Market day.*Last 24 hours|Last 24 hours.*Market day/s)
    await page.locator('.drawer').getByRole('button', { name: 'Sensor …' }).click()
    await page.getByRole('form', { name: 'Swap the sensor' }).waitFor()
    await shot(page, 'drawer')
    await isClean(opened, 'drawer')
  })

  test('the pages fit a phone in German and dark, and a person who may only look sees no button that acts', async () => {
    await using opened = await openSignedIn(browser, url, apiKey, phone)
    const { page } = opened
    for (const [path, text] of [
      ['devices', /Zuletzt gehört/],
      ['devices/s-2', /Letzte Meldungen/],
      ['devices/inbox', /Geräte ohne Stellplatz/],
      ['layout', /Entwurf von Version/],
      ['lots', /Station yard/],
      ['lots/station-yard', /Letzte 24 Stunden/],
    ] as const) {
      await page.goto(`${url}/desk/${path}?lang=de`)
      await shows(page, 'main', text)
      await shot(page, `phone-${path.replace('/', '-')}`)
      await isClean(opened, path)
    }
    const key = await api.keyring.createToken({ name: 'looks', kind: 'api', scopes: ['read'] })
    await using reader = await openSignedIn(browser, url, key)
    await reader.page.goto(`${url}/desk/devices/s-2`)
    await shows(reader.page, 'main', /Read-only access/)
    assert.equal(await reader.page.getByRole('button', { name: /Swap|Assign|Unassign|Note/ }).count(), 0)
    await reader.page.goto(`${url}/desk/layout`)
    await shows(reader.page, 'main', /Ask an administrator for engineer rights/)
  })
})
