import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Loss } from '@baykeeper/contract/losses.ts'
import { lossCauses, losses } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { de } from '../../i18n/de.ts'
import { en } from '../../i18n/en.ts'
import { createWords } from '../../i18n/words.ts'
import { sumFigure, sumWords } from './cause-words.ts'
import { pipelineDe } from './de.ts'
import { pipelineEn } from './en.ts'
import { addedUp, daysOf, groupsOf, heatOf, sumOf } from './losses.ts'

const loss = (more: Partial<Loss>): Loss => ({
  cause: 'sequence-gap',
  source: 'serial',
  device: 'bay-17',
  day: '2026-11-23',
  frames: 1,
  from: null,
  to: null,
  detail: '',
  ...more,
})

test('a loss of unknown size is a loss and not nothing', () => {
  assert.deepEqual(sumOf([loss({ frames: null }), loss({ frames: 4 })]), {
    frames: 4,
    uncounted: 1,
    causes: ['sequence-gap'],
  })
  assert.equal(heatOf({ frames: 0, uncounted: 1 }, 10), 1)
  assert.equal(heatOf({ frames: 0, uncounted: 0 }, 10), 0)
})

test('the same sensor name at two sources is two sensors', () => {
  const groups = groupsOf([loss({ frames: 2 }), loss({ source: 'mqtt', frames: 3 })], ({ device }) => device)
  assert.deepEqual(
    groups.map(({ source, frames }) => [source, frames]),
    [
      ['mqtt', 3],
      ['serial', 2],
    ],
  )
  assert.deepEqual(
    groupsOf([loss({ device: null })], ({ device }) => device),
    [],
  )
})

test('no frame and no loss of unknown size is gained or lost by grouping, for any losses', () => {
  const any = fc.record({
    source: fc.constantFrom('http', 'serial', 'udp'),
    day: fc.constantFrom('2026-11-23', '2026-11-20', '2026-09-20'),
    frames: fc.option(fc.nat(1_000)),
    cause: fc.constantFrom('sequence-gap', 'overrun', 'port-down'),
  })
  fc.assert(
    fc.property(fc.array(any), (some) => {
      const losses = some.map((each) => loss(each as Partial<Loss>))
      const total = sumOf(losses)
      const groups = groupsOf(losses, ({ source }) => source)
      assert.deepEqual(
        [sum(groups, ({ frames }) => frames), sum(groups, ({ uncounted }) => uncounted)],
        [total.frames, total.uncounted],
      )
      const days = daysOf(losses, '2026-11-23', new Set())
      assert.equal(days.at(-1)?.day, '2026-11-23')
      assert.equal(days.length, losses.some(({ day }) => day < '2026-10') ? 84 : 28)
      assert.equal(
        sum(days, ({ frames }) => frames),
        total.frames,
      )
    }),
  )
})

const sum = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((total, item) => total + of(item), 0)

test('a day on which nothing came and nothing is known to be lost is a day without data, not one without loss', () => {
  const days = daysOf([loss({ day: '2026-11-22', frames: 2 })], '2026-11-23', new Set(['2026-11-23']))
  assert.deepEqual(
    days.slice(-3).map(({ day, hasData, frames }) => [day, hasData, frames]),
    [
      ['2026-11-21', false, 0],
      ['2026-11-22', true, 2],
      ['2026-11-23', true, 0],
    ],
  )
})

test('a saturated sum stays at its limit when more is added', () => {
  const most = Number.MAX_SAFE_INTEGER
  assert.equal(sumOf([loss({ frames: most }), loss({ cause: 'refused', frames: 8 })]).frames, most)
  const totals = [
    { cause: 'sequence-gap', frames: most, uncounted: 0 },
    { cause: 'refused', frames: 8, uncounted: 1 },
  ] as const
  assert.deepEqual(addedUp(totals), { frames: most, uncounted: 1, causes: ['sequence-gap', 'refused'] })
})

test('"at least" appears once in a figure, also where the sum is at its limit and more is not counted', () => {
  const words = createWords('en', en).with(pipelineEn)
  assert.equal(sumFigure(words, { frames: Number.MAX_SAFE_INTEGER, uncounted: 1 }), '≥ 9,007,199,254,740,991')
  assert.equal(sumFigure(words, { frames: 4, uncounted: 1 }), 'at least 4')
})

test('the sentence of one cause names only its own meaning, in both languages', () => {
  const meanings = {
    'missing before us': /missing before us|vor uns/,
    rejected: /reject|abgelehnt/,
    'lost by us': /lost by us|bei uns/,
  }
  const languages = [createWords('en', en).with(pipelineEn), createWords('de', de).with(pipelineDe)]
  for (const words of languages)
    for (const cause of lossCauses)
      for (const frames of [1, 8]) {
        const sentence = sumWords(words, { frames, uncounted: 0, causes: [cause] })
        const named = Object.entries(meanings).flatMap(([meaning, pattern]) =>
          pattern.test(sentence) ? [meaning] : [],
        )
        assert.deepEqual(named, [losses[cause].meaning], sentence)
      }
  const mixed = { frames: 9, uncounted: 0, causes: ['refused', 'overrun'] } as const
  assert.equal(sumWords(languages[0] as (typeof languages)[0], mixed), '9 messages missing, rejected or lost')
})
