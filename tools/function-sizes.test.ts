/** A long function is found whatever its form, and the list of long functions can only shrink. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { checkSizes, type FunctionSize, functionSizes, isMeasured, type SizeLimits } from './function-sizes.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-sizes-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const linesOf = (count: number) => '  void 0 // } ` {\n'.repeat(count)
const forms = [
  `/** Its comment does not count. */\nexport async function declared() {\n${linesOf(59)}}`,
  `const arrow = () => {\n${linesOf(60)}}`,
  `const object = {\n  method() {\n${linesOf(61)}  },\n}`,
  `class Of {\n  constructor() {\n${linesOf(62)}  }\n  get value() {\n${linesOf(63)}    return 1\n  }\n}`,
  `declared(function () {\n${linesOf(64)}})`,
  `const short = () => {\n${linesOf(58)}}`,
  `const text = \`\${(() => {\n${linesOf(65)}})()} function ( {\``,
]

test('every function of more than 60 lines is found, in each form, with its lines', () => {
  mkdirSync(path.join(dir, 'src'))
  writeFileSync(path.join(dir, 'src/forms.ts'), forms.join('\n'))
  const found = functionSizes(dir, ['src/forms.ts']).map(({ name, lines }) => `${name} ${lines}`)
  assert.deepEqual(found, ['declared 61', 'arrow 62', 'method 63', 'Of 64', 'value 66', ' 66', ' 67'])
})

test('tests and their suites are not measured, and the product is', () => {
  const files = ['src/a.ts', 'src/a/b.tsx', 'src/a.test.ts', 'src/a.slow.test.ts', 'src/testing/a.ts', 'tools/a.ts']
  assert.deepEqual(files.filter(isMeasured), ['src/a.ts', 'src/a/b.tsx'])
})

describe('the list of long functions', () => {
  const size = (name: string, lines: number): FunctionSize => ({ file: 'src/a.ts', name, line: 7, lines })
  const limits = (over60: number, ...names: string[]): SizeLimits => ({
    over60,
    long: names.map((name) => ({ file: 'src/a.ts', name, reason: 'It is a test.' })),
  })
  const found = (sizes: readonly FunctionSize[], allowed: SizeLimits) =>
    checkSizes(sizes, allowed, 'list.ts').map(({ file, line, text }) => `${file}:${line}: ${text}`)

  test('lets pass what stands in it', () => {
    assert.deepEqual(found([size('a', 101), size('b', 61)], limits(2, 'a')), [])
  })
  test('must name a function of more than 100 lines', () => {
    const [finding, ...rest] = found([size('a', 101), size('b', 100)], limits(2))
    assert.match(finding ?? '', /^src\/a\.ts:7: a has 101 lines/)
    assert.deepEqual(rest, [])
  })
  test('must not name one that has become shorter, or is gone', () => {
    const findings = found([size('a', 100)], limits(1, 'a', 'b'))
    assert.equal(findings.length, 2)
    assert.match(findings[0] ?? '', /src\/a\.ts a has no more than 100 lines; remove it/)
  })
  test('is sorted', () => {
    assert.match(found([size('a', 101), size('b', 101)], limits(2, 'b', 'a')).join(), /src\/a\.ts a is out of order/)
  })
  test('counts those of more than 60 lines, and neither grows nor stays behind', () => {
    assert.match(found([size('a', 61), size('b', 61)], limits(1)).join(), /2 functions .* 1 are allowed/)
    assert.match(found([size('a', 61)], limits(2)).join(), /only 1 functions .* set over60/)
  })
})
