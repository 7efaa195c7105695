import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type BadRow, readStays } from './stays.ts'
import { layoutOfStays, surveyStays } from './stays-layout.ts'
import { transitions } from './transitions.ts'

const zone = 'Australia/Melbourne'
const melbourne = path.join(
  import.meta.dirname,
  '../../../shared/data/datasets/melbourne-violations/melbourne_overstays_2016-11-07_2016-12-04.csv',
)
const never = ({ line, what }: BadRow) => assert.fail(`line ${line}: ${what}`)
const skip = existsSync(melbourne) ? false : `no stays at ${melbourne}`

test('28 days of Melbourne: 118,084 transitions of 2,410 bays in order', { skip }, async () => {
  const counts = new Map<string, number>()
  let total = 0
  let last = 0
  for await (const { device, seq, time } of transitions(readStays(melbourne, zone, never), never)) {
    total++
    assert.equal(seq, (counts.get(device) ?? 0) + 1)
    counts.set(device, seq)
    assert.ok(time >= last)
    last = time
  }
  assert.deepEqual([total, counts.size], [118_084, 2_410])
  assert.equal(new Date(last).toISOString().slice(0, 10), '2016-12-04')
})

test('Melbourne on a plan: 33 areas, every bay once, none on another', { skip }, async () => {
  const survey = await surveyStays(readStays(melbourne, zone, never))
  const { sites } = layoutOfStays(survey, { name: 'Melbourne', zone })
  const levels = sites.flatMap((site) => site.levels)
  const bays = levels.flatMap((level) => level.bays)
  assert.deepEqual([levels.length, survey.bays, bays.length, survey.stays], [33, 2_410, 2_410, 59_042])
  assert.equal(new Set(bays.map(({ id }) => id)).size, 2_410)
  assert.equal(new Set(levels.map(({ id }) => id)).size, 33)
  assert.equal(new Set(bays.map(({ x, y }) => `${x} ${y}`)).size, 2_410)
})
