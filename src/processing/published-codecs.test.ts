/** Scripts that people publish, through the whole of processing: in effect behind their record, and again from the same journal. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type DeskEntry, encodeDeskEntry } from '../domain/desk-change.ts'
import type { CodecAssignment } from '../domain/published-codec.ts'
import type { Instant } from '../lib/brand.ts'
import { silentLog } from '../lib/log.ts'
import { scriptOf } from '../scripts/script.ts'
import { createScriptRunner } from '../scripts/script-runner.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { createCodecBook } from './codec-book.ts'
import { createDecoderBook } from './decoder-book.ts'
import { loadFolds } from './loaded.ts'
import { requeueOnce } from './requeue.ts'
import { type Body, drain, journalOf } from './testing/drained-journal.ts'

const runner = createScriptRunner()
after(() => runner[Symbol.asyncDispose]())

const application = 'city'
const uplink = (seq: number, byte: number, more: { port?: number; model?: string } = {}): Body => ({
  body: JSON.stringify({
    end_device_ids: { device_id: 'bay', dev_eui: '70B3D50000000001', application_ids: { application_id: application } },
    uplink_message: {
      ...{ session_key_id: 'AX', f_cnt: seq, f_port: more.port ?? 1, frm_payload: Buffer.of(byte).toString('base64') },
      ...(more.model === undefined ? {} : { version_ids: { brand_id: 'acme', model_id: more.model } }),
    },
  }),
})

let requests = 0
function publish(
  text: string | null,
  assigned: CodecAssignment = { to: 'application', application },
  id = 'acme',
): Body {
  const codec = text === null ? null : { ...scriptOf(text), assigned, mapping: null }
  const entry = (at: Instant): DeskEntry => ({
    ...{ author: 'Zoë', reason: 'why', at },
    change: { is: 'codec', request: `r${++requests}`, id, codec },
  })
  return { body: '', record: { kind: 4, bytes: (at) => encodeDeskEntry(entry(at)) } }
}

const low = 'function decodeUplink(input) { return { data: { occupied: (input.bytes[0] & 1) === 1 } } }'
const high = 'function decodeUplink(input) { return { data: { occupied: input.bytes[0] > 127 } } }'
const strict = `function decodeUplink(input) {
  if (input.fPort !== 1) return { errors: ['port ' + input.fPort + ' is unknown'] }
  return { data: { occupied: input.bytes[0] === 1 } }
}`

async function house(bodies: readonly Body[], perRead?: number) {
  const store = createMemoryStore()
  const decoders = bookOf()
  await drain(journalOf(lorawan(bodies), perRead), store, {
    codecOf: decoders.codecOf,
    prepareScripts: decoders.prepare,
  })
  return { store, decoders }
}
const bookOf = () =>
  createDecoderBook({
    store: { decoderChoices: async () => [] },
    codecs: { http: 'lorawan' },
    decoders: {},
    runner,
  })
const lorawan = (bodies: readonly Body[]): readonly Body[] => bodies.map((body) => ({ framing: 'whole', ...body }))
const seen = (store: MemoryStore) => store.readings.map(({ seq, occupied }) => [seq, occupied])
const letters = (store: MemoryStore) => [...store.deadLetters.values()].map(({ code, detail }) => `${code}: ${detail}`)

test('a script reads the frames behind its record, and none before; a new version those behind its own', async () => {
  const bodies = [
    uplink(1, 129),
    publish(low),
    uplink(2, 129),
    uplink(3, 2),
    publish(high),
    uplink(4, 1),
    publish(null),
    uplink(5, 1),
  ]
  for (const perRead of [1, 3, 1_000]) {
    const { store } = await house(bodies, perRead)
    assert.deepEqual(
      seen(store),
      [
        [2, true],
        [3, false],
        [4, false],
      ],
      `${perRead} records at a time`,
    )
    assert.deepEqual(
      letters(store).map((text) => text.split(':')[0]),
      ['unknown-payload', 'unknown-payload'],
    )
    assert.deepEqual(
      (await store.codecVersions('acme')).map(({ version, codec, author }) => [version, codec?.hash, author]),
      [
        [3, undefined, 'Zoë'],
        [2, scriptOf(high).hash, 'Zoë'],
        [1, scriptOf(low).hash, 'Zoë'],
      ],
    )
  }
})

test('what a script reports is the reason of a dead letter, with its version and hash', async () => {
  const { store } = await house([publish(strict), uplink(1, 1, { port: 9 })])
  const [letter = ''] = letters(store)
  assert.match(letter, /^codec-failed: codec acme version 1 \([0-9a-f]{12}\) failed: it reports: port 9 is unknown/)
  assert.ok(letter.includes(scriptOf(strict).hash.slice(0, 12)))
})

test('a frame that a version rejected is read by the next one when it is requeued', async () => {
  const { store, decoders } = await house([publish(strict), uplink(1, 1, { port: 9 }), publish(low)])
  assert.deepEqual(seen(store), [])
  store.requeueAll()
  const deps = {
    ...{ store: store as never, reader: { id: 'test' }, fence: 1, log: silentLog },
    ...{ codecOf: decoders.codecOf, prepareScripts: decoders.prepare },
  }
  const loaded = await loadFolds(deps)
  const { position } = await store.cursor('test')
  assert.equal(await requeueOnce(deps, { ...loaded, position, base: 0 }), 1)
  assert.deepEqual([seen(store), letters(store)], [[[1, true]], []])
})

test('the script of a model stands before that of the application, and is not asked for other models', async () => {
  const ofModel = publish(high, { to: 'model', vendor: 'Acme', model: 'Bay 1' }, 'acme-bay')
  const { store } = await house([
    publish(low),
    ofModel,
    uplink(1, 1, { model: 'bay-1' }),
    uplink(2, 1),
    uplink(3, 1, { model: 'other' }),
  ])
  assert.deepEqual(seen(store), [
    [1, false],
    [2, true],
  ])
  assert.equal(letters(store).length, 1, 'a model that no script is for waits')
})

test('a script that never returns costs only its own frames', async () => {
  const endless = publish(
    'function decodeUplink() { while (true) {} }',
    { to: 'model', vendor: 'acme', model: 'endless' },
    'endless',
  )
  const { store } = await house([
    ...[publish(low), endless, uplink(1, 1), uplink(2, 1, { model: 'endless' }), uplink(3, 0)],
  ])
  assert.deepEqual(seen(store), [
    [1, true],
    [3, false],
  ])
  assert.match(letters(store).join('\n'), /^codec-failed: codec endless version 1 .* it was ended/)
})

test('of two scripts for one model, published in another spelling, the first by id decodes, also after a restart', async () => {
  const second = publish(low, { to: 'model', vendor: 'acme', model: 'bay-1' }, 'b-second')
  const first = publish(high, { to: 'model', vendor: 'Acme', model: 'Bay 1' }, 'a-first')
  const { store } = await house([second, first, uplink(1, 1, { model: 'bay-1' })], 1)
  assert.deepEqual(seen(store), [[1, false]])
  const restarted = createCodecBook(await store.codecs())
  assert.deepEqual(
    restarted.scripts.map(({ name }) => name),
    ['codec:a-first', 'codec:b-second'],
  )
})
