import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBayLines } from './bay-lines.ts'
import { listSearch, readList } from './list-address.ts'

test('lines of a spreadsheet are read with any separator and a heading, and a bad one is named by its number', () => {
  const lines = [
    { bay: 'A-1', device: 's-1' },
    { bay: 'A-2', device: '70B3D57ED0001A2B' },
  ]
  assert.deepEqual(readBayLines('Bay;Sensor\r\nA-1;s-1\r\n\r\nA-2\t"70B3D57ED0001A2B"\n'), { ok: true, lines })
  assert.deepEqual(readBayLines('A-1,s-1\n,s-2'), { ok: false, line: 2 })
  assert.deepEqual(readBayLines('A-1,s-1,more'), { ok: false, line: 1 })
})

test('the address of the list opens the same list, and what it cannot hold is left out', () => {
  const list = { find: 'a & b', trouble: 'silent', sort: '-arrived' } as const
  assert.deepEqual(readList(listSearch(list)), list)
  assert.deepEqual(readList('?trouble=nothing&sort=x&find='), {})
})
