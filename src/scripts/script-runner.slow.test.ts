import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import { type Interpreter, loadInterpreter } from './interpreter.ts'
import { scriptOf } from './script.ts'
import { createScriptEngine } from './script-engine.ts'
import { createScriptRunner, type ScriptRunner } from './script-runner.ts'

const frame = (...bytes: number[]): ScriptFrame => ({
  bytes: Uint8Array.from(bytes),
  fPort: 1,
  recvTime: 1_700_000_000_000,
})
const frames = (count: number) => Array.from({ length: count }, (_, i) => frame(i & 255))
const good = scriptOf('function decodeUplink(input) { return { data: { occupied: input.bytes[0] % 2 === 1 } } }')

/** Bodies of `decodeUplink(input)`. */
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
  ['a list that is moved at each step', 'var a = []; for (;;) a.unshift(1)'],
  ['a list that doubles', 'var a = [1]; while (1) a = a.concat(a)'],
  ['a list that is spread into calls', 'var a = new Array(6e4).fill(1); for (;;) Math.max.apply(null, a)'],
  ['a search within a long text', 'var s = "a".repeat(1e6); for (;;) s.indexOf("ab"); return {}'],
  ['a search that never finds in a list', 'var a = new Array(1e6).fill(0); for (;;) a.indexOf(1)'],
  ['a replacement that grows', 'var s = "x"; for (;;) s = s.replace(/x/g, "xx")'],
  ['a lookahead that backtracks', 'for (;;) /(?=(a+))\\1*b/.test("a".repeat(3e4))'],
  ['a text that is normalized', 'for (;;) "\\u0301".repeat(1e5).normalize("NFC")'],
  ['upper case without end', 'var s = "\\u00df".repeat(1e5); for (;;) s.toUpperCase()'],
  ['JSON of a deep list', 'var a = []; for (;;) a = [a, a]; return { data: { a: a } }'],
  ['JSON that is parsed again and again', 'var s = "[" + "1,".repeat(1e5) + "1]"; for (;;) JSON.parse(s)'],
  ['JSON of shared parts', 'var a = { b: 1 }; for (var i = 0; i < 40; i++) a = { l: a, r: a }; return { data: a }'],
  ['a power of a large number', 'return { data: { n: Number(7n ** 10000000n % 3n) } }'],
  ['a division of large numbers', 'var n = 7n ** 100000n; for (;;) n = (n * n) / 3n'],
  ['typed arrays that are copied', 'var a = new Uint8Array(1e6); for (;;) a.set(a.slice())'],
  ['typed arrays that are filled', 'var a = new Float64Array(1e5); for (;;) a.fill(1.5)'],
  ['typed arrays that are sorted', 'for (;;) new Uint32Array(1e6).fill(1).sort()'],
  [
    'maps with keys that collide',
    'var m = new Map(); for (;;) { m.set(-0, 1); m.set(NaN, m.size); m.forEach(function (v, k) { m.delete(k); m.set(k, v) }) }',
  ],
  ['properties without end', 'var o = {}; for (var i = 0; ; i++) o["key" + i] = i'],
  [
    'names of properties that are listed',
    'var o = {}; for (var i = 0; i < 1e4; i++) o[i] = i; for (;;) Object.getOwnPropertyNames(o).reverse()',
  ],
  ['a chain of prototypes', 'var o = {}; for (var i = 0; i < 1e5; i++) o = Object.create(o); for (;;) o.missing'],
  ['a proxy of a proxy', 'var p = {}; for (var i = 0; i < 5e3; i++) p = new Proxy(p, {}); for (;;) p.missing'],
  ['functions that are made from text', 'for (;;) new Function("return " + "1+".repeat(1e4) + "1")()'],
  ['a program of a megabyte', 'return eval("[" + "1,".repeat(1e6) + "]")'],
  ['functions within functions', 'var s = ""; for (var i = 0; i < 1e4; i++) s += "(function(){"; return eval(s)'],
  ['generators that call each other', 'function* g() { yield* g() } for (var x of g()); return {}'],
  [
    'an iterator without end, taken apart',
    'var it = { [Symbol.iterator]: function () { return { next: function () { return { value: 1, done: false } } } } }; var [...all] = it; return all',
  ],
  ['an async function that never ends', 'async function f() { for (;;) await 0 } f(); return f()'],
  ['a tagged text', 'function tag() { return tag } for (;;) tag`a``b`'],
  ['labels and continue', 'outer: for (;;) { for (;;) continue outer }'],
  ['a finally that returns to its loop', 'for (;;) { try { return {} } finally { continue } }'],
  [
    'a getter on the prototype of lists',
    'Object.defineProperty(Array.prototype, "0", { get: function () { for (;;); } }); return { data: { a: [,] } }',
  ],
  [
    'a species that loops',
    'class A extends Array { static get [Symbol.species]() { for (;;); } } return { data: { a: new A(1, 2).map(String) } }',
  ],
  ['a valueOf that loops', 'return { data: { n: +{ valueOf: function () { for (;;); } } } }'],
  [
    'a comparison that grows the list',
    'var a = [3, 2, 1]; a.sort(function () { a.push(1); for (var i = 0; i < 1e5; i++); return 1 }); for (;;) a.sort(function () { a.push(2) })',
  ],
  [
    'its surroundings, emptied',
    'for (var k of Object.getOwnPropertyNames(globalThis)) try { delete globalThis[k] } catch (e) {} for (;;);',
  ],
  ['a memory that is full, caught', 'var a = []; for (;;) try { a.push(new Uint8Array(1e6)) } catch (e) { a.push(e) }'],
  ['a stack that is full, caught', 'function f() { try { f() } catch (e) { f() } } f(); return {}'],
  ['an URI of a megabyte', 'for (;;) decodeURIComponent(encodeURIComponent("\\u20ac".repeat(1e5)))'],
  ['a date that is parsed', 'for (;;) Date.parse("2".repeat(1e5))'],
]

