import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import { scriptLimits, scriptOf } from './script.ts'
import { createScriptRunner, type ScriptRunner } from './script-runner.ts'

const frame = (...bytes: number[]): ScriptFrame => ({
  bytes: Uint8Array.from(bytes),
  fPort: 1,
  recvTime: 1_700_000_000_000,
})
const frames = (count: number) => Array.from({ length: count }, (_, i) => frame(i & 255))
const good = scriptOf('function decodeUplink(input) { return { data: { occupied: input.bytes[0] % 2 === 1 } } }')

/** Bodies of `decodeUplink(input)`, each with what ends it: the interpreter by its limits, the clock, or nothing as it is harmless. */
const attacks: readonly (readonly [about: string, body: string])[] = [
  ['an endless loop', 'while (true) {}'],
  ['an endless empty for', 'for (;;);'],
  ['sorts of long lists', 'for (var i = 0; i < 300; i++) { "x".repeat(1e5).split("").sort() }'],
  ['lists without end', 'var a = []; while (1) a.push(new Array(1e5).fill(1))'],
  ['a regular expression that backtracks', 'return /^(a+)+$/.test("a".repeat(40) + "b")'],
  ['recursion', 'return decodeUplink(input)'],
  ['recursion of two', 'function f() { return g() } function g() { return f() } return f()'],
  ['recursion through toString', 'var o = { toString: function () { return o + "" } }; return o + ""'],
  ['an answer of a megabyte', 'return { data: { a: "x".repeat(1e6) } }'],
  ['an answer of a million keys', 'var o = {}; for (var i = 0; i < 1e6; i++) o["k" + i] = i; return { data: o }'],
  ['a nested answer', 'var o = {}; for (var i = 0; i < 1e5; i++) o = { o: o }; return { data: o }'],
  ['an answer in a circle', 'var o = {}; o.o = o; return { data: o }'],
  ['a getter that loops', 'return { data: { get a() { while (1) {} } } }'],
  ['a getter that throws', 'return { get data() { throw 1 } }'],
  [
    'a proxy that loops',
    'return new Proxy({}, { get: function () { while (1) {} }, ownKeys: function () { while (1) {} } })',
  ],
  ['a toJSON that loops', 'return { data: { toJSON: function () { while (1) {} } } }'],
  ['a changed JSON', 'JSON.stringify = JSON.parse = function () { while (1) {} }; throw new Error("again")'],
  [
    'changed prototypes',
    'Object.prototype.hasOwnProperty = Array.prototype.push = String.prototype.slice = Function.prototype.call = function () { while (1) {} }; throw new Error("again")',
  ],
  [
    'a setter on the prototype of all',
    'Object.defineProperty(Object.prototype, "then", { get: function () { while (1) {} } }); return {}',
  ],
  ['a promise', 'return new Promise(function () {})'],
  ['promises without end', 'function again() { return Promise.resolve().then(again) } again(); while (1) again()'],
  ['a thenable', 'return { then: function () { while (1) {} } }'],
  ['a generator without end', 'function* g() { while (1) yield 1 } return { data: { a: Array.from(g()) } }'],
  ['a text that doubles', 'var s = "x"; while (1) s += s'],
  ['padding', 'while (1) "x".padEnd(1e8, "yz")'],
  ['a large buffer', 'while (1) new Uint8Array(1e9)'],
  ['buffers kept', 'var a = []; while (1) a.push(new ArrayBuffer(1e6))'],
  ['a large join', 'for (;;) new Array(1e7).join("x")'],
  [
    'a sort whose comparison never decides',
    'for (;;) new Array(1e4).fill(0).map(Math.random).sort(function () { return Math.random() - 0.5 })',
  ],
  ['large numbers', 'var n = 3n; while (1) n = n * n'],
  ['text of large numbers', 'for (;;) (2n ** 200000n).toString()'],
  ['timers', 'setTimeout(function () {}, 1)'],
  ['modules', 'return require("fs").readFileSync("/etc/passwd")'],
  ['a dynamic import', 'return import("fs")'],
  ['the process', 'return process.exit(7)'],
  ['the maker of functions', 'return { data: { a: this.constructor.constructor("return process")().pid } }'],
  ['eval', 'return eval("while (1) {}")'],
  ['an error that loops', 'throw { get name() { while (1) {} }, get message() { while (1) {} } }'],
  ['an error of a megabyte', 'throw new Error("x".repeat(1e6))'],
  ['a catch of its own end', 'function f() { try { while (1) {} } catch (e) { f() } finally { f() } } f()'],
  ['waiting on shared memory', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)'],
  ['a weak map that grows', 'var m = new Map(); for (var i = 0; ; i++) m.set({}, i)'],
  ['a very long split', 'for (;;) "a,".repeat(5e5).split(",").reverse().join().replace(/a/g, "bb")'],
  ['dates', 'for (;;) new Date(NaN).toString() + Date.parse("x".repeat(1e6))'],
]

