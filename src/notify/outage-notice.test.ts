import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { type AlertEventRow, noChannel } from '../domain/alerts/alert-rows.ts'
import { databaseOutage } from '../domain/alerts/rules/database-outage.ts'
import { type AlertStep, createAlertWorld } from '../processing/testing/alert-world.ts'
import { type AlertEvent, eventId } from './alert-event.ts'
import { openUnlocked } from './notify-database.ts'
import { afterEvent, type OutageAlert, outageEvent, outageRule } from './outage-event.ts'
import { createOutageNotice, noticeAfterMs } from './outage-notice.ts'

const begin = '2026-11-23T08:00:00Z'
const start = Date.parse(begin)
const rule = databaseOutage.defaults
const second = 1_000

/** The events of the fold, as the feed has them. */
const feedOf = (rows: readonly AlertEventRow[]): AlertEvent[] =>
  rows.map(({ channels, author, text, ...row }) => ({
    ...{ ...row, author: author ?? '', comment: author === null ? '' : text, text: author === null ? text : '' },
    ...{ isQuiet: channels === noChannel, channels: [] },
  }))

/** Steps of a story of outages: the database is away from `from` to `to`, seconds; a person acts on the alert in between. */
interface Away {
  readonly from: number
  readonly to: number
  readonly act?: { readonly at: number; readonly action: 'acknowledge' | 'comment' }
}

function stepsOf(story: readonly Away[]): AlertStep[] {
  const health = (isUp: boolean, since: number | null) => ({
    database: { isUp, since: since === null ? null : start + second * since, detail: isUp ? '' : 'refused' },
  })
  return story
    .flatMap(({ from, to, act }): AlertStep[] => [
      { at: from + 1, health: health(false, from) },
      { at: to, health: health(true, null) },
      ...[61, 121, 700].map((after) => ({ at: to + after, beat: true })),
      ...(act ? [{ at: act.at, act: { action: act.action, on: 'database-outage database' } }] : []),
    ])
    .sort((a, b) => a.at - b.at)
}

/** What the fold makes of it, and what is known before: for each outage the event in advance, where there is one. */
function foretold(story: readonly Away[]) {
  const world = createAlertWorld({ begin, city: { bays: { A: ['a'] } }, restarts: false })
  const announced: AlertEvent[] = []
  let followed = 0
  let alert: OutageAlert | undefined
  const steps = stepsOf(story)
  const follow = () => {
    const events = feedOf(world.events())
    for (const event of events.slice(followed)) if (event.rule === outageRule) alert = afterEvent(alert, event)
    followed = events.length
  }
  for (const step of steps) {
    const database = step.health?.database
    if (database && !database.isUp) {
      // All before the outage is committed, and nothing of it is.
      follow()
      const event = outageEvent({ since: Number(database.since), detail: database.detail }, rule, alert)
      // The book has it already: it is sent once (N4).
      const isKnown = event && announced.some((one) => eventId(one) === eventId(event))
      if (event && !isKnown) announced.push(event)
    }
    world.play([step])
  }
  return { announced, stored: feedOf(world.events()).filter((event) => event.rule === outageRule) }
}

const raises = (events: readonly AlertEvent[]) =>
  events.filter(({ event, isQuiet }) => (event === 'raised' || event === 'reopened') && !isQuiet)

/** The third begins before the second is due. */
const againWhileDue = [
  { pause: 130, lasts: 20, acts: false },
  { pause: 130, lasts: 291, acts: false },
  { pause: 137, lasts: 23, acts: false },
]

/** The third begins more than ten minutes after the second was raised, and less after channels were notified of that. */
const afterOwed = [
  { pause: 130, lasts: 20, acts: false },
  { pause: 226, lasts: 295, acts: true },
  { pause: 305, lasts: 20, acts: false },
]

