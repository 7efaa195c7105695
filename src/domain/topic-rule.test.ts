import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTopicRules, filtersOf, rulesOf, topicMapping, topicMappingFaults } from './topic-mapping.ts'
import { namesIn, topicPatternFault } from './topic-rule.ts'

test('names are whole levels, # takes the rest, and topics of the broker itself are matched only by name', () => {
  assert.deepEqual(
    namesIn('a/{x}/+/{y}', 'a/1/2/3'),
    new Map([
      ['{x}', '1'],
      ['{y}', '3'],
    ]),
  )
  for (const topic of ['a/1/2', 'a/1/2/3/4', 'b/1/2/3']) assert.equal(namesIn('a/{x}/+/{y}', topic), undefined, topic)
  assert.ok(namesIn('a/#', 'a/b/c'))
  assert.ok(namesIn('a/#', 'a'))
  assert.equal(namesIn('{x}/uptime', '$SYS/uptime'), undefined)
})

test('what is no pattern is refused', () => {
  for (const text of ['', 'a/{X}/b', 'a/b{x}', 'a/#/b', 'a/+b', 'a/{}']) assert.ok(topicPatternFault(text), text)
})

test('the first rule that matches counts, and only rules that read something are subscribed to', () => {
  const mapping = topicMapping.parse([
    { topic: 'lot/{device}/debug', ignore: true },
    { topic: 'lot/{device}/state', fields: { occupied: '' } },
    { preset: 'tasmota', base: 'site/tele' },
  ])
  const rules = rulesOf(mapping)
  assert.deepEqual(filtersOf(rules), [
    'lot/+/state',
    'site/tele/+/LWT',
    'site/tele/+/STATE',
    'site/tele/+/SENSOR',
    'stat/+/RESULT',
  ])
  const ruleOf = createTopicRules(rules)
  assert.match(ruleOf('lot/7/debug') ?? '', /ignore/)
  assert.match(ruleOf('lot/7/state') ?? '', /occupied/)
  assert.equal(ruleOf('lot/7/other'), undefined)
})

test('a rule that could read nothing, or names what the topic does not have, is a fault with its place', () => {
  const mapping = topicMapping.parse([
    { topic: 'a/{device}' },
    { topic: 'a/{node}', fields: { occupied: '' } },
    { topic: 'a/{device}', fields: { distance_mm: { at: '', taken: ['1'] } } },
    { topic: 'a/{device}', fields: { occupied: '' } },
  ])
  assert.deepEqual(
    topicMappingFaults(mapping).map(({ index, message }) => [index, message]),
    [
      [0, 'give fields, online or ignore: nothing of its messages is read'],
      [1, 'the topic has no {device}, which device names'],
      [2, 'fields.distance_mm: taken, free, above and below are for occupied'],
    ],
  )
})
