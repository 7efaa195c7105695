import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { type DeskChange, decodeDeskEntry, encodeDeskEntry } from './desk-change.ts'
import { decodePublication } from './layout-publication.ts'
import { encodeUplink } from './uplink.ts'

const at = instant(1_795_420_800_000)
const changes: DeskChange[] = [
  { is: 'override', id: 'o-1', bays: ['A', 'B'], state: 'closed', until: instant(at + 3_600_000), occasion: 'Market' },
  { is: 'override', id: 'o-2', bays: ['C'], state: 'free', until: null },
  { is: 'override-end', id: 'o-1' },
  { is: 'recount', id: 'r-1', site: 'S', zone: { level: 'L', zone: 'Z' }, vehicles: 0 },
]
const by = { author: 'Zoë', reason: 'Works in lane 2', at }

test('every kind of change is read back as it was written, and is no layout', () => {
  for (const change of changes) {
    const record = encodeDeskEntry({ ...by, change })
    assert.deepEqual(decodeDeskEntry(record), { ...by, change })
    assert.equal(decodePublication(record), undefined)
  }
})

test('what is no change, or one of a later release, is not read', () => {
  const record = (json: string, source = 'desk', codec = 'change') =>
    encodeUplink({ source, codec, framing: 'whole', arrivedAt: at, meta: {}, bytes: Buffer.from(json) })
  for (const json of [
    ...['', 'null', '[]', '{"is":"rule"}', '{"is":"toString"}', '{"is":"override","id":"o"}'],
    '{"is":"override","id":"o","bays":["A"],"state":"unknown","until":null}',
    '{"is":"override","id":"o","bays":[1],"state":"free","until":null}',
    '{"is":"override","id":"o","bays":["A"],"state":"free","until":"tomorrow"}',
    '{"is":"recount","id":"r","site":"S","zone":{"level":"L"},"vehicles":1}',
    '{"is":"recount","id":"r","site":"S","zone":{"level":"L","zone":"Z"},"vehicles":-1}',
    '{"is":"recount","site":"S","zone":{"level":"L","zone":"Z"},"vehicles":1}',
  ])
    assert.equal(decodeDeskEntry(record(json)), undefined, json)
  const good = JSON.stringify(changes[2])
  assert.ok(decodeDeskEntry(record(good)))
  assert.equal(decodeDeskEntry(record(good, 'http')), undefined)
  assert.equal(decodeDeskEntry(record(good, 'desk', 'layout')), undefined)
})
