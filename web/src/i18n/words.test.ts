import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import * as vocabulary from '@baykeeper/contract/vocabulary.ts'
import { alertsDe } from '../pages/alerts/de.ts'
import { type AlertsKey, alertsEn } from '../pages/alerts/en.ts'
import { rulesDe } from '../pages/alerts/rules/de.ts'
import { type RulesKey, rulesEn } from '../pages/alerts/rules/en.ts'
import { devicesDe } from '../pages/devices/de.ts'
import { type DevicesKey, devicesEn } from '../pages/devices/en.ts'
import { forecastDe } from '../pages/forecast/de.ts'
import { type ForecastKey, forecastEn } from '../pages/forecast/en.ts'
import { layoutDe } from '../pages/layout/de.ts'
import { type LayoutKey, layoutEn } from '../pages/layout/en.ts'
import { toolsDe } from '../pages/live/tools-de.ts'
import { type ToolsKey, toolsEn } from '../pages/live/tools-en.ts'
import { pipelineEn } from '../pages/pipeline/en.ts'
import { setupDe } from '../pages/setup/de.ts'
import { type SetupKey, setupEn } from '../pages/setup/en.ts'
import { signsDe } from '../pages/signs/de.ts'
import { type SignsKey, signsEn } from '../pages/signs/en.ts'
import { de } from './de.ts'
import { en, type TextKey } from './en.ts'
import { createWords } from './words.ts'

const blanksOf = (text: unknown) =>
  (JSON.stringify(text).match(/\{\w+\}/g) ?? []).filter((blank, i, all) => all.indexOf(blank) === i).sort()

test('every German text has the blanks of its English one', () => {
  for (const key of Object.keys(en) as TextKey[]) assert.deepEqual(blanksOf(de[key]), blanksOf(en[key]), key)
  for (const key of Object.keys(forecastEn) as ForecastKey[])
    assert.deepEqual(blanksOf(forecastDe[key]), blanksOf(forecastEn[key]), key)
  for (const key of Object.keys(signsEn) as SignsKey[])
    assert.deepEqual(blanksOf(signsDe[key]), blanksOf(signsEn[key]), key)
  for (const key of Object.keys(setupEn) as SetupKey[])
    assert.deepEqual(blanksOf(setupDe[key]), blanksOf(setupEn[key]), key)
  for (const key of Object.keys(alertsEn) as AlertsKey[])
    assert.deepEqual(blanksOf(alertsDe[key]), blanksOf(alertsEn[key]), key)
  for (const key of Object.keys(devicesEn) as DevicesKey[])
    assert.deepEqual(blanksOf(devicesDe[key]), blanksOf(devicesEn[key]), key)
  for (const key of Object.keys(toolsEn) as ToolsKey[])
    assert.deepEqual(blanksOf(toolsDe[key]), blanksOf(toolsEn[key]), key)
  for (const key of Object.keys(layoutEn) as LayoutKey[])
    assert.deepEqual(blanksOf(layoutDe[key]), blanksOf(layoutEn[key]), key)
  for (const key of Object.keys(rulesEn) as RulesKey[])
    assert.deepEqual(blanksOf(rulesDe[key]), blanksOf(rulesEn[key]), key)
})

test('every English text is named somewhere in the pages', async () => {
  const folder = path.join(import.meta.dirname, '..')
  const files: string[] = []
  for await (const file of glob('**/*.{ts,tsx}', { cwd: folder }))
    if (!/^i18n\/(?:\w+-)?(?:en|de)\.ts$|tools-(?:en|de)\.ts$/.test(file))
      files.push(await readFile(path.join(folder, file), 'utf8'))
  const text = files.join('\n')
  // Types of bays, codes of dead letters, problems and reasons are named by the server; others are members of a closed list.
  const members = new Set<string>(Object.values(vocabulary).flatMap((list) => (Array.isArray(list) ? list : [])))
  const all = {
    ...en,
    ...pipelineEn,
    ...forecastEn,
    ...signsEn,
    ...setupEn,
    ...alertsEn,
    ...rulesEn,
    ...devicesEn,
    ...layoutEn,
    ...toolsEn,
  }
  const unused = Object.keys(all).filter(
    (key) =>
      !/^(?:type|code|problem|reason|mode|event|done|kind|verdict|source|refusal|unit|day|delivery|tool|hint|change|by|expert)_/.test(
        key,
      ) &&
      !members.has(key) &&
      !text.includes(`'${key}'`),
  )
  assert.deepEqual(unused, [])
})

