/** A file of models is taken whole or refused with its name and the field that is wrong. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readJsonFolder } from '../lib/json-folder.ts'
import { withCharge } from './battery-charge.ts'
import { modelsOfFile, registryOf } from './device-model.ts'

const good = { model: 'acme-p1', name: 'Acme P1' }
const whole = {
  ...good,
  firmware: ['1.2'],
  heartbeatS: 3_600,
  battery: [
    [2, 0],
    [3, 60],
    [3.6, 100],
  ],
  counterBits: 16,
  decoder: 'generic',
}
const read = (model: unknown) => modelsOfFile('acme.json', { vendor: 'Acme', models: [model] })

test('every field of a model is read', () => assert.deepEqual(read(whole), [whole]))

const faults: readonly [about: string, value: unknown, named: RegExp][] = [
  ['a list', [], /^acme\.json: the file must be an object/],
  ['no vendor', { models: [good] }, /^acme\.json: vendor must be a text/],
  ['no models', { vendor: 'Acme', models: [] }, /^acme\.json: models must be a list/],
  ['another field', { vendor: 'Acme', models: [good], site: 1 }, /^acme\.json: site is no field of the file/],
  ['a text as a model', { vendor: 'Acme', models: ['p1'] }, /^acme\.json: models\[0\] must be an object/],
]
for (const [about, value, named] of faults)
  test(`a file is refused: ${about}`, () => assert.throws(() => modelsOfFile('acme.json', value), { message: named }))

const wrong: readonly [field: string, model: unknown, named: RegExp][] = [
  ['name missing', { model: 'acme-p1' }, /models\[0\]\.name is missing/],
  ['model in capitals', { ...good, model: 'Acme P1' }, /models\[0\]\.model must be lower-case/],
  ['heartbeat in text', { ...good, heartbeatS: '1 h' }, /models\[0\]\.heartbeatS must be whole seconds/],
  ['heartbeat of 0', { ...good, heartbeatS: 0 }, /models\[0\]\.heartbeatS must be whole seconds/],
  ['a width of 12 bits', { ...good, counterBits: 12 }, /models\[0\]\.counterBits must be 8, 16 or 32/],
  [
    'a field with a slip',
    { ...good, heartBeatS: 60 },
    /models\[0\]\.heartBeatS is no field of a model; there are model,/,
  ],
  [
    'a falling curve',
    {
      ...good,
      battery: [
        [3.6, 100],
        [2, 0],
      ],
    },
    /models\[0\]\.battery must rise/,
  ],
  [
    'a curve above 100 %',
    {
      ...good,
      battery: [
        [2, 0],
        [3.6, 101],
      ],
    },
    /models\[0\]\.battery must rise/,
  ],
  ['a curve of one point', { ...good, battery: [[2, 0]] }, /models\[0\]\.battery must be a list/],
  ['firmware as a number', { ...good, firmware: [0.39] }, /models\[0\]\.firmware must be a list/],
]
for (const [about, model, named] of wrong)
  test(`a model is refused: ${about}`, () => assert.throws(() => read(model), { message: named }))

test('two files that describe one model are refused, with both names', () => {
  const value = { vendor: 'Acme', models: [good] }
  assert.throws(
    () =>
      registryOf([
        { name: 'a.json', value },
        { name: 'b.json', value },
      ]),
    {
      message: 'b.json: model acme-p1 is in a.json already',
    },
  )
})

test('a folder is read by name, and a file that is no JSON is named', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'models-'))
  try {
    writeFileSync(path.join(folder, 'b.json'), '{"vendor":"B","models":[{"model":"b-1","name":"B 1"}]}')
    writeFileSync(path.join(folder, 'a.json'), '{"vendor":"A","models":[{"model":"a-1","name":"A 1"}]}')
    writeFileSync(path.join(folder, 'notes.txt'), 'not a model')
    assert.deepEqual([...registryOf(readJsonFolder(folder)).keys()], ['a-1', 'b-1'])
    writeFileSync(path.join(folder, 'c.json'), '{')
    assert.throws(() => readJsonFolder(folder), /c\.json is not JSON/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the charge follows the curve, ends at its ends, and never replaces a reported one', () => {
  const [model] = read(whole)
  const charge = (batteryV: number) => withCharge({ batteryV }, model).batteryPct
  assert.deepEqual([1.5, 2, 2.5, 3, 3.3, 3.6, 4].map(charge), [0, 0, 30, 60, 80, 100, 100])
  assert.equal(withCharge({ batteryV: 3, batteryPct: 12 }, model).batteryPct, 12)
  assert.deepEqual(withCharge({ batteryV: 3 }, read(good)[0]), { batteryV: 3 })
  assert.deepEqual(withCharge({ occupied: true }, model), { occupied: true })
})