let runner: ScriptRunner
before(() => {
  runner = createScriptRunner()
})
after(async () => {
  await runner[Symbol.asyncDispose]()
})

for (const [about, body] of attacks)
  test(`${about}: its frame fails, and another script is decoded meanwhile`, async () => {
    const bad = scriptOf(`function decodeUplink(input) { ${body} }`)
    const [ended, fine] = await Promise.all([runner.run(bad, [frame(1)]), runner.run(good, frames(500))])
    assert.equal(ended.length, 1)
    const [answer] = ended
    assert.ok(answer?.failed, JSON.stringify(answer).slice(0, 200))
    assert.ok(answer.failed.length < 1_000)
    assert.equal(fine.filter(({ failed }) => failed === undefined).length, 500)
  })

test('a script that loads for ever is ended, and so is each one behind it', async () => {
  for (const text of [
    'while (1) {}',
    'for (;;) "x".repeat(1e6).split("").sort()',
    'var a = []; for (;;) a.push(a.slice())',
  ]) {
    const [answer] = await runner.run(scriptOf(text), [frame(1)])
    assert.match(answer?.failed ?? '', /ended|memory/)
  }
})

test('a script that never returns fails all its frames, after a few', async () => {
  const endless = scriptOf('function decodeUplink(input) { for (;;) "x".repeat(1e5).split("").sort() }')
  const answers = await runner.run(endless, frames(1_000))
  assert.equal(answers.length, 1_000)
  assert.ok(answers.every(({ failed }) => failed !== undefined))
  assert.match(answers[0]?.failed ?? '', new RegExp(`within ${scriptLimits.callMs} ms`))
  assert.match(answers[scriptLimits.endedInRow]?.failed ?? '', /not asked for this frame/)
})

test('a script that takes long for each frame is given up, so that the others of its batch do not wait', async () => {
  const slow = scriptOf(
    'function decodeUplink(input) { for (var i = 0; i < 3e6; i++); return { data: { n: input.bytes[0] } } }',
  )
  const answers = await runner.run(slow, frames(400))
  assert.equal(answers.length, 400)
  assert.deepEqual(answers[0], { data: { n: 0 } })
  assert.match(answers.at(-1)?.failed ?? '', /slower than/)
})

test('frames before and behind one that is ended keep their answers', async () => {
  const sometimes = scriptOf(
    'function decodeUplink(input) { if (input.bytes[0] === 70) for (;;) "x".repeat(1e5).split("").sort(); return { data: { n: input.bytes[0] } } }',
  )
  const answers = await runner.run(sometimes, frames(200))
  assert.deepEqual(
    answers.map((answer) => answer.failed ?? answer.data['n']),
    frames(200).map((_, i) => (i === 70 ? `it was ended: it did not return within ${scriptLimits.callMs} ms` : i)),
  )
})

test('a script that is ended again and again keeps no other waiting', async () => {
  const endless = scriptOf('function decodeUplink(input) { for (;;) "x".repeat(1e5).split("").sort() } // another')
  let isEnded = false
  const ended = runner.run(endless, frames(3)).then(() => {
    isEnded = true
  })
  let decoded = 0
  while (!isEnded) decoded += (await runner.run(good, frames(200))).filter(({ failed }) => !failed).length
  await ended
  assert.ok(decoded >= 1_000, `${decoded} frames of another script were decoded meanwhile`)
})

test('a script that is loaded again for each frame, as it throws at each, is given up by the time that takes', async () => {
  const again = scriptOf('for (var i = 0; i < 1e6; i++); function decodeUplink(input) { throw new Error("again") }')
  const answers = await runner.run(again, frames(200))
  assert.equal(answers.length, 200)
  assert.match(answers[0]?.failed ?? '', /again/)
  assert.match(answers.at(-1)?.failed ?? '', /slower than/)
})
