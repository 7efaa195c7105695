/** A day and a night of the simulated week: every planted fault is found in its time, and no alert comes without a cause. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type JudgedWeek, judgedWeek } from './judged-week.ts'
import { weekText } from './week-report.ts'

describe('a day of the demo city and the night in which the clocks go back', () => {
  let dir: string
  let week: JudgedWeek
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-week-'))
    const begin = '2026-10-24T00:00:00+02:00'
    week = await judgedWeek({
      days: 1.25,
      bays: 420,
      seed: Number(process.env['SEED'] ?? 1),
      begin,
      file: path.join(dir, 'week.db'),
    })
  })
  after(() => rm(dir, { recursive: true, force: true }))

  test('each planted fault is found by its rule, in its time', () => {
    const late = week.findings.filter(({ isInTime }) => isInTime === false)
    assert.deepEqual(late, [], weekText(week))
    assert.ok(week.findings.filter(({ isInTime }) => isInTime).length >= 12, weekText(week))
  })

  test('every vehicle that stays too long has an alert', () => {
    assert.ok(week.overstays > 20)
    assert.deepEqual(week.missedOverstays, [])
  })

  test('no alert is raised without a cause', () => {
    // A pattern is no proof: of a thousand sound sensors one is called stuck in a week.
    const certain = week.falseAlerts.filter(({ rule }) => rule !== 'stuck')
    assert.deepEqual(certain, [], weekText(week))
    assert.ok(week.falseAlerts.length - certain.length <= 1, weekText(week))
  })

  test('what a root explains is held back', () => {
    assert.ok(week.before.alerts > week.after.alerts, weekText(week))
  })

  test('messages that were lost on the way are known to be missing', () => {
    assert.ok(week.truth.framesLost > 0)
    assert.equal(week.played.lost, week.truth.framesLost)
  })
})
