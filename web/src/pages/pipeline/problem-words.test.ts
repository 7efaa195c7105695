import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HealthProblem, healthCodes } from '@baykeeper/contract/health.ts'
import { de } from '../../i18n/de.ts'
import { en } from '../../i18n/en.ts'
import { createWords } from '../../i18n/words.ts'
import { pipelineDe } from './de.ts'
import { type PipelineKey, pipelineEn } from './en.ts'
import { problemText } from './problem-words.ts'

const english = createWords('en', en).with<PipelineKey>(pipelineEn)
const german = createWords('de', de).with<PipelineKey>(pipelineDe)
const reason = 'ER_XYZ 4711'

test('every reason of the contract has its own text in German and in English, with its figures', () => {
  const texts = new Set<string>()
  for (const code of healthCodes)
    for (const figures of [{ records: 7, seconds: 21 }, { tries: 12 }]) {
      const seconds = { seconds: 21 }
      const problem: HealthProblem = {
        code,
        params: { ...seconds, ...figures, reason },
        detail: 'as the server words it',
      }
      const both = [problemText(english, problem), problemText(german, problem)]
      for (const text of both) {
        assert.doesNotMatch(text, /[{}]|as the server words it|undefined/, code)
        assert.match(text, 'tries' in figures ? /12/ : /7.*21/, code)
        assert.ok(!texts.has(text), `${code}: ${text}`)
        texts.add(text)
      }
      if (/^store-(?!silent)|unreadable|failed/.test(code))
        for (const text of both) assert.ok(text.includes(reason), code)
    }
})

test('the German texts of the pipeline have the blanks of the English ones', () => {
  const blanksOf = (text: unknown) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort()
  for (const key of Object.keys(pipelineEn) as PipelineKey[])
    assert.deepEqual(blanksOf(pipelineDe[key]), blanksOf(pipelineEn[key]), key)
})

test('a reason of a later server is shown as that server words it', () => {
  const later = { code: 'moon-phase', params: {}, detail: 'the moon is full' } as unknown as HealthProblem
  assert.equal(problemText(german, later), 'the moon is full')
})