describe('the event of an outage, made in advance', () => {
  test('it has the id of the one that is stored later: the first, one that waits for a person, and one after it was closed', () => {
    const story = [
      { from: 100, to: 200 },
      { from: 2_000, to: 2_100, act: { at: 3_000, action: 'acknowledge' as const } },
      { from: 5_000, to: 5_300 },
    ]
    const { announced, stored } = foretold(story)
    assert.deepEqual(announced.map(eventId), raises(stored).map(eventId))
    assert.deepEqual(
      announced.map(({ event }) => event),
      ['raised', 'reopened', 'raised'],
    )
  })

  test('one that comes back within ten minutes is due at their end, as the stored one is', () => {
    const { announced, stored } = foretold([
      { from: 100, to: 200 },
      { from: 400, to: 1_500 },
    ])
    assert.deepEqual(announced.map(eventId), raises(stored).map(eventId))
    assert.equal(announced[1]?.at, start + 700 * second)
  })

  test('in random stories each outage that is due has the id of a stored event', () => {
    const away = fc.record({
      pause: fc.integer({ min: 130, max: 2_000 }),
      lasts: fc.integer({ min: 20, max: 1_500 }),
      acts: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(away, { minLength: 1, maxLength: 6 }), (drawn) => {
        let at = 0
        const story = drawn.map(({ pause, lasts, acts }): Away => {
          const from = at + pause
          at = from + lasts
          const act = acts ? { at: at + 125, action: 'acknowledge' as const } : undefined
          return { from, to: at, ...(act ? { act } : {}) }
        })
        const { announced, stored } = foretold(story)
        // One that falls due when the database is back is made by the fold alone.
        const inOutage = (event: AlertEvent) => story.some(({ from, to }) => isWithin(event.at, from, to))
        assert.deepEqual(announced.filter(inOutage).map(eventId), raises(stored).filter(inOutage).map(eventId))
      }),
      { numRuns: effort(200), examples: [[againWhileDue], [afterOwed]] },
    )
  })

  test('there is none while channels have the alert as active, and none for a rule that is off or has hours', () => {
    const active = afterEvent(undefined, feedOf(oneOutage())[0] as AlertEvent)
    const outage = { since: start, detail: '' }
    assert.equal(outageEvent(outage, rule, active), undefined)
    assert.equal(outageEvent(outage, { ...rule, enabled: false }, undefined), undefined)
    const schedule = [{ days: ['mon'] as const, from: '08:00', to: '09:00' }]
    assert.equal(outageEvent(outage, { ...rule, schedule }, undefined), undefined)
    assert.ok(outageEvent(outage, rule, undefined))
  })
})

const isWithin = (at: number, from: number, to: number) => at >= start + second * from && at < start + second * to

function oneOutage(): readonly AlertEventRow[] {
  const world = createAlertWorld({ begin, city: { bays: { A: ['a'] } }, restarts: false })
  world.play(stepsOf([{ from: 0, to: 100 }]))
  return world.events()
}

describe('the notice of an outage', () => {
  const away = (since: number) => ({ isUp: false, since, detail: 'refused' })
  const up = { isUp: true, since: null, detail: '' }

  function noticeOn(db: ReturnType<typeof openUnlocked>) {
    const announced: AlertEvent[] = []
    let now = start
    const open = () => createOutageNotice({ db, now: () => now, announce: (event) => void announced.push(event) })
    const pass = (ms: number) => {
      now += ms
    }
    return { announced, open, pass }
  }

  test('it is made once the database has been away for a while, once, also by a process that was started again', () => {
    using db = openUnlocked(':memory:')
    const { announced, open, pass } = noticeOn(db)
    const first = open()
    first.look(away(start))
    pass(noticeAfterMs - 1)
    first.look(away(start))
    assert.equal(announced.length, 0)
    pass(1)
    first.look(away(start))
    const next = open()
    // A processor that was started again counts from then.
    next.look(away(start + 5 * second))
    assert.deepEqual(
      announced.map(({ at, event, rule }) => [at, event, rule]),
      [[start, 'raised', 'database-outage']],
    )
  })

  test('what is not known ends no outage, and a short one is not reported', () => {
    using db = openUnlocked(':memory:')
    const { announced, open, pass } = noticeOn(db)
    const notice = open()
    notice.look(away(start))
    notice.look(undefined)
    notice.look(up)
    pass(noticeAfterMs)
    notice.look(away(start + noticeAfterMs))
    assert.equal(announced.length, 0)
    pass(noticeAfterMs)
    notice.look(away(start + noticeAfterMs))
    assert.deepEqual(
      announced.map(({ at }) => at),
      [start + noticeAfterMs],
    )
  })

  test('a database that is away again before its first outage is stored goes on with the same alert', () => {
    using db = openUnlocked(':memory:')
    const { announced, open, pass } = noticeOn(db)
    const notice = open()
    notice.look(away(start))
    pass(noticeAfterMs)
    notice.look(away(start))
    notice.look(up)
    pass(second)
    notice.look(away(start + 21 * second))
    pass(noticeAfterMs)
    notice.look(away(start + 21 * second))
    assert.equal(announced.length, 1)
    notice.saw(announced[0] as AlertEvent)
    notice.saw({ ...(announced[0] as AlertEvent), event: 'cleared', at: start + 120 * second })
    notice.look(up)
    pass(1_200 * second)
    const third = start + 1_241 * second
    notice.look(away(third))
    pass(noticeAfterMs)
    notice.look(away(third))
    // It waits for a person: the same alert is raised again.
    assert.deepEqual(
      announced.map(({ event, alert }) => [event, alert]),
      [
        ['raised', announced[0]?.alert],
        ['reopened', announced[0]?.alert],
      ],
    )
  })
})
