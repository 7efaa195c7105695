import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedCity } from '../data/city.ts'
import { stepsOf } from '../data/panel.ts'
import { windowsOf } from './windows.ts'

const panelOf = (days: number) => generatedCity({ seed: 1, lots: 1, days })

test('a fine-tuning learns from the old, stops by the newer and is judged on the newest week, which neither has seen', () => {
  const panel = panelOf(77)
  const { anchorFrom, learntTo, seenTo, heldOutDays } = windowsOf(panel, { isFineTuning: true })
  assert.equal(heldOutDays, 7)
  assert.equal(seenTo, stepsOf(panel) - 7 * 96)
  assert.ok(anchorFrom < learntTo && learntTo < seenTo)
})

test('the shortest history that is trained on still has an anchor to fit and days to be judged on', () => {
  const { anchorFrom, learntTo, seenTo, heldOutDays } = windowsOf(panelOf(35), { isFineTuning: true })
  assert.equal(heldOutDays, 5)
  assert.ok(learntTo - anchorFrom >= 14 * 96)
  assert.ok(seenTo - learntTo >= 3 * 96)
})

test('weights from nothing have no rival, so nothing is held out of theirs', () => {
  const panel = panelOf(77)
  const { seenTo, heldOutDays } = windowsOf(panel, { isFineTuning: false })
  assert.deepEqual([seenTo, heldOutDays], [stepsOf(panel), 0])
})
