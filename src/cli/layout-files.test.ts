/** What an import accepts can be written and read again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyLayout } from '../domain/layout.ts'
import type { AssembleOptions } from '../layout/import/assemble.ts'
import { importCsv } from '../layout/import/csv.ts'
import { readLayout } from '../layout/layout-work.ts'
import { bring, reportOf, writtenLayout } from './layout-files.ts'

const bringCsv = (text: string, options: AssembleOptions = {}) =>
  bring(importCsv(Buffer.from(text)), emptyLayout, { timeZone: 'UTC', ...options })

const cases: readonly (readonly [what: string, csv: string, fault: RegExp, options?: AssembleOptions])[] = [
  ['an id that is too long', `id,x,y\n${'A'.repeat(129)},0,0\n`, /^bay A+: id: /],
  ['an id with a character that is not seen', 'id,x,y\nA\u200b1,0,0\n', /^bay A.1: id: must have no control/],
  ['a place that is too far away', 'id,x,y\nA,5000000,0\n', /^level 0 \(site site\): x: |^bay A: x: /],
  ['a bay that is too large', 'id,x,y,width\nA,0,0,101\n', /^bay A: w: /],
  ['a name of a site with a line break', 'id,x,y\nA,0,0\n', /^site s: name: /, { site: 's', name: 'a\nb' }],
  [
    'too many devices',
    `id,x,y,device\nA,0,0,${Array.from({ length: 17 }, (_, d) => `d${d}`).join('|')}\n`,
    /^bay A: devices: /,
  ],
]

for (const [what, csv, fault, options] of cases)
  test(`${what} is refused before it is written`, () => {
    const brought = bringCsv(csv, options)
    const { ok, faults } = reportOf(brought)
    assert.equal(readLayout(Buffer.from(writtenLayout(brought.layout, 'json').text)).ok, false, 'the case has no fault')
    assert.equal(ok, false)
    assert.ok(
      faults.some((each) => fault.test(each)),
      faults.join('\n'),
    )
  })

test('what is right is written and read again as it was', () => {
  const brought = bringCsv('id,x,y,type,device,angle\nA,0,0,ev,d1,30\nB,9,0,,,\n')
  assert.deepEqual(reportOf(brought).faults, [])
  const read = readLayout(Buffer.from(writtenLayout(brought.layout, 'json').text))
  assert.deepEqual(read.ok && read.value, brought.layout)
})

test('what is wrong in a file of JSON names the object by its id beside its place', () => {
  const brought = bringCsv('id,x,y\nA,0,0\nB,9,0\n')
  const text = writtenLayout(brought.layout, 'json').text.replace(/("id":\s*"B"[^}]*?"x":\s*)9/, '$1"nine"')
  const read = readLayout(Buffer.from(text))
  assert.match(read.ok ? 'the case has no fault' : read.error.detail, /bays\[1\]\.x: .*\(id "B"\)/)
  for (const body of ['[]', 'null', '{"sites":[{"id":7,"levels":{"id":"__proto__"}}]}'])
    assert.equal(readLayout(Buffer.from(body)).ok, false)
})
