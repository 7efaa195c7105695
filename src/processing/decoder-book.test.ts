import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUplink } from '../domain/uplink.ts'
import { instant } from '../lib/brand.ts'
import { silentLog } from '../lib/log.ts'
import type { DecoderChoice } from '../store/store.ts'
import { createMemoryStore } from '../store/testing/memory-store.ts'
import { createBatch } from './batch.ts'
import { decodeRecord } from './decode-record.ts'
import { createDecoderBook } from './decoder-book.ts'
import { createFleet } from './fleet.ts'
import { requeueOnce } from './requeue.ts'

const arrivedAt = instant(Date.parse('2026-11-23T08:00:00Z'))
const uplinkOf = (device: string, f_cnt: number, more: object = {}) =>
  JSON.stringify({
    end_device_ids: { device_id: 'x', dev_eui: device },
    uplink_message: { f_port: 1, f_cnt, frm_payload: 'AQ==', ...more },
  })

/** A processor's loop by hand: frames of the source `http`, each committed, with dead letters decoded again on demand. */
function house(decoders: Record<string, string> = {}) {
  const choices: DecoderChoice[] = []
  const book = createDecoderBook({ store: { decoderChoices: async () => choices }, codecs: {}, decoders })
  const store = createMemoryStore()
  const fleet = createFleet([])
  let position = 0
  return {
    store,
    choose: (device: string, decoder: string, source = 'http') =>
      choices.push({ source, device, decoder, author: 'test', chosen: arrivedAt }),
    book,
    async commit(text: string) {
      const body = new TextEncoder().encode(text)
      const bytes = encodeUplink({ source: 'http', codec: 'lorawan', framing: 'whole', arrivedAt, bytes: body })
      const record = { number: position + 1, kind: 1 as const, frames: 1, bytes, acceptedFrames: 0, noiseFrames: 0 }
      const batch = createBatch(fleet, store)
      await batch.addRecord(decodeRecord(record, book.codecOf, 0))
      const { readings, deadLetters, ledger } = batch.rows
      await store.commit({
        ...{ journal: 'test', from: position, to: ++position, fence: 1, readings, deadLetters, deadLettersDone: [] },
        ...{ devices: fleet.touched(), ledger: ledger.rows() },
        losses: { ...batch.losses(), losses: [], intakeDays: [] },
      })
      fleet.settle()
    },
    async requeue() {
      store.requeueAll()
      const deps = { store: store as never, reader: { id: 'test' }, fence: 1, log: silentLog }
      const { codecOf, refresh } = book
      return requeueOnce({ ...deps, codecOf, refreshDecoders: refresh }, { fleet, position, base: 0 })
    },
    reasons: () => [...store.deadLetters.values()].map(({ code, detail }) => `${code}: ${detail}`),
  }
}

test('a device without a decoder waits with the candidates named; choosing one decodes what it sent and what it will send', async () => {
  const { store, choose, commit, requeue, reasons } = house()
  await commit(uplinkOf('70b3d57ed0000001', 1))
  await commit(uplinkOf('70b3d57ed0000002', 1))
  assert.equal(store.readings.length, 0)
  for (const reason of reasons())
    assert.match(reason, /unknown-payload: .*bosch-tps110, nwave-nps310, nwave-nps405.*dlq requeue ID --decoder NAME/)
  choose('70B3D57ED0000001', 'bosch-tps110')
  await requeue()
  assert.deepEqual([store.readings.length, store.deadLetters.size], [1, 1])
  assert.equal(store.deviceOf('70B3D57ED0000001')?.occupied, true)
  assert.equal(store.deviceOf('70B3D57ED0000002'), undefined)
  await commit(uplinkOf('70b3d57ed0000001', 2, { frm_payload: 'AA==' }))
  assert.equal(store.deviceOf('70B3D57ED0000001')?.occupied, false)
})

test('the choice for a device comes before what its envelope names, that before the choice for the source', async () => {
  const { store, choose, book, commit } = house({ http: 'nwave-nps310' })
  const bosch = { version_ids: { brand_id: 'bosch', model_id: 'tps110' } }
  const unknown = { version_ids: { brand_id: 'acme', model_id: 'unheard-of' } }
  // Port 2 of NPS310 takes any length, TPS110 two bytes at most; port 1 of NCC405 counts.
  await commit(uplinkOf('0000000000000001', 1))
  await commit(uplinkOf('0000000000000002', 1, { ...bosch, f_port: 2, frm_payload: 'AQID' }))
  await commit(uplinkOf('0000000000000003', 1, unknown))
  assert.deepEqual([store.readings.length, store.deadLetters.size], [1, 2])
  choose('0000000000000002', 'nwave-nps310')
  choose('0000000000000003', 'nwave-ncc405', 'another source')
  await book.refresh()
  await commit(uplinkOf('0000000000000002', 2, { ...bosch, f_port: 2, frm_payload: 'AQID' }))
  await commit(uplinkOf('0000000000000003', 2, { ...unknown, frm_payload: 'AAE=' }))
  assert.deepEqual([store.readings.length, store.deadLetters.size], [2, 3])
})

test('what was rejected before the choice was seen is requeued with it, and once more for batches that were under way', async () => {
  const choices: DecoderChoice[] = []
  const requeued: object[] = []
  const store = {
    decoderChoices: async () => choices,
    async requeue(which: object) {
      requeued.push(which)
      return 0
    },
  }
  const book = createDecoderBook({ store, codecs: {}, decoders: {} })
  const choose = (source: string) =>
    choices.push({ source, device: `d-${choices.length}`, decoder: 'bosch-tps110', author: 'test', chosen: arrivedAt })
  choose('before')
  await book.refresh()
  await book.refresh()
  assert.deepEqual(requeued, [], 'choices of before the start')
  choose('http')
  for (let look = 0; look < 4; look++) await book.refresh()
  assert.deepEqual(requeued, [
    { source: 'http', code: 'unknown-payload' },
    { source: 'http', code: 'unknown-payload' },
  ])
})
