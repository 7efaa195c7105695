/** Steps that are counted within WebAssembly: every kind of work ends by them, with the interpreter in order afterwards. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Interpreter, loadInterpreter } from './interpreter.ts'

let interpreter: Interpreter
before(async () => {
  interpreter = await loadInterpreter()
})

const steps = 1_000_000

/** Undefined: all steps were taken. */
function evaluated(text: string, most = steps): unknown {
  const { context } = interpreter
  interpreter.clear()
  return interpreter.within(most, () => {
    const done = context.evalCode(text)
    return context.dump(done.error ?? done.value)
  })
}

/** Each spends its time in another part of the interpreter. */
const endless = [
  'for (;;);',
  'for (;;) "x".repeat(1e5).split("").sort()',
  '/^(a+)+$/.test("a".repeat(60) + "b")',
  'var n = 3n; for (;;) n = n * n % 7n ** 9000n',
  '(7n ** 300000n).toString()',
  'for (;;) new Uint8Array(1e6).fill(1)',
  'var a = new Uint8Array(1e6); for (;;) a.copyWithin(1, 0)',
  'for (;;) "x".padEnd(1e6, "yz")',
  'var a = new Array(1e5).fill(0); for (;;) a.unshift(1)',
  'for (;;) "e\u0301".repeat(1e4).normalize()',
  'var s = JSON.stringify(new Array(1e4).fill(1)); for (;;) JSON.parse(s)',
]
for (const text of endless)
  test(`ends by its steps: ${text}`, () => {
    const before = process.threadCpuUsage()
    assert.equal(evaluated(text), undefined)
    assert.ok(interpreter.taken > steps)
    const { user, system } = process.threadCpuUsage(before)
    // A step takes some nanoseconds; work that is not counted would take seconds.
    assert.ok((user + system) / 1_000 < 1_500, `${(user + system) / 1_000} ms of processor time`)
  })

test('the same work takes the same steps, after any work that was ended', () => {
  const work = 'var s = 0; for (var i = 0; i < 1000; i++) s += i; s'
  assert.equal(evaluated(work), 499_500)
  const { taken } = interpreter
  assert.ok(taken > 20_000, 'each round of a loop is counted')
  for (const text of endless.slice(0, 4)) {
    assert.equal(evaluated(text), undefined)
    assert.equal(evaluated(work), 499_500)
    assert.equal(interpreter.taken, taken)
  }
})

test('a call that was ended deep in its stack leaves the whole stack to the next one, as often as it happens', () => {
  const deep = 'function f(n) { if (n === 0) for (;;); return f(n - 1) } f(100)'
  const depth = 'var n = 0; function f() { n++; f() } try { f() } catch (e) { n }'
  const first = evaluated(depth, 50_000_000)
  assert.ok(Number(first) > 100)
  for (let i = 0; i < 200; i++) assert.equal(evaluated(deep, 200_000), undefined)
  assert.equal(evaluated(depth, 50_000_000), first)
})

test('a script cannot catch the end of its steps', () => {
  assert.equal(evaluated('try { for (;;); } catch (e) { 1 } finally { 2 }'), undefined)
})
