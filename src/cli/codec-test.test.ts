import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { exitCodes } from './output.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-codec-'))
after(() => rmSync(dir, { recursive: true, force: true }))

let last = 0
function file(content: string, ending: string): string {
  const name = path.join(dir, `${++last}.${ending}`)
  writeFileSync(name, content)
  return name
}

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** `vectors`: text is the content of the file as it is. */
function codecTest(script: string, vectors: unknown, ...more: string[]): Promise<Run> {
  const listed = file(typeof vectors === 'string' ? vectors : JSON.stringify(vectors), 'json')
  return command('codec', 'test', file(script, 'js'), '--vectors', listed, ...more)
}

function command(...args: string[]): Promise<Run> {
  const main = path.join(import.meta.dirname, '../main.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (fault, out, err) =>
      resolve({ code: fault ? Number(fault.code) : 0, out, err }),
    )
  })
}

const bay = `function decodeUplink(input) {
  if (input.fPort !== 1) return { errors: ['unknown port ' + input.fPort] }
  return { data: { parkingStatus: input.bytes[0] ? 'occupied' : 'free', battery: input.bytes[1] / 10 + ' V', unused: undefined } }
}`

test('vectors that agree are a line each and exit 0; numbers agree up to their last digit', async () => {
  const { code, out } = await codecTest(bay, [
    { fPort: 1, bytes: '0124', expect: { occupied: true, battery_v: 3.6 } },
    { fPort: 1, bytes: '00 21', expect: { occupied: false } },
  ])
  assert.equal(code, exitCodes.ok, out)
  assert.match(out, /^ {2}1 {2}agrees .*0124.*occupied=true battery_v=3.6\n {2}2 {2}agrees .*\n2 of 2 vectors agree\n$/)
})

test('a vector that differs is named with what was expected, and exits 1', async () => {
  const { code, out } = await codecTest(bay, [
    { fPort: 1, bytes: '0124', expect: { occupied: false, count_in: 3 } },
    { fPort: 7, bytes: '0124', expect: { occupied: true } },
  ])
  assert.equal(code, exitCodes.failed)
  assert.match(out, /1 {2}DIFFERS.*occupied: false expected, true found; count_in: 3 expected, and there is none/)
  assert.match(out, /2 {2}DIFFERS.*the script failed: it reports: unknown port 7/)
  assert.match(out, /0 of 2 vectors agree/)
})

test('a script that does not return, or does not load, exits 1', async () => {
  const vectors = [
    { fPort: 1, bytes: '00', expect: { occupied: true } },
    ...Array.from({ length: 40 }, () => ({ fPort: 1, bytes: '01', expect: { occupied: true } })),
  ]
  for (const script of [
    'function Decoder() { for (;;) "x".repeat(1e6).split("").sort() }',
    'for (;;) "x".repeat(1e6).split("").sort()',
    'function Decoder() { while (true) {} }',
    'function (',
  ]) {
    const { code, out } = await codecTest(script, vectors)
    assert.equal(code, exitCodes.failed)
    assert.match(out, /DIFFERS.*(ended|does not load)/)
    assert.match(out, /\n0 of 41 vectors agree/)
  }
})

test('a file of vectors may have a byte order mark, any spelling of hex, no port and no bytes', async () => {
  const text =
    '\uFEFF' +
    JSON.stringify([
      { bytes: '01 2F', expect: { occupied: true } },
      { bytes: '0x002f', expect: { occupied: false, temperature_c: null } },
      { fPort: null, bytes: 'AA:BB', expect: { occupied: true } },
      { description: 'nothing is compared', bytes: '', expect: {} },
    ])
  const script = 'function Decoder(bytes, port) { return { occupied: bytes[0] > 0 && port === undefined } }'
  const { code, out } = await codecTest(script, text)
  assert.equal(code, exitCodes.ok, out)
  assert.match(out, /port - {2}\(no bytes\)/)
  assert.match(out, /4 of 4 vectors agree/)
})

test('what cannot be read is named: file, place and what to write', async () => {
  const vectors = [{ fPort: 1, bytes: '0124', expect: { occupied: true } }]
  const missing = await command('codec', 'test', path.join(dir, 'none.js'), '--vectors', file('[]', 'json'))
  assert.equal(missing.code, exitCodes.failed)
  assert.match(missing.err, /the script .*none.js cannot be read: there is no such file/)
  for (const [content, expected] of [
    ['{', /it is not JSON/],
    ['// vectors of the bay\n[]', /it is not JSON: .*, and JSON has no comments/],
    ['{}', /holds no list/],
    ['[]', /is empty/],
    [[{ ...vectors[0], bytes: '012' }], /vector 1 has the bytes "012": 3 hex digits are no whole bytes/],
    [[...vectors, { ...vectors[0], bytes: '01g4' }], /vector 2 has the bytes "01g4": "g" is no hex digit/],
    [[{ ...vectors[0], bytes: 'ASQ=' }], /"S" is no hex digit; if it is base64, it is "0124" in hex/],
    [[{ ...vectors[0], bytes: [1, 36] }], /has the bytes \[1,36\]: write them in hex, "0124"/],
    [[{ ...vectors[0], fPort: 'one' }], /fPort "one"/],
    [[{ fPort: 1, bytes: '01' }], /no object "expect"/],
    [
      [{ ...vectors[0], expect: { occupid: true } }],
      /expects "occupid": the names are occupied, battery_low, distance_mm/,
    ],
  ] as const) {
    const { code, err } = await codecTest(bay, content)
    assert.equal(code, exitCodes.failed)
    assert.match(err, expected)
  }
})
