/** Count zones on the desk, in a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { samplePlan } from './plan/sample-plan.ts'
import { isClean, shows, skip } from './testing/browser-under-test.ts'
import { countZone } from './testing/counts-under-test.ts'
import { deskUnderTest } from './testing/desk-under-test.ts'

const sample = samplePlan(2, 20)
const plan = { ...sample, plates: sample.plates.map((plate, p) => (p === 0 ? { ...plate, places: 200 } : plate)) }
const desk = deskUnderTest(plan)

function withZones() {
  const { double } = desk
  double.countZones.zones.push(
    countZone({ zone: 'deck', name: 'Upper deck' }),
    countZone({
      ...{ zone: 'yard', name: 'Yard', capacity: 80, state: 'stale', free: null, silent: ['loop-7'] },
      ...{ cut: { empty: 3, full: 0 }, mismatch: { since: '2026-11-23T06:10:00.000Z', vehicles: -4 } },
    }),
  )
  return double
}

for (const [colorScheme, width, height] of [
  ['light', 1440, 1000],
  ['dark', 390, 844],
] as const)
  test(`count zones are shown with their band and their doubts, and break no rule: ${colorScheme}, ${width} wide`, {
    skip,
  }, async () => {
    const double = withZones()
    const look = { colorScheme, viewport: { width, height }, reducedMotion: 'reduce' } as const
    await using opened = await desk.open('/desk', look)
    const { page } = opened
    await shows(page, '.count-zones li', /Upper deck.*61 of 120 vehicles.*57 to 65 in it · at least 55 free/)
    await shows(
      page,
      '.count-zones li',
      /Yard.*no current counter from loop-7.*4 vehicles fewer counted.*3 vehicles counted beyond/,
    )
    await page.getByRole('button', { name: 'Recount …' }).first().click()
    await page.locator('.count-trail, .count-zones summary').first().click()
    await shows(page, '.count-zones', 'None so far.')
    await isClean(opened, 'count zones')
    double.figures()
    // 20 bays of each of two levels are free, and 55 places of the deck.
    await shows(page, '.tile-value.free', '95')
    await shows(page, '.kpis', 'of 240 bays · 88 unknown')
  })

test('a recount is sent with its reason, and what is wrong is shown before', { skip }, async () => {
  const { countZones } = withZones()
  await using opened = await desk.open('/desk?lang=de')
  const { page } = opened
  const zone = page.locator('.count-zones li', { hasText: 'Upper deck' })
  await zone.getByRole('button', { name: 'Nachzählen …' }).click()
  const number = zone.getByLabel('Fahrzeuge darin jetzt')
  for (const wrong of ['', '-1', '1.5', '121', 'x']) {
    await number.fill(wrong)
    await zone.getByRole('button', { name: 'Nachzählen', exact: true }).click()
    await shows(page, '.count-zones [role=alert]', 'Eine ganze Zahl von 0 bis 120 eingeben.')
  }
  assert.deepEqual(countZones.trail, [])
  await number.fill('64')
  await number.press('Enter')
  await shows(page, '.count-zones li', /Upper deck.*64 von 120/)
  await zone.locator('summary').click()
  await shows(page, '.count-trail', /Nachgezählt: 64 \(gezählt waren 61\).*duty desk: Vor Ort gezählt/)
  assert.equal(countZones.trail.length, 1)
})

test('a recount that is refused shows why, and sent again it is the same one', { skip }, async () => {
  const double = withZones()
  await using opened = await desk.open('/desk')
  const { page } = opened
  const zone = page.locator('.count-zones li', { hasText: 'Upper deck' })
  await zone.getByRole('button', { name: 'Recount …' }).click()
  await zone.getByLabel('Vehicles in it now').fill('5')
  const ids: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/recounts')) ids.push((request.postDataJSON() as { id: string }).id)
  })
  double.down = true
  await zone.getByRole('button', { name: 'Recount', exact: true }).click()
  await shows(page, '.count-zones [role=alert]', 'Not done: no answer from the server')
  double.down = false
  await zone.getByRole('button', { name: 'Recount', exact: true }).click()
  await shows(page, '.count-zones li', /Upper deck.*5 of 120/)
  assert.equal(ids.length, 2)
  assert.equal(ids[0], ids[1])
})

test('a city of count zones alone has its numbers, and no introduction', { skip }, async () => {
  const { double } = desk
  double.countZones.zones.push(countZone({ zone: 'deck', name: 'Upper deck' }))
  await using opened = await desk.open('/desk')
  await shows(opened.page, '.parking-lot', 'Upper deck')
  assert.equal(await opened.page.locator('.empty').count(), 0)
})
