import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { ScriptAnswer } from '../codecs/lorawan/script-answer.ts'
import { createScriptEngine, loadInterpreter } from './script-engine.ts'

type Interpreter = Awaited<ReturnType<typeof loadInterpreter>>
let interpreter: Interpreter
before(async () => {
  interpreter = await loadInterpreter()
})

const recvTime = Date.parse('2026-11-23T08:00:00Z')
function answers(text: string, ...all: readonly (readonly number[])[]): ScriptAnswer[] {
  const engine = createScriptEngine(interpreter, text)
  const given = all.map((bytes) => engine.run({ bytes: Uint8Array.from(bytes), fPort: 2, recvTime }))
  engine.close()
  return given
}
const answer = (text: string, ...bytes: number[]) => answers(text, bytes)[0] as ScriptAnswer

const forms: readonly (readonly [string, string])[] = [
  ['decodeUplink(input)', 'function decodeUplink(i) { return { data: { port: i.fPort, bytes: i.bytes } } }'],
  ['a constant', 'const decodeUplink = (i) => ({ data: { port: i.fPort, bytes: i.bytes } })'],
  ['Decoder(bytes, port)', 'function Decoder(bytes, port) { return { port: port, bytes: bytes } }'],
  [
    'Decode(fPort, bytes, variables)',
    'function Decode(fPort, bytes, variables) { return { port: fPort, bytes: bytes } }',
  ],
  [
    'module.exports',
    'module.exports = { decodeUplink: function (i) { return { data: { port: i.fPort, bytes: i.bytes } } } }',
  ],
  ['exports', 'exports.decodeUplink = function (i) { return { data: { port: i.fPort, bytes: i.bytes } } }'],
  ['an answer without data', 'function decodeUplink(i) { return { port: i.fPort, bytes: i.bytes } }'],
]
for (const [about, text] of forms)
  test(`a script is called as ${about}`, () => {
    assert.deepEqual(answer(text, 1, 255), { data: { port: 2, bytes: [1, 255] } })
  })

test('the newest form is called where a script has several', () => {
  const text =
    'function Decoder() { return { from: 1 } } function Decode() { return { from: 2 } } function decodeUplink(i) { return { data: Decoder(i.bytes) } }'
  assert.deepEqual(answer(text), { data: { from: 1 } })
})

test('undefined is absent, and so is data without errors', () => {
  assert.deepEqual(answer('function decodeUplink() { return { data: { a: undefined, b: 1 }, errors: [] } }'), {
    data: { b: 1 },
  })
  assert.deepEqual(answer('function decodeUplink() { return { warnings: ["old firmware"] } }'), { data: {} })
})

test('errors that are not empty fail the frame with their text, whatever data there is', () => {
  const { failed } = answer(
    'function decodeUplink() { return { data: { occupied: true }, errors: ["unknown port", { code: 7 }] } }',
  )
  assert.equal(failed, 'it reports: unknown port; {"code":7}')
})

test('what a script throws is named, and its next frame starts from the beginning', () => {
  const text =
    'var n = 0; function decodeUplink(i) { n++; if (i.bytes[0] === 0) throw new RangeError("short"); return { data: { n: n } } }'
  assert.deepEqual(answers(text, [1], [1], [0], [1]), [
    { data: { n: 1 } },
    { data: { n: 2 } },
    { failed: 'it throws RangeError: short' },
    { data: { n: 1 } },
  ])
})

test('the clock stands at the time of the frame, and chance repeats itself', () => {
  const text =
    'function decodeUplink(i) { return { data: { now: Date.now(), year: new Date().getUTCFullYear(), got: i.recvTime.getTime(), chance: Math.random() } } }'
  const [one, two] = answers(text, [1], [2])
  assert.deepEqual(one, two)
  assert.ok(one?.data)
  assert.equal(one.data['now'], recvTime)
  assert.equal(one.data['got'], recvTime)
})

test('a script finds nothing of this process', () => {
  const names = [
    'process',
    'require',
    'fetch',
    'setTimeout',
    'Buffer',
    'WebAssembly',
    'os',
    'std',
    'scriptArgs',
    'Worker',
  ]
  const text = `function decodeUplink() { return { data: { found: ${JSON.stringify(names)}.filter(function (name) { return name in globalThis }) } } }`
  assert.deepEqual(answer(text), { data: { found: [] } })
})

test('a script cannot make an answer that is none of its frame', () => {
  assert.ok(answer('function decodeUplink() { return [1] }').failed)
  assert.ok(answer('function decodeUplink() { return "d{}" }').failed)
  assert.ok(answer('function decodeUplink() { return { data: { toJSON: function () { return undefined } } } }').failed)
  const data = answer(
    'function decodeUplink() { return { data: JSON.parse(\'{"__proto__":{"occupied":true}}\') } }',
  ).data
  assert.equal((data as { occupied?: unknown }).occupied, undefined)
})

test('a script without a function of a known name, and one that is no script, say so', () => {
  assert.match(answer('function convert() {}').failed ?? '', /decodeUplink\(input\), Decoder/)
  assert.match(answer('function (').failed ?? '', /does not load: it throws SyntaxError/)
  assert.match(answer('').failed ?? '', /defines none of/)
})
