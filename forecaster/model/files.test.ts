import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { allParts, defaultConfig } from './config.ts'
import { adapted, factorFor, firstAim, scoredMin, stretch, stretchNeeded } from './conformal.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { readModel, writeModel } from './weights-file.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'forecaster-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('what is written as safetensors is read again, bit for bit', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fc.float32Array({ maxLength: 20 })),
      (arrays) => {
        const tensors = Object.fromEntries(
          Object.entries(arrays)
            .filter(([name]) => name !== '__metadata__' && name !== '__proto__')
            .map(([name, values]) => [name, { shape: [values.length], values }]),
        )
        // As Node reads files: somewhere within a larger pool.
        const back = readSafetensors(Buffer.from(writeSafetensors({ tensors, metadata: { note: 'ü' } })))
        assert.deepEqual({ ...back.tensors }, tensors)
        assert.equal(back.metadata['note'], 'ü')
      },
    ),
  )
})

test('the bytes follow the format: header length, header, numbers at a multiple of eight', () => {
  const bytes = writeSafetensors({ tensors: { w: { shape: [2], values: Float32Array.of(1, -2) } }, metadata: {} })
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  assert.equal((8 + length) % 8, 0)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  assert.deepEqual(header.w, { dtype: 'F32', shape: [2], data_offsets: [0, 8] })
  assert.deepEqual([...new Float32Array(bytes.slice(8 + length).buffer)], [1, -2])
})

test('cut or foreign files are refused with the reason', () => {
  const bytes = writeSafetensors({ tensors: { w: { shape: [4], values: new Float32Array(4) } }, metadata: {} })
  assert.throws(() => readSafetensors(bytes.subarray(0, 5)), /shorter/)
  assert.throws(() => readSafetensors(bytes.subarray(0, bytes.length - 1)), /ends beyond/)
  assert.throws(() => readSafetensors(new Uint8Array(64).fill(255)), /header of/)
})

test('weights carry configuration and data hash, and those of another feature version are refused', () => {
  const file = path.join(folder, 'a.safetensors')
  const config = { ...defaultConfig(['a']), parts: allParts }
  writeModel(file, {
    config,
    tensors: { w: { shape: [1], values: Float32Array.of(7) } },
    dataHash: 'abc',
    about: 'test',
  })
  const model = readModel(file)
  assert.deepEqual(model.config, config)
  assert.equal(model.dataHash, 'abc')
  const { tensors, metadata } = readSafetensors(readFileSync(file))
  writeFileSync(file, writeSafetensors({ tensors, metadata: { ...metadata, feature_version: '0' } }))
  assert.throws(() => readModel(file), /made for features 0/)
})

const ladder = () => Float32Array.of(0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)

test('what an interval would have needed is exact on both sides of the median', () => {
  assert.ok(Math.abs(stretchNeeded(ladder(), 0, 0.8, 80) - 1.5) < 1e-6)
  assert.ok(Math.abs(stretchNeeded(ladder(), 0, 0.05, 95) - 1.5) < 1e-6)
  assert.equal(stretchNeeded(new Float32Array(7).fill(0.5), 0, 0.6, 80), Number.POSITIVE_INFINITY)
})

test('the factor is the aimed quantile of what was needed, and 1 while little was scored', () => {
  const needed = Float32Array.from({ length: 99 }, (_, i) => (i + 1) / 50)
  assert.equal(factorFor(needed, 0.8), Math.fround(1.6))
  assert.equal(factorFor(needed.subarray(0, scoredMin - 1), 0.8), 1)
})

test('stretched quantiles stay ascending and within 0 and 1, the median where it was', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      (of80, of95) => {
        const quantiles = ladder()
        stretch(quantiles, 0, { of80, of95 })
        assert.equal(quantiles[3], 0.5)
        for (let k = 1; k < 7; k++) assert.ok((quantiles[k] as number) >= (quantiles[k - 1] as number))
        assert.ok((quantiles[0] as number) >= 0 && (quantiles[6] as number) <= 1)
      },
    ),
  )
})

test('a day of misses raises the aim, a day of hits lowers it', () => {
  assert.ok(adapted(firstAim, { of80: 0.5, of95: 0.7 }).of80 > firstAim.of80)
  assert.ok(adapted(firstAim, { of80: 1, of95: 1 }).of95 < firstAim.of95)
})