test('each form that a language has is used, and other where a text lacks it', () => {
  const texts = { bays: { one: '{n} miejsce', few: '{n} miejsca', many: '{n} miejsc', other: '{n} miejsca' } }
  const polish = createWords<'bays'>('pl', texts)
  assert.deepEqual(
    [1, 2, 5, 22, 1.5].map((n) => polish.count('bays', n)),
    ['1 miejsce', '2 miejsca', '5 miejsc', '22 miejsca', '1,5 miejsca'],
  )
  assert.equal(createWords<'bays'>('ar', texts).count('bays', 0), `${new Intl.NumberFormat('ar').format(0)} miejsca`)
})

test('numbers, plurals, ages and the time of the site follow the language', () => {
  const words = createWords('de', de)
  assert.equal(words.count('bayCount', 1), '1 Stellplatz')
  assert.equal(words.count('bayCount', 10_000), '10.000 Stellplätze')
  assert.equal(words.text('ofBays', { n: 2_500 }), 'von 2.500 Stellplätzen')
  const noon = Date.UTC(2026, 10, 23, 11, 0, 5)
  assert.equal(words.clock(noon, 'Europe/Berlin'), '12:00:05')
  assert.equal(createWords('en').clock(noon, 'America/New_York'), '06:00:05')
  assert.equal(createWords('en').ago(4_000), '4\u00a0s ago')
  assert.equal(words.ago(14 * 60_000), 'vor 14\u00a0min')
  assert.equal(words.ago(2 * 86_400_000), 'vor 2 Tagen')
  assert.equal(createWords('en').span(7_200_000), '2\u00a0h')
  assert.equal(createWords('en').duration(7_440_000), '2\u00a0h 4\u00a0min')
  assert.equal(createWords('de').duration(90_000), '2\u00a0min')
  assert.equal(createWords('en').duration(20_000), '20\u00a0s')
  assert.equal(createWords('en').duration(7_200_000), '2\u00a0h')
  assert.equal(createWords('de').span(3 * 86_400_000), '3 Tage')
  const night = createWords('en')
    .range(noon, noon + 3_600_000, 'Europe/Berlin')
    .replaceAll(/\s/g, ' ')
  assert.equal(night, 'Nov 23, 12:00 – 13:00')
})

test('a sum that has stopped at its limit is shown as at least that', () => {
  const words = createWords('en', en)
  assert.match(words.number(Number.MAX_SAFE_INTEGER), /^≥ 9/)
  assert.doesNotMatch(words.number(Number.MAX_SAFE_INTEGER - 1), /≥/)
})

test('a sum beyond the limit is shown as the limit, in numbers and in texts', () => {
  const words = createWords('en', en)
  const limit = '≥ 9,007,199,254,740,991'
  assert.equal(words.number(Number.MAX_SAFE_INTEGER + 9), limit)
  assert.equal(words.text('ofBays', { n: Number.MAX_SAFE_INTEGER + 9 }), `of ${limit} bays`)
})

test('a compact number has at most 9 characters, and short numbers stay exact', () => {
  for (const words of [createWords('en', en), createWords('de', de)])
    for (let n = 9; n < Number.MAX_SAFE_INTEGER; n = n * 10 + 9)
      assert.ok(words.compact(n).length <= 9, `${words.locale} ${n}: ${words.compact(n)}`)
  assert.equal(createWords('en', en).compact(999), '999')
  assert.equal(createWords('en', en).compact(123_456), '123K')
  assert.equal(createWords('de', de).compact(123_456), '123k')
  assert.match(createWords('en', en).compact(Number.MAX_SAFE_INTEGER), /^≥ 9007T$/)
})
