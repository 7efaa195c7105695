import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBayLines } from './bay-lines.ts'
import { listSearch, readList } from './list-address.ts'
import { bayDevicesOf, previewOf } from './preview-lines.ts'

const eui = '70B3D57ED0001A2B'

test('lines of a spreadsheet are read with any separator and a heading', () => {
  assert.deepEqual(readBayLines(`Bay;Sensor\r\nA-1;s-1\r\n\r\nA-2\t"${eui}"\n`), [
    { line: 2, bay: 'A-1', device: 's-1' },
    { line: 4, bay: 'A-2', device: eui },
  ])
  assert.deepEqual(readBayLines(`\ufefflabel,bay\rLW:D0:1122334455667788:${eui}:AABB1122,A-1`), [
    { line: 2, bay: 'A-1', device: eui },
  ])
  assert.deepEqual(readBayLines('70-b3-d5-7e-d0-00-1a-2b;A 1'), [{ line: 1, bay: 'A 1', device: eui }])
  assert.deepEqual(readBayLines(`A-1,"{""devEui"":""${eui}"",""appKey"":""00""}"`), [
    { line: 1, bay: 'A-1', device: eui },
  ])
})

test("a vendor's list with keys and other columns is read by its heading (lorawan-stack issues 5139, 5632)", () => {
  const list = `id;dev_eui;join_eui;app_key\nA-1;${eui};1122334455667788;00112233445566778899AABBCCDDEEFF`
  assert.deepEqual(readBayLines(list), [{ line: 2, bay: 'A-1', device: eui }])
  assert.deepEqual(readBayLines(list.replaceAll(';', ',')), [{ line: 2, bay: 'A-1', device: eui }])
  assert.deepEqual(readBayLines(`A-1;${eui};1122334455667788`), [{ line: 1, bay: 'A-1', fault: 'two-devices' }])
})

test('an empty cell keeps its place, with any separator', () => {
  for (const separator of [',', ';', '\t']) {
    const rows = [
      ['note', 'bay', 'label'],
      ['', 'A-1', 's-1'],
      ['x', 'A-2', 's-2'],
      ['', '', 's-3'],
      ['y', 'A-4', ''],
    ]
    assert.deepEqual(
      readBayLines(rows.map((cells) => cells.join(separator)).join('\n')),
      [
        { line: 2, bay: 'A-1', device: 's-1' },
        { line: 3, bay: 'A-2', device: 's-2' },
        { line: 4, fault: 'no-bay' },
        { line: 5, bay: 'A-4', fault: 'empty' },
      ],
      JSON.stringify(separator),
    )
    assert.deepEqual(readBayLines(`${separator}s-1`), [{ line: 1, fault: 'no-bay' }], JSON.stringify(separator))
  }
  const quoted = 'note,bay,label\n"a, ""b""", "A,1" ,s-1'
  assert.deepEqual(readBayLines(quoted), [{ line: 2, bay: 'A,1', device: 's-1' }])
  const open = 'note,bay,label\n"a,A-1,s-1'
  assert.deepEqual(readBayLines(open), [{ line: 2, bay: 'A-1', device: 's-1' }])
})

test('what is wrong with a line is named, and the others are read', () => {
  const faults = readBayLines(`A-1,s-1\n,s-2\nA-2\nA-1,s-3\nA-4,s-1\nA-5,${eui} 1122334455667788\nA-6,\nA-7,s-7`)
  assert.deepEqual(
    faults.map(({ line, fault }) => [line, fault]),
    [
      [1, undefined],
      [2, 'no-bay'],
      [3, 'two-cells'],
      [4, 'bay-twice'],
      [5, 'device-twice'],
      [6, 'two-devices'],
      [7, 'empty'],
      [8, undefined],
    ],
  )
})

test('the address of the list opens the same list, and what it cannot hold is left out', () => {
  const list = { find: 'a & b', trouble: 'silent', sort: '-arrived' } as const
  assert.deepEqual(readList(listSearch(list)), list)
  assert.deepEqual(readList('?trouble=nothing&sort=x&find='), {})
})

test('a line shows which device it replaces, in a layout of any size and of devices that were never heard', () => {
  const bays = Array.from({ length: 2_000 }, (_, i) => ({ id: `A-${i}`, devices: i % 2 === 0 ? [] : [`s-${i}`] }))
  const hardware = { id: 'B', devices: [eui.toLowerCase()] }
  const known = bayDevicesOf({ sites: [{ levels: [{ bays }, { bays: [hardware] }] }] })
  const lines = previewOf(readBayLines(`A-1999,new\nA-1998,n-2\nA-3,s-3\nB,${eui}\nC,n-3`), known)
  assert.deepEqual(
    lines.map(({ replaces, fault }) => replaces ?? fault),
    ['s-1999', undefined, undefined, undefined, 'no-such-bay'],
  )
})
