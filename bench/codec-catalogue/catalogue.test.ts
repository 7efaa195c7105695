import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { type Example, readCatalogue } from './catalogue.ts'
import { verdictOf } from './judge.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-catalogue-'))
after(() => rmSync(dir, { recursive: true, force: true }))

function put(file: string, content: string | object) {
  const name = path.join(dir, file)
  mkdirSync(path.dirname(name), { recursive: true })
  writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content))
}
const script = 'function decodeUplink() { return { data: {} } }'

test('a catalogue is read in each form in which scripts and examples are published', () => {
  put('acme/bay.js', script)
  put(
    'acme/bay-codec.yaml',
    'uplinkDecoder:\n  fileName: bay.js\n  examples:\n    - description: free\n      input:\n        fPort: 1\n        bytes: [0, 255]\n      output:\n        data:\n          occupied: false\n',
  )
  put('b/reference/upstream-codec.js', script)
  put('b/reference/upstream-examples.json', {
    examples: [
      { type: 'downlink', input: { bytes: [1] }, output: {} },
      { input: { fPort: 2, bytes: [1], recvTime: '2026-11-23T08:00:00Z' }, output: { errors: ['no'] } },
    ],
  })
  put('c/codec.js', script)
  put('c/vectors.json', { uplink: [{ input: { fPort: 3, bytes: 'ff01' }, expected: { data: { a: 1 } } }] })
  put('d/x.js', script)
  put('d/x.json', [{ fPort: 4, hex: '0A', expect: { a: 1 } }])
  put('e/alone.js', script)
  const found = readCatalogue(dir).map(({ name, examples }) => [
    name,
    examples.map(({ bytes, fPort, output }) => [bytes.toHex(), fPort, output]),
  ])
  assert.deepEqual(found, [
    ['acme/bay.js', [['00ff', 1, { data: { occupied: false } }]]],
    ['b/reference/upstream-codec.js', [['01', 2, { errors: ['no'] }]]],
    ['c/codec.js', [['ff01', 3, { data: { a: 1 } }]]],
    ['d/x.js', [['0a', 4, { data: { a: 1 } }]]],
    ['e/alone.js', []],
  ])
  assert.deepEqual(
    readCatalogue(dir, /^acme/).map(({ name }) => name),
    ['acme/bay.js'],
  )
})

test('an answer agrees where values do, up to their last digit; an error agrees with an error alone', () => {
  const wants = (output: Example['output']): Example => ({ bytes: new Uint8Array(), fPort: 1, recvTime: 0, output })
  const data = wants({ data: { v: 0.3, none: null, at: '2026-11-23T08:00:00.123456Z', list: [{ a: 1 }] } })
  const same = { v: 0.1 + 0.2, at: '2026-11-23T08:00:00.123Z', list: [{ a: 1 }] }
  assert.equal(verdictOf(data, { data: same }), 'right')
  assert.equal(verdictOf(data, { data: { ...same, v: 0.31 } }), 'wrong')
  assert.equal(verdictOf(data, { data: { ...same, more: 1 } }), 'wrong')
  assert.equal(verdictOf(data, { data: { ...same, list: [{ a: 2 }] } }), 'wrong')
  assert.equal(verdictOf(data, { failed: 'it throws' }), 'refused')
  assert.equal(verdictOf(wants({ errors: ['no'] }), { failed: 'it reports: no' }), 'right')
  assert.equal(verdictOf(wants({ errors: ['no'] }), { data: {} }), 'wrong')
})
