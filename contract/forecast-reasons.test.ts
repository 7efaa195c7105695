import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type ForecastReason,
  forecastReasons,
  isClosure,
  joinReasons,
  readReasons,
  reasonText,
} from './forecast-reasons.ts'

const codes = Object.keys(forecastReasons) as ForecastReason[]
const number = fc.oneof(
  fc.nat({ max: 1e6 }).map(String),
  fc.float({ min: 0, max: 1e4, noNaN: true }).map((x) => x.toFixed(2)),
)
const value: Readonly<Record<string, fc.Arbitrary<string>>> = {
  note: fc.oneof(
    fc.string(),
    fc.constantFrom('works (until May); see site', 'closed until further notice (x)', '), ; '),
  ),
  to: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
}
const blanksOf = (code: ForecastReason) =>
  fc.record(
    Object.fromEntries(
      [...forecastReasons[code].matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, value[name] ?? number]),
    ),
    { noNullPrototype: true },
  )
const reason = fc.constantFrom(...codes).chain((code) => blanksOf(code).map((blanks) => ({ code, blanks })))

test('a reason that was written is read back with its blanks', () => {
  fc.assert(
    fc.property(reason, ({ code, blanks }) => {
      assert.deepEqual(readReasons(reasonText(code, blanks as never)), [{ code, blanks }])
    }),
  )
})

test('several reasons in one text are read back in their order with any separator', () => {
  const numbers = reason.filter(({ blanks }) => !('note' in blanks))
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 4 }), (reasons) => {
      const texts = reasons.map(({ code, blanks }) => reasonText(code, blanks as never))
      assert.deepEqual(readReasons(joinReasons(...texts)), reasons)
      assert.deepEqual(readReasons(texts.join(', ')), reasons)
    }),
  )
})

test('a text that is no reason is not read, and neither is one that only begins or ends as a reason', () => {
  for (const text of ['it was better', 'no score yet!', 'no score yet; it was better', 'perhaps no score yet', '; '])
    assert.equal(readReasons(text), undefined, text)
  assert.deepEqual(readReasons(''), [])
})

test('reasons of a closure, and no others, are known by their beginning', () => {
  for (const code of codes) assert.equal(isClosure(forecastReasons[code]), /^closed(?:-|$)/.test(code), code)
})
