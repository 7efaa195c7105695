/** The pages about the pipeline in a real browser, against a server that a test moves by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { samplePlan } from './plan/sample-plan.ts'
import { isClean, noSideways, shows, skip } from './testing/browser-under-test.ts'
import { deskUnderTest } from './testing/desk-under-test.ts'
import { sampleLetters, sampleLosses } from './testing/pipeline-samples-under-test.ts'

const desk = deskUnderTest(samplePlan(2, 10))

const { open } = desk
const value = (page: Page, stage: string) => page.locator('.stage', { hasText: stage }).locator('.stage-value b')

test('the Pipeline page opens from the desk without loading it again, and by its address', { skip }, async () => {
  await using opened = await open('/desk')
  const { page } = opened
  await page.locator('.tile-value.free').waitFor()
  await page.click('.rail a[href="/desk/pipeline"]')
  await shows(page, 'h1', 'Pipeline')
  assert.equal(new URL(page.url()).pathname, '/desk/pipeline')
  await value(page, 'Streams').waitFor()
  assert.equal(desk.double.opened, 1)
  await page.goBack()
  await page.locator('.tile-value.free').waitFor()
  assert.equal(desk.double.opened, 1)
  await page.goto(`${desk.double.url}/desk/pipeline`)
  await shows(page, '.stage', 'Streams')
  await page.keyboard.press('Control+k')
  await page.locator('dialog input').fill('s1-003')
  await page.keyboard.press('Enter')
  await shows(page, '.drawer h2', 'S1-003')
  assert.equal(new URL(page.url()).pathname, '/desk')
})

test('a stage has colour only where something is wrong; without the server the last numbers stay, grey and dated', {
  skip,
}, async () => {
  await using opened = await open('/desk/pipeline')
  const { page } = opened
  await page.waitForFunction(() => /\d/.test(document.querySelector('.stage-value b')?.textContent ?? ''))
  assert.equal(await page.locator('.stage.warn, .stage.bad').count(), 0)
  const mqtt = desk.double.pipeline.sources[1]
  assert.ok(mqtt)
  mqtt.state = 'down'
  await shows(page, '.stage.bad', 'mqtt is down')
  assert.equal(await page.locator('.stage.warn, .stage.bad').count(), 1)
  desk.double.pipeline.weaknesses = ['sync_binlog is 0, not 1: after a power cut a replica can miss what was committed']
  await shows(page, '.stage.warn', '1 weak setting')
  await shows(page, '.weak', 'sync_binlog is 0')
  await isClean(opened, 'weak')
  const before = await value(page, 'Streams').textContent()
  desk.double.down = true
  desk.double.cut()
  await shows(page, '.flow.stale .age', /as of \d\d:\d\d:\d\d/)
  await shows(page, '.ledger-strip.stale', /as of \d\d:\d\d:\d\d/)
  assert.equal(await value(page, 'Streams').textContent(), before)
  await isClean(opened, 'stale')
})

test('the reason for not being ready is in the language of the page', { skip }, async () => {
  const detail = 'processing is not advancing: 7 journal records wait, and the last commit was 21 s ago. Some reason.'
  desk.double.pipeline.problems = [{ code: 'processor-silent', params: { records: 7, seconds: 21 }, detail }]
  await using german = await open('/desk/pipeline?lang=de')
  await shows(german.page, '.banner.bad', /steht still: 7 Einträge.*Der Prozessor antwortet nicht/)
  await isClean(german, 'problem in German')
  await using english = await open('/desk/pipeline')
  await shows(english.page, '.banner.bad', /not advancing: 7 journal records.*The processor does not answer/)
})

test('the ledger strip shows the live law and the difference, and shows when it does not close', { skip }, async () => {
  await using opened = await open('/desk/pipeline')
  const { page } = opened
  await shows(page, '.law-result', 'all accounted for')
  assert.equal(await page.textContent('.law-result > b'), '0')
  await shows(page, '.law-result', /checked \d\.\d s ago/)
  await shows(page, '.equation', '118,090')
  desk.double.pipeline.ledger = { ...desk.double.pipeline.ledger, received: 118_097, difference: 7 }
  await shows(page, '.law-result', '7 messages are unaccounted for')
  await shows(page, '.equation', '118,097')
})

test('an audit shows its progress and result; a server without an auditor, and missing rights, give an error text', {
  skip,
}, async () => {
  await using opened = await open('/desk/pipeline')
  const { page } = opened
  await page.getByRole('button', { name: 'Audit now' }).click()
  await page.locator('.audit progress').waitFor()
  await shows(page, '.audit-running', '400 of 1,412 sensors')
  await shows(page, '.report', 'Audit passed')
  desk.double.pipeline.audit = 'open'
  await page.getByRole('button', { name: 'Audit now' }).click()
  await shows(page, '.report.bad', 'difference -2')
  await shows(page, '.report.bad', 'journal damage in 7')
  // The totals of this second close; the rows did not.
  await shows(page, '.law-result .chip.bad', 'the last audit found 1 row that does not')
  desk.double.pipeline.audit = 'absent'
  await page.getByRole('button', { name: 'Audit now' }).click()
  await shows(page, '.audit', 'baykeeper ledger verify')
  desk.double.pipeline.audit = 'forbidden'
  await page.getByRole('button', { name: 'Audit now' }).click()
  await shows(page, '.audit', 'scope “operate”')
})

test('losses are shown by cause, day, source and sensor; an unknown size is never a 0; the filter is part of the address', {
  skip,
}, async () => {
  Object.assign(desk.double.pipeline, sampleLosses())
  await using opened = await open('/desk')
  const { page } = opened
  await page.click('.tile-link')
  await shows(page, '.lost-sum', '191 messages missing, rejected or lost · 3 losses of unknown size')
  await shows(page, '.bars li', 'Prevention')
  const uncounted = page.locator('.bars li', { hasText: 'Port or line closed' })
  assert.match((await uncounted.textContent()) ?? '', /2 losses of unknown size/)
  assert.doesNotMatch((await uncounted.textContent()) ?? '', /\b0\b/)
  assert.equal(await page.locator('.heat button.uncounted b', { hasText: /^0$/ }).count(), 0)
  await page.locator('.filters select').nth(1).selectOption('kernel-drop')
  await shows(page, '.lost-sum', '41 messages missing before us')
  await page.waitForURL(/cause=kernel-drop/)
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await page.locator('.rows .link', { hasText: 'bay-22' }).click()
  await shows(page, 'h2', 'Sensor bay-22')
  await page.waitForURL(/device=bay-22/)
  await page.locator('.heat-4').first().click()
  await page.waitForURL(/day=\d{4}-\d{2}-\d{2}/)
  const there = page.url()
  await using again = await open(there.slice(desk.double.url.length))
  await shows(again.page, '.lost-sum', (await page.textContent('.lost-sum')) ?? 'none')
})

test('a dead letter is opened by key, shows its bytes, is decoded again, and is discarded only with a reason', {
  skip,
}, async () => {
  desk.double.pipeline.letters = sampleLetters(8)
  await using opened = await open('/desk/dead-letters')
  const { page } = opened
  const first = page.locator('.rows .link').first()
  await first.waitFor()
  await first.focus()
  await page.keyboard.press('Enter')
  await shows(page, '.drawer h2', 'Dead letter 912.0')
  await shows(page, '.hex', '0000  7b 22 6f 63 63 75 70 69  {"occupi')
  await shows(page, '.drawer dl', 'parking/a/17')
  await page.keyboard.press('Escape')
  await page.locator('.drawer').waitFor({ state: 'detached' })
  assert.match((await page.locator(':focus').textContent()) ?? '', /912\.0/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Retry', exact: true }).click()
  await shows(page, '.result', '1 dead letter will be retried.')
  await shows(page, '.drawer', 'Queued for a retry')
  assert.deepEqual(desk.double.pipeline.asked.at(-1), { path: '/dead-letters/requeue', body: { id: '912.0' } })
  await page.locator('.rows .link').nth(1).click()
  await shows(page, '.drawer h2', 'Dead letter 911.0')
  await page.getByRole('button', { name: 'Discard' }).click()
  const asked = desk.double.pipeline.asked.length
  await page.getByLabel('Reason', { exact: true }).last().fill('  x ')
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await shows(page, '.give-up', 'at least 3 characters')
  assert.equal(desk.double.pipeline.asked.length, asked)
  await page.locator('.give-up textarea').fill('noise from the installation')
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await shows(page, '.result', 'Dead letter 911.0 was discarded.')
  await page.locator('.drawer').waitFor({ state: 'detached' })
  const body = { id: '911.0', reason: 'noise from the installation' }
  assert.deepEqual(desk.double.pipeline.asked.at(-1), { path: '/dead-letters/discard', body })
  await isClean(opened, 'after a discard')
})

test('all dead letters of a reason are retried with one click, and a line shows how many', { skip }, async () => {
  desk.double.pipeline.letters = sampleLetters(60)
  await using opened = await open('/desk/dead-letters')
  const { page } = opened
  await page.getByRole('button', { name: 'Older' }).click()
  await shows(page, '.rows .link', '887.0')
  await page.locator('.filters select').first().selectOption('bad-line')
  await page.waitForURL(/code=bad-line/)
  const waiting = desk.double.pipeline.letters.filter(
    ({ code, state }) => code === 'bad-line' && state === 'new',
  ).length
  await page.getByRole('button', { name: 'Retry all “Invalid line”' }).click()
  await shows(page, '.result', `${waiting} dead letters will be retried.`)
  assert.deepEqual(desk.double.pipeline.asked.at(-1)?.body, { code: 'bad-line' })
  desk.double.pipeline.letters = []
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await shows(page, '.nothing', 'Every message was decoded')
})

test('at 320 pixels, and with text at 200 %, no page about the pipeline needs scrolling sideways', {
  skip,
}, async () => {
  Object.assign(desk.double.pipeline, sampleLosses())
  desk.double.pipeline.letters = sampleLetters(4)
  for (const [path, width, reached] of [
    ['/desk/pipeline', 320, '.stage'],
    ['/desk/losses', 720, '.heat'],
    ['/desk/losses', 320, '.heat'],
    ['/desk/dead-letters?letter=912.0', 320, '.hex'],
  ] as const) {
    await using opened = await open(path, { viewport: { width, height: 640 } })
    const { page } = opened
    await page.evaluate(
      (size) => document.documentElement.style.setProperty('font-size', size),
      width > 320 ? '200%' : '',
    )
    await page.locator(reached).first().waitFor()
    await noSideways(page)
  }
})

const looks = [
  ['light', 1440, 900],
  ['dark', 390, 844],
] as const
for (const [colorScheme, width, height] of looks)
  test(`no page about the pipeline breaks a rule of WCAG 2.2 AA: ${colorScheme}, ${width} wide`, { skip }, async () => {
    const options = { colorScheme, viewport: { width, height }, reducedMotion: 'reduce' } as const
    const states: [name: string, path: string, reach: (page: Page) => Promise<unknown>][] = [
      ['pipeline', '/desk/pipeline?lang=de', (page) => shows(page, '.stage', 'Streams')],
      ['nothing lost', '/desk/losses', (page) => shows(page, '.nothing', 'Nothing lost since November 22, 2026')],
      [
        'losses',
        '/desk/losses?lang=de',
        async (page) => {
          Object.assign(desk.double.pipeline, sampleLosses())
          await page.reload()
          await shows(page, '.lost-sum', '191 Meldungen')
        },
      ],
      [
        'a server without it',
        '/desk/losses',
        async (page) => {
          desk.double.pipeline.absent = true
          await page.reload()
          await shows(page, '.part', 'Not available on this server yet')
          desk.double.pipeline.absent = false
        },
      ],
      ['no dead letters', '/desk/dead-letters', (page) => shows(page, '.nothing', 'Every message was decoded')],
      [
        'dead letter',
        '/desk/dead-letters?letter=911.0&lang=de',
        async (page) => {
          desk.double.pipeline.letters = sampleLetters(6)
          await page.reload()
          await shows(page, '.hex', '0000')
          await page.getByRole('button', { name: 'Verwerfen' }).click()
          await page.locator('.give-up').waitFor()
        },
      ],
    ]
    for (const [name, path, reach] of states) {
      await using opened = await open(path, options)
      await reach(opened.page)
      await isClean(opened, name)
    }
  })
