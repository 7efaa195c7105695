import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canFollow, followed, newDayView } from './day-view.ts'
import { aheadOf, remembered, type Site, stepMs } from './site-panel.ts'
import { requestOf } from './site-under-test.ts'

const whole = requestOf()
const steps = whole.lots[0]?.rates.length as number
const nowAt = (back: number) => Date.parse(whole.now) - back * stepMs
/** History sent so many quarters before the end. */
const until = (back: number) => ({
  ...whole,
  lots: whole.lots.map((lot) => ({ ...lot, rates: lot.rates.slice(0, steps - back) })),
})
/** Since then, with eight quarters that had been sent before and are now known better. */
const since = (before: number, back: number) => {
  const first = steps - before - 8
  const lots = whole.lots.map((lot) => ({ ...lot, rates: lot.rates.slice(first, steps - back) }))
  return { ...whole, lots, from: new Date(Date.parse(whole.from) + first * stepMs).toISOString() }
}
const stepOf = (ms: number) => Math.floor(ms / stepMs)
const asked = (site: Site, back: number, changedFrom: number) => ({ site, step: stepOf(nowAt(back)), changedFrom })

test('an updated view equals a newly built one', () => {
  let site = remembered(until(40), undefined)
  const unsure = site.rates[0] as Float32Array
  unsure[unsure.length - 3] = 0.9
  let view = newDayView(site, nowAt(40))
  for (const [before, back] of [
    [40, 39],
    [39, 20],
    [20, 0],
  ] as const) {
    const sent = since(before, back)
    site = remembered(sent, site)
    const next = asked(site, back, stepOf(Date.parse(sent.from)))
    assert.ok(canFollow(view, next))
    view = followed(view, next)
  }
  const rebuilt = newDayView(remembered(until(0), undefined), nowAt(0))
  assert.equal(view.placed.origin, rebuilt.placed.origin)
  assert.deepEqual(view.placed.firstKnown, rebuilt.placed.firstKnown)
  for (const part of ['mean4', 'mean12', 'spread', 'anomaly'] as const)
    assert.deepEqual(view.seasonal[part], rebuilt.seasonal[part], part)
  assert.deepEqual(view.seasonal.city, rebuilt.seasonal.city)
  assert.deepEqual(view.placed.panel.rates, rebuilt.placed.panel.rates)
  for (const [lot, { sum, count }] of rebuilt.seasonal.sums.entries()) {
    assert.deepEqual(view.seasonal.sums[lot]?.count, count)
    assert.ok(sum.every((value, i) => Math.abs(value - (view.seasonal.sums[lot]?.sum[i] as number)) < 1e-9))
  }
})

test('another day, other lots, other dates, an earlier time and an older change want a view of their own', () => {
  const site = remembered(until(20), undefined)
  const view = newDayView(site, nowAt(20))
  const now = stepOf(nowAt(20))
  assert.ok(canFollow(view, asked(site, 19, now)))
  assert.ok(!canFollow(view, asked(site, 21, now)))
  assert.ok(!canFollow(view, asked(site, 20 - 96, now)))
  assert.ok(!canFollow(view, asked(site, 19, now - 5 * 96)))
  assert.ok(!canFollow(view, asked({ ...site, lots: site.lots.slice(1) }, 19, now)))
  assert.ok(!canFollow(view, asked({ ...site, holidays: new Set(['2026-02-14']) }, 19, now)))
})

test('a target is where clocks will stand then, also when they are changed before', () => {
  const step = (text: string) => Date.parse(text) / stepMs
  assert.deepEqual(aheadOf('Europe/Berlin', step('2026-03-28T12:00:00Z'), [4, 96]), [4, 100])
  assert.deepEqual(aheadOf('Europe/Berlin', step('2026-10-24T12:00:00Z'), [4, 96]), [4, 92])
  assert.deepEqual(aheadOf('Australia/Lord_Howe', step('2026-04-04T10:00:00Z'), [4, 96]), [4, 94])
  assert.deepEqual(aheadOf('UTC', step('2026-03-28T12:00:00Z'), [4, 96]), [4, 96])
})
