import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measures } from '@baykeeper/contract/measures.ts'
import { measureColumns } from './measure-columns.ts'
import { migrations } from './migrations.ts'

test('a measure with a schema version gets a step that adds its columns, as wide as its numbers', () => {
  const noise = { unit: '', min: 0, max: 9, en: 'x', de: 'x' }
  const steps = measureColumns([
    { ...noise, name: 'first_x' },
    { ...noise, name: 'wind_ms', since: 98 },
    { ...noise, name: 'axles_n', whole: true, since: 99 },
  ])
  assert.deepEqual(
    steps.map(({ version, name }) => [version, name]),
    [
      [98, '0098-wind-ms'],
      [99, '0099-axles-n'],
    ],
  )
  assert.deepEqual(steps[0]?.sqlite[0], 'ALTER TABLE reading ADD COLUMN wind_ms REAL')
  assert.deepEqual(steps[1]?.mysql, [
    'ALTER TABLE "reading" ADD COLUMN "axles_n" BIGINT',
    'ALTER TABLE "device" ADD COLUMN "axles_n" BIGINT',
  ])
})

test('no two steps share a version, and they are run in the order of their versions', () => {
  const versions = migrations.map(({ version }) => version)
  assert.deepEqual(
    versions,
    [...new Set(versions)].sort((a, b) => a - b),
  )
})

test('the measures of the first release come first, so that columns keep their places', () => {
  const later = measures.map((measure) => 'since' in measure)
  assert.deepEqual(later, later.toSorted())
})
