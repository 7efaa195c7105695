import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRouting, quietTimes } from './routing.ts'
import { notificationsSchema } from './settings.ts'
import { eventOf } from './testing/feed-in-memory.ts'

const hook = { kind: 'webhook', url: 'https://hooks.example.org/' }
const routingOf = (section: object) => createRouting(notificationsSchema.parse(section))
const at = (text: string) => Date.parse(text)
const noon = at('2026-11-23T12:00:00Z')

test('a channel takes what is severe enough, of its sites, rules and events, and what a rule sends to it', () => {
  const route = routingOf({
    channels: {
      all: { ...hook, severity: 'info' },
      usual: hook,
      critical: { ...hook, severity: 'critical' },
      south: { ...hook, sites: ['south'] },
      overstay: { ...hook, rules: ['overstay'] },
      raises: { ...hook, events: ['raised'] },
    },
  })
  const to = (more: object) => route(eventOf(1, more), noon).map(({ channel }) => channel)
  assert.deepEqual(to({}), ['all', 'usual', 'raises'])
  assert.deepEqual(to({ severity: 'info' }), ['all'])
  assert.deepEqual(to({ severity: 'critical', rule: 'overstay' }), ['all', 'usual', 'critical', 'overstay', 'raises'])
  assert.deepEqual(to({ site: 'south' }), ['all', 'usual', 'south', 'raises'])
  assert.deepEqual(to({ site: '' }), ['all', 'usual', 'south', 'raises'])
  assert.deepEqual(to({ event: 'cleared' }), ['all', 'usual'])
  assert.deepEqual(to({ event: 'shelved' }), [])
  assert.deepEqual(to({ severity: 'info', channels: ['critical'] }), ['all', 'critical'])
  assert.deepEqual(to({ event: 'wait-met', channels: ['south'] }), ['south'])
})

test('an event that is held back by design goes to no channel', () => {
  const route = routingOf({ channels: { usual: hook } })
  assert.deepEqual(route(eventOf(1, { severity: 'critical', isQuiet: true, channels: ['usual'] }), noon), [])
})

test('a channel that a rule names and that is not configured is a delivery that is dead at once', () => {
  const route = routingOf({ channels: { usual: hook } })
  const [, gone] = route(eventOf(1, { channels: ['gone'] }), noon)
  assert.deepEqual([gone?.channel, gone?.dead], ['gone', 'No channel of this name is configured.'])
})

test('in quiet hours only critical events are sent, and the others wait until they end', () => {
  const route = routingOf({
    timeZone: 'Europe/Berlin',
    quietHours: [{ from: '22:00', to: '06:00' }],
    channels: { usual: hook, always: { ...hook, quietHours: [] } },
  })
  const night = at('2026-11-23T23:30:00Z')
  assert.deepEqual(route(eventOf(1), night), [
    { channel: 'usual', hold: 'quiet-hours', due: at('2026-11-24T05:00:00Z') },
    { channel: 'always', hold: 'none', due: night },
  ])
  assert.deepEqual(
    route(eventOf(1, { severity: 'critical' }), night).map(({ hold }) => hold),
    ['none', 'none'],
  )
  assert.deepEqual(route(eventOf(1), noon)[0]?.hold, 'none')
})

test('quiet hours end by the wall clock on the days on which it changes', () => {
  const until = quietTimes([{ from: '22:00', to: '06:00' }], 'Europe/Berlin')
  assert.equal(until(at('2027-03-27T22:00:00Z')), at('2027-03-28T04:00:00Z'))
  assert.equal(until(at('2026-10-24T21:00:00Z')), at('2026-10-25T05:00:00Z'))
  assert.equal(until(at('2026-10-25T00:30:00Z')), at('2026-10-25T05:00:00Z'))
  assert.equal(until(at('2026-10-25T01:30:00Z')), at('2026-10-25T05:00:00Z'))
  // 02:00 to 03:00 is skipped in March and lasts two hours in October.
  const hour = quietTimes([{ from: '02:00', to: '03:00' }], 'Europe/Berlin')
  assert.equal(hour(at('2027-03-28T01:00:00Z')), undefined)
  assert.equal(hour(at('2026-10-25T00:15:00Z')), at('2026-10-25T02:00:00Z'))
})

test('quiet hours that touch are one span, and ones without an end are looked at for eight days', () => {
  const weekend = quietTimes(
    [
      { days: ['fri'], from: '18:00', to: '24:00'.replace('24', '00') },
      { days: ['sat', 'sun'], from: '00:00', to: '00:00' },
    ],
    'UTC',
  )
  assert.equal(weekend(at('2026-11-27T19:00:00Z')), at('2026-11-30T00:00:00Z'))
  assert.equal(weekend(at('2026-11-30T00:00:00Z')), undefined)
  const ever = quietTimes([{ from: '00:00', to: '00:00' }], 'UTC')
  assert.equal(ever(noon), noon + 8 * 86_400_000)
})

test('the digest is due once on each local day, also where the clock skips or repeats its time', () => {
  const route = routingOf({
    timeZone: 'Europe/Berlin',
    digest: { at: '02:30' },
    channels: { daily: { ...hook, deliver: 'digest', severity: 'info' } },
  })
  const due = (text: string) => new Date(route(eventOf(1), at(text))[0]?.due ?? 0).toISOString()
  assert.equal(due('2027-03-27T12:00:00Z'), '2027-03-28T01:00:00.000Z')
  assert.equal(due('2027-03-28T01:00:00Z'), '2027-03-29T00:30:00.000Z')
  assert.equal(due('2026-10-24T12:00:00Z'), '2026-10-25T00:30:00.000Z')
  assert.equal(due('2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z')
})
