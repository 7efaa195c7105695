import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { ScriptAnswer } from '../codecs/lorawan/script-answer.ts'
import { type Interpreter, loadInterpreter } from './interpreter.ts'
import { scriptLimits } from './script.ts'
import { createScriptEngine } from './script-engine.ts'

let interpreter: Interpreter
before(async () => {
  interpreter = await loadInterpreter()
})

const recvTime = Date.parse('2026-11-23T08:00:00Z')
function answers(text: string, ...all: readonly (readonly number[])[]): ScriptAnswer[] {
  const engine = createScriptEngine(interpreter, text)
  return all.map((bytes) => engine.run({ bytes: Uint8Array.from(bytes), fPort: 2, recvTime }))
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
  [
    'an arrow function that is exported alone',
    'module.exports = ({ bytes, fPort }) => ({ data: { port: fPort, bytes: bytes.slice() } })',
  ],
  [
    'exports in strict mode',
    '"use strict"; exports.decodeUplink = (i) => { return { data: { port: i.fPort, bytes: [...i.bytes] }, warnings: [] } }',
  ],
  [
    'an ECMAScript module',
    'const of = (i) => i.bytes;\nexport function decodeUplink(i) { return { data: { port: i.fPort, bytes: of(i) } } }',
  ],
  ['a default export', 'export default { decodeUplink(i) { return { data: { port: i.fPort, bytes: i.bytes } } } }'],
  [
    'text of JSON on one line, as some are published',
    String.raw`function decodeUplink(i) {\n // all of it\n return { data: { port: i.fPort, \"bytes\": i.bytes } } }\n`,
  ],
  [
    'names of its surroundings declared again',
    'const console = { log() {} }; let module = 1; var exports; const Buffer = 2; class Date {}; function decodeUplink(i) { console.log(Buffer); return { data: { port: i.fPort, bytes: i.bytes } } }',
  ],
  [
    'a method of an object that is global',
    'this.name = "port"; globalThis.decodeUplink = function (i) { var data = { bytes: i.bytes }; data[name] = i.fPort; return { data } }',
  ],
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

test('errors that are not empty fail the frame with their text, beside any data', () => {
  const { failed } = answer(
    'function decodeUplink() { return { data: { occupied: true }, errors: ["unknown port", { code: 7 }] } }',
  )
  assert.equal(failed, 'it reports: unknown port; {"code":7}')
})

test('what a script throws is named', () => {
  const text = 'function decodeUplink(i) { throw new RangeError("short") }'
  assert.deepEqual(answer(text), { failed: 'it throws RangeError: short' })
})

test('a script keeps nothing from one frame to the next: neither in its variables, nor in what it finds', () => {
  const text = `var calls = 0, kept = [], byKey = {}; implicit = 0
  function decodeUplink(input) {
    calls++; implicit++; kept.push(input.bytes[0]); byKey[input.bytes[0]] = true
    Array.prototype.calls = (Array.prototype.calls || 0) + 1
    Math.calls = (Math.calls || 0) + 1
    console.calls = (console.calls || 0) + 1
    decodeUplink.calls = (decodeUplink.calls || 0) + 1
    if (input.bytes[0] === 3) throw new Error('failed, and kept ' + kept.length)
    return { data: { calls, implicit, kept: kept.length, keys: Object.keys(byKey).length, array: [].calls, math: Math.calls, console: console.calls, own: decodeUplink.calls } }
  }`
  const once = { data: { calls: 1, implicit: 1, kept: 1, keys: 1, array: 1, math: 1, console: 1, own: 1 } }
  const given = answers(text, [1], [2], [3], [2], [1])
  assert.deepEqual(given, [once, once, { failed: 'it throws Error: failed, and kept 1' }, once, once])
})

test('a call takes the same number of steps whenever it is made, and ends with them', () => {
  const text =
    'function decodeUplink(i) { if (i.bytes[0]) for (;;) "xyz".split("").sort(); return { data: { n: new Date().getHours() } } }'
  const engine = createScriptEngine(interpreter, text)
  const other = createScriptEngine(interpreter, 'function Decoder(bytes) { return { n: bytes[0] } }')
  const run = (byte: number) => engine.run({ bytes: Uint8Array.of(byte), fPort: 1, recvTime })
  const taken = [0, 0, 1, 0].map((byte) => {
    assert.equal(run(byte).ended, byte === 1 ? true : undefined)
    const { taken: steps } = interpreter
    assert.deepEqual(other.run({ bytes: Uint8Array.of(7), fPort: 1, recvTime }), { data: { n: 7 } })
    return steps
  })
  assert.equal(taken[0], taken[1])
  assert.equal(taken[0], taken[3])
  assert.ok((taken[2] as number) > scriptLimits.steps)
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
    'performance',
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

test('bytes have what scripts for other servers expect: Buffer, text and base64', () => {
  const text = `function decodeUplink({ bytes }) {
    const b = Buffer.from(bytes)
    return { data: {
      i16: b.readInt16BE(0), u16: b.readUInt16LE(0), float: Buffer.from('0000c03f', 'hex').readFloatLE(0), i24: b.readIntBE(0, 3),
      hex: b.toString('hex'), base64: b.toString('base64'), back: Array.from(Buffer.from(b.toString('base64'), 'base64')),
      isBuffer: Buffer.isBuffer(b), joined: Buffer.concat([b, Buffer.alloc(2, 1)]).length, part: b.slice(1).toString('hex'),
      text: new TextDecoder().decode(new TextEncoder().encode('Stellplätze €😀')), latin: Buffer.from([228]).toString('latin1'),
      coded: btoa('bay'), decoded: atob('YmF5'), old: new Buffer('6261', 'hex').toString(),
    } }
  }`
  assert.deepEqual(answer(text, 0xff, 0xfe, 1), {
    data: {
      ...{ i16: -2, u16: 0xfeff, float: 1.5, i24: -511, hex: 'fffe01', base64: '//4B', back: [255, 254, 1] },
      ...{
        isBuffer: true,
        joined: 5,
        part: 'fe01',
        text: 'Stellplätze €😀',
        latin: 'ä',
        coded: 'YmF5',
        decoded: 'bay',
        old: 'ba',
      },
    },
  })
})

test('a script for which the bytes are a Buffer reads them as such, and as a list', () => {
  const text =
    'function Decode(fPort, bytes) { return { n: bytes.readInt16BE(1), list: Array.isArray(bytes), rest: bytes.slice(1), all: bytes.concat([1]).length } }'
  assert.deepEqual(answer(text, 1, 255, 255), { data: { n: -1, list: true, rest: [255, 255], all: 4 } })
  assert.match(answer(text, 1).failed ?? '', /RangeError: The value of "offset" is out of range/)
})

test('dates are written for people as other engines write them', () => {
  const text =
    'function Decoder() { var d = new Date(0); return { all: d.toLocaleString(), day: d.toLocaleDateString("en-US"), time: new Date(45e6).toLocaleTimeString(), none: new Date(NaN).toLocaleString() } }'
  assert.deepEqual(answer(text), {
    data: { all: '1/1/1970, 12:00:00 AM', day: '1/1/1970', time: '12:30:00 PM', none: 'Invalid Date' },
  })
})
