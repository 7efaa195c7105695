import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayAfter, readReportPlace, reportQuery, todayIn, withReportPlace } from './report-address.ts'

test('a period without an address is the 28 days before today', () => {
  assert.deepEqual(readReportPlace('', '2026-03-01'), { from: '2026-02-01', last: '2026-02-28', compare: 'none' })
})

test('an address gives the same place again, and other parameters stay', () => {
  const place = { from: '2026-10-01', last: '2026-10-31', site: 'a&b', type: 'ev', compare: 'year' } as const
  const search = withReportPlace('?lang=de&site=x', place)
  assert.deepEqual(readReportPlace(search, '2026-11-23'), place)
  assert.equal(new URLSearchParams(search).get('lang'), 'de')
  assert.deepEqual(reportQuery(place, 'Europe/Berlin'), {
    site: 'a&b',
    type: 'ev',
    compare: 'year',
    from: '2026-10-01',
    to: '2026-11-01',
  })
})

test('what is no period in an address is passed over', () => {
  for (const search of [
    '?from=2026-02-30&last=2026-03-01',
    '?from=2026-03-02&last=2026-03-01',
    '?from=x&last=y',
    '?last=2026-03-01',
  ])
    assert.equal(readReportPlace(search, '2026-03-01').from, '2026-02-01', search)
  assert.equal(readReportPlace('?compare=other&type=truck', '2026-03-01').compare, 'none')
})

test('the day after is the next of the calendar, and today is that of the zone', () => {
  assert.equal(dayAfter('2028-02-28', 1), '2028-02-29')
  assert.equal(todayIn(Date.parse('2026-11-23T23:30:00Z'), 'Europe/Berlin'), '2026-11-24')
})

test('a report of all lots names the time zone, since their zones may differ', () => {
  const place = { from: '2026-10-01', last: '2026-10-31', compare: 'none' } as const
  assert.equal(reportQuery(place, 'Europe/Berlin').time_zone, 'Europe/Berlin')
  assert.ok(!('time_zone' in reportQuery({ ...place, site: 'a' }, 'Europe/Berlin')))
})
