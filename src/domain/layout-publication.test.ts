import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { decodePublication, encodePublication } from './layout-publication.ts'
import { encodeUplink } from './uplink.ts'

const at = instant(1_795_420_800_000)
const packed = Uint8Array.of(1, 2, 3)

test('a publication is read back as it was written', () => {
  const publication = { author: 'Zoë', comment: 'Level 2 is open', at, packed }
  const read = decodePublication(encodePublication(publication))
  assert.deepEqual({ ...read, packed: [...(read?.packed ?? [])] }, { ...publication, packed: [1, 2, 3] })
})

test('the layout that a publication was made from is read back, also when there was none', () => {
  for (const base of [
    { journal: '0f3c5a7e9b1d4c6e8a0b2d4f6a8c0e1f', record: 184_223 },
    { journal: '', record: 0 },
  ]) {
    const read = decodePublication(encodePublication({ author: 'Z', comment: '', at, base, packed }))
    assert.deepEqual(read?.base, base)
  }
  assert.equal(decodePublication(encodePublication({ author: 'Z', comment: '', at, packed }))?.base, undefined)
})

test('author and comment are cut to what the database holds', () => {
  const read = decodePublication(
    encodePublication({ author: `${'a'.repeat(127)}🅿`, comment: 'c'.repeat(900), at, packed }),
  )
  assert.equal(read?.author.isWellFormed() && read.author.length <= 128, true)
  assert.equal(read?.comment.length, 500)
})

test('what a sensor sends is no publication under any name', () => {
  const bytes = packed
  for (const head of [
    { source: 'http', codec: 'layout' },
    { source: 'desk', codec: 'generic' },
  ])
    assert.equal(decodePublication(encodeUplink({ ...head, framing: 'whole', arrivedAt: at, bytes })), undefined)
  assert.equal(decodePublication(Uint8Array.of(7, 7)), undefined)
})
