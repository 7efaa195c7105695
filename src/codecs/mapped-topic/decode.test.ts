/** Recorded messages of other programs, and what holds for any rule and any payload. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { createTopicRules, rulesOf, topicMapping } from '../../domain/topic-mapping.ts'
import { topicPresets } from '../../domain/topic-presets/list.ts'
import { arrivedAt } from '../codec-cases.ts'
import { mappedTopicCodec } from './decode.ts'

interface Case {
  readonly about: string
  readonly preset?: string
  readonly base?: string
  readonly rule?: object
  readonly topic: string
  readonly payload?: string
  readonly hex?: string
  readonly readings?: readonly object[]
  readonly rejection?: string
}

const dir = path.join(import.meta.dirname, 'cases')
const cases = readdirSync(dir).flatMap((file) => JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as Case[])

for (const { about, preset, base, rule: own, topic, payload = '', hex, readings, rejection } of cases)
  test(`mapped-topic: ${about}`, () => {
    const mapping = topicMapping.parse([
      preset === undefined ? own : { preset, ...(base === undefined ? {} : { base }) },
    ])
    const rule = createTopicRules(rulesOf(mapping))(topic)
    assert.ok(rule, `no rule for ${topic}`)
    const bytes = hex === undefined ? Buffer.from(payload) : Buffer.from(hex, 'hex')
    const result = mappedTopicCodec.decode(bytes, { arrivedAt, meta: { topic, rule } })
    if (rejection !== undefined) return assert.equal(!result.ok && result.error.code, rejection)
    assert.ok(result.ok, JSON.stringify(result))
    const shown = result.value.map((reading) => ({
      ...reading,
      ...(reading.time === undefined ? {} : { time: new Date(reading.time).toISOString() }),
    }))
    assert.deepEqual(shown, readings)
  })

test('every preset has recorded messages', () => {
  for (const { name } of topicPresets)
    assert.ok(
      cases.some(({ preset }) => preset === name),
      name,
    )
})

test('no payload makes it throw', () => {
  const rules = topicPresets.flatMap((preset) => preset.rules)
  const payload = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('null', '[]', '{"Switch1":{}}', '{"occupancy":[1]}', '9e999', '{"battery":"1e400"}'),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...rules),
      fc.oneof(
        payload.map((text) => Buffer.from(text)),
        fc.uint8Array(),
      ),
      (rule, bytes) => {
        const topic = rule.topic.replace(/\{[a-z]+\}|\+|#/g, 'x')
        const result = mappedTopicCodec.decode(bytes, { arrivedAt, meta: { topic, rule: JSON.stringify(rule) } })
        assert.ok(result.ok || result.error.detail.length < 800)
      },
    ),
    { numRuns: effort(3_000) },
  )
})

test('no message makes a bay free that nothing measured as free', () => {
  const unsure = fc.constantFrom(
    '',
    'null',
    'unknown',
    'unavailable',
    'nan',
    'offline',
    '{}',
    '{"occupancy":null}',
    '{"contact":null}',
    '{"Switch1":null}',
  )
  fc.assert(
    fc.property(fc.constantFrom(...topicPresets.flatMap((preset) => preset.rules)), unsure, (rule, text) => {
      const topic = rule.topic.replace(/\{[a-z]+\}|\+|#/g, 'x')
      const result = mappedTopicCodec.decode(Buffer.from(text), {
        arrivedAt,
        meta: { topic, rule: JSON.stringify(rule) },
      })
      if (result.ok) for (const { measures } of result.value) assert.notEqual(measures.occupied, false)
    }),
    { numRuns: effort(1_000) },
  )
})
