/** The page about signs, in a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { samplePlan } from './plan/sample-plan.ts'
import { isClean, shows, skip } from './testing/browser-under-test.ts'
import { deskUnderTest } from './testing/desk-under-test.ts'
import { signOf } from './testing/signs-under-test.ts'

const desk = deskUnderTest(samplePlan(2, 20))

function withSigns() {
  const { signs } = desk.double
  signs.signs.push(
    signOf({ id: 'main', name: 'Harbour, main entrance' }),
    signOf({ id: 'yard', name: 'Yard', show: 'full', text: 'FULL', value: null, reason: 'below-floor', free: 2 }),
    signOf({
      ...{ id: 'deck', name: 'Upper deck', show: 'blank', text: '', value: null, reason: 'coverage', known: 60 },
      ...{ coverage: 0.5, free: 11 },
    }),
    signOf({
      ...{ id: 'pier', name: 'Pier', show: 'blank', text: '', value: null, reason: 'processing-behind' },
      ...{ known: null, free: null, coverage: null, age_s: 400 },
    }),
    signOf({
      ...{ id: 'kerb', name: 'Promenade of the very long name that does not fit', show: 'closed', text: 'CLOSED' },
      ...{ value: null, reason: 'mode', mode: 'closed', mode_until: '2026-11-23T18:00:00.000Z' },
      ...{ mode_author: 'duty desk', mode_reason: 'Market day' },
    }),
  )
  return signs
}

for (const [colorScheme, width, height] of [
  ['light', 1440, 1000],
  ['dark', 390, 844],
] as const)
  test(`signs are shown with why they show it, and break no rule: ${colorScheme}, ${width} wide`, {
    skip,
  }, async () => {
    withSigns()
    const look = { colorScheme, viewport: { width, height }, reducedMotion: 'reduce' } as const
    await using opened = await desk.open('/desk/signs', look)
    const { page } = opened
    await shows(
      page,
      '.signs li',
      /Harbour, main entrance.*42.*Free places that are known.*42 of 120 places free, 98% known/,
    )
    await shows(page, '.signs li', /Yard.*FULL.*Fewer free places than the floor/)
    await shows(page, '.signs li', /Upper deck.*blank.*Too few of its places are known/)
    await shows(page, '.signs li', /Pier.*blank.*120 places, free ones not known now/)
    await shows(page, '.signs li', /CLOSED.*Set by duty desk: Market day/)
    await page.getByRole('button', { name: 'Change the mode of Yard' }).click()
    await page.locator('.signs summary').first().click()
    await shows(page, '.signs', 'None so far.')
    await isClean(opened, 'signs')
  })

test('a mode is set with its reason, and is in the history', { skip }, async () => {
  const signs = withSigns()
  await using opened = await desk.open('/desk/signs?lang=de')
  const { page } = opened
  const yard = page.locator('.signs li', { hasText: 'Yard' })
  await yard.getByRole('button', { name: 'Modus von Yard ändern' }).click()
  await yard.getByRole('button', { name: 'Modus setzen' }).click()
  await shows(page, '.signs [role=alert]', /Grund/)
  assert.deepEqual(signs.history, [])
  await yard.locator('select').first().selectOption('blank')
  await yard.getByLabel('Grund').fill('Anzeige defekt')
  await yard.getByRole('button', { name: 'Modus setzen' }).click()
  await shows(page, '.signs li', /Yard.*leer.*Gesetzt von duty desk: Anzeige defekt/)
  await yard.locator('summary').click()
  await shows(page, '.signs .count-trail', /Leer.*duty desk: Anzeige defekt/)
  assert.deepEqual(
    signs.history.map(({ mode, comment }) => [mode, comment]),
    [['blank', 'Anzeige defekt']],
  )
})

test('a mode that is refused shows why', { skip }, async () => {
  withSigns()
  await using opened = await desk.open('/desk/signs')
  const { page } = opened
  const yard = page.locator('.signs li', { hasText: 'Yard' })
  await yard.getByRole('button', { name: 'Change the mode of Yard' }).click()
  await yard.getByLabel('Reason').fill('Broken')
  desk.double.down = true
  await yard.getByRole('button', { name: 'Set the mode' }).click()
  await shows(page, '.signs [role=alert]', 'Not done: no answer from the server')
})

test('a server without signs shows how to set one up', { skip }, async () => {
  await using opened = await desk.open('/desk/signs')
  await shows(opened.page, 'main', /No signs yet.*baykeeper signs apply/)
  await isClean(opened, 'no signs')
})