let runner: ScriptRunner
let interpreter: Interpreter
before(async () => {
  interpreter = await loadInterpreter()
  runner = createScriptRunner()
  await runner.run(good, [frame(1)])
})
after(async () => {
  await runner[Symbol.asyncDispose]()
})

/** What became of each attack, for people: what, how it ended, in how many milliseconds of processor time. */
const ends: string[] = []
after(() => {
  for (const line of ends) console.log(line)
})

/** Of a call of a script that is loaded. */
function cpuMsOf(script: string): number {
  const engine = createScriptEngine(interpreter, script)
  engine.load()
  const before = process.threadCpuUsage()
  engine.run(frame(1))
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

for (const [about, body] of attacks)
  test(`${about}: its frame fails within 300 ms, and another script is decoded meanwhile`, async () => {
    const bad = scriptOf(`function decodeUplink(input) { ${body} }`)
    const [ended, fine] = await Promise.all([runner.run(bad, [frame(1)]), runner.run(good, frames(200))])
    assert.equal(ended.length, 1)
    const [answer] = ended
    assert.ok(answer?.failed, JSON.stringify(answer).slice(0, 200))
    assert.ok(answer.failed.length < 1_000)
    assert.doesNotMatch(answer.failed, /was not run/, 'it ends by its steps, not by the clock')
    assert.equal(fine.filter(({ failed }) => failed === undefined).length, 200)
    const ms = cpuMsOf(bad.text)
    ends.push(`${Math.round(ms).toString().padStart(5)} ms  ${about.padEnd(44)} ${answer.failed.slice(0, 70)}`)
    assert.ok(ms < 300, `${ms} ms of processor time`)
  })

test('a script that loads for ever is ended, and so is each one behind it', async () => {
  for (const text of [
    'while (1) {}',
    'for (;;) "x".repeat(1e6).split("").sort()',
    'var a = []; for (;;) a.push(a.slice())',
  ]) {
    const [answer] = await runner.run(scriptOf(text), [frame(1)])
    assert.match(answer?.failed ?? '', /does not load: it was ended: it took more steps|memory/)
  }
})

test('a script that never returns fails each of its frames alike, and keeps no other waiting', async () => {
  const endless = scriptOf('function decodeUplink(input) { for (;;) "x".repeat(1e5).split("").sort() }')
  let isEnded = false
  const ended = runner.run(endless, frames(10)).finally(() => {
    isEnded = true
  })
  let decoded = 0
  while (!isEnded) decoded += (await runner.run(good, frames(200))).filter(({ failed }) => !failed).length
  const answers = await ended
  assert.deepEqual(
    answers,
    frames(10).map(() => ({ failed: 'it was ended: it took more steps than a decoder needs', ended: true })),
  )
  assert.ok(decoded >= 200, `${decoded} frames of another script were decoded meanwhile`)
})

test('frames before and behind one that is ended keep their answers, in any batches', async () => {
  const sometimes = scriptOf(
    'var n = 0; function decodeUplink(input) { n++; if (input.bytes[0] % 50 === 7) for (;;) "x".repeat(1e5).split("").sort(); return { data: { n: input.bytes[0], calls: n } } }',
  )
  const expected = frames(100).map((_, i) => (i % 50 === 7 ? 'ended' : { n: i, calls: 1 }))
  const shown = (all: Awaited<ReturnType<ScriptRunner['run']>>) =>
    all.map((answer) => (answer.ended ? 'ended' : answer.data))
  assert.deepEqual(shown(await runner.run(sometimes, frames(100))), expected)
  const inPieces = []
  for (let i = 0; i < 100; i += 9) inPieces.push(...(await runner.run(sometimes, frames(100).slice(i, i + 9))))
  assert.deepEqual(shown(inPieces), expected)
})
