import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Claims, roleByClaims } from './role-mapping.ts'

const roles = [
  { value: 'admins', role: 'admin' as const },
  { value: 'south', role: 'operator' as const, sites: ['south'] },
]
const roleOf = (claims: Claims, claim = 'groups') => roleByClaims(claims, { claim, roles })?.role

test('the first entry whose value the claim has counts, and nothing that only looks like it', () => {
  assert.equal(roleOf({ groups: ['south', 'admins'] }), 'admin')
  assert.deepEqual(roleByClaims({ groups: 'south' }, { claim: 'groups', roles }), {
    role: 'operator',
    sites: ['south'],
  })
  for (const groups of [
    undefined,
    null,
    [],
    '',
    'ADMINS',
    'admins south',
    ['admin'],
    { admins: true },
    [['admins']],
    [1],
    true,
  ])
    assert.equal(roleOf({ groups }), undefined, JSON.stringify(groups))
})

test('a path looks inside the claims, and a claim whose own name has dots comes first', () => {
  assert.equal(roleOf({ realm_access: { roles: ['admins'] } }, 'realm_access.roles'), 'admin')
  assert.equal(roleOf({ 'https://example.org/groups': ['south'] }, 'https://example.org/groups'), 'operator')
  for (const claim of ['constructor.name', '__proto__', 'realm_access.roles.length'])
    assert.equal(roleOf({ realm_access: { roles: ['x'] } }, claim), undefined, claim)
})
