import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newScheduleSchema, scheduleId, scheduleSchema } from '@baykeeper/contract/report-schedule.ts'
import { bodyOf, draftOf, isWhole, newDraft, newId, withInterval } from './schedule-draft.ts'

const place = { from: '2026-11-01', last: '2026-11-28', compare: 'none' } as const

test('a new draft is what the API takes once it has a name, for every interval', () => {
  const draft = newDraft({ ...place, site: 'north', type: 'ev' }, 'planners')
  assert.equal(isWhole(draft), false)
  for (const every of ['day', 'week', 'month'] as const) {
    const body = newScheduleSchema.parse(bodyOf({ ...withInterval(draft, every), name: ' Weekly ' }))
    assert.deepEqual([body.name, body.site, body.type, body.time_zone], ['Weekly', 'north', 'ev', undefined])
    assert.deepEqual([body.weekday !== null, body.month_day !== null], [every === 'week', every === 'month'])
  }
})

test('a schedule that is read and written again is the same', () => {
  const { examples } = scheduleSchema.meta() as unknown as { examples: Parameters<typeof draftOf> }
  const [example] = examples
  const { reason: _, ...body } = newScheduleSchema.parse(bodyOf(draftOf(example)))
  const { id: _id, author: _a, changed: _c, reason: _r, next_due: _n, last: _l, ...written } = example
  assert.deepEqual(body, written)
})

test('ids come from names, fit the API, and no two are the same', () => {
  for (const name of ['Größe & Länge', '  ', '日本', 'x'.repeat(200), '-a-', 'Weekly'])
    assert.ok(scheduleId.safeParse(newId(name, [])).success, `${name}: ${newId(name, [])}`)
  assert.equal(newId('Größe: Nord', []), 'grosse-nord')
  assert.deepEqual([newId('Weekly', ['weekly']), newId('Weekly', ['weekly', 'weekly-2'])], ['weekly-2', 'weekly-3'])
})
