import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configSchema } from '../../config/config.ts'
import { isTopicFilter } from './topic-filter.ts'

const right = ['a', 'a/b', '+', '#', 'a/+/b', 'a/#', '/', 'a//b', '$share/g/a', ' ']
const wrong = ['', 'a/#/b', 'a#', '#a', 'a+/b', '+a', 'a/b+', 'a\0b', 'ä'.repeat(32_768)]

test('the configuration and the broker take and refuse the same topic filters', () => {
  const ofConfig = (filter: string) =>
    configSchema.safeParse({ brokers: [{ url: 'mqtt://broker', topics: [filter] }] }).success
  for (const filter of right) assert.deepEqual([isTopicFilter(filter), ofConfig(filter)], [true, true], filter)
  for (const filter of wrong)
    assert.deepEqual([isTopicFilter(filter), ofConfig(filter)], [false, false], filter.slice(0, 10))
})
