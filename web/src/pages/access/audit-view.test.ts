import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditQuery, differences, readAuditView, withAuditView } from './audit-view.ts'

test('the filter stands in the address, and what is no filter stays', () => {
  const view = { who: 'ada', action: 'sign', object: 'gate', site: 's', from: '2026-11-01', to: '2026-11-02' } as const
  const search = withAuditView('?lang=de&who=bob', view)
  assert.deepEqual(readAuditView(search), view)
  assert.match(search, /lang=de/)
  assert.equal(withAuditView(search, {}), '?lang=de')
  assert.deepEqual(readAuditView('?action=fly&from=yesterday&to=2026-13-01&who='), {})
})

test('a day is asked from its midnight to the next one, also where the clock changes', () => {
  const { from = '', to = '' } = auditQuery({ from: '2026-10-25', to: '2026-10-25' })
  assert.equal(new Date(from).getHours(), 0)
  assert.equal(new Date(to).getDate(), 26)
})

test('what a change changed is named, and what stayed is not', () => {
  assert.deepEqual(differences({ role: 'viewer', sites: null }, { role: 'admin', sites: null }), [
    { field: 'role', before: 'viewer', after: 'admin' },
  ])
  assert.deepEqual(differences(null, { bays: ['A'] }), [{ field: 'bays', before: undefined, after: '["A"]' }])
  assert.deepEqual(differences({ a: 1 }, null), [{ field: 'a', before: '1', after: undefined }])
  assert.deepEqual(differences('x', 'x'), [])
})
