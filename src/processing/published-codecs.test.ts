/** Scripts that people publish, through the whole of processing: in effect behind their record, and again from the same journal. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { scriptAt } from '../domain/script-use.ts'
import { silentLog } from '../lib/log.ts'
import { scriptOf } from '../scripts/script.ts'
import { createScriptRunner, type ScriptRunner } from '../scripts/script-runner.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { createCodecBook } from './codec-book.ts'
import { loadFolds } from './loaded.ts'
import { requeueOnce } from './requeue.ts'
import { createScriptUses } from './script-uses.ts'
import { type Body, drain, journalOf } from './testing/drained-journal.ts'
import { asUplinks, decoderBookOf, publish, uplink } from './testing/script-journal.ts'

const runner = createScriptRunner()
after(() => runner[Symbol.asyncDispose]())

const low = 'function decodeUplink(input) { return { data: { occupied: (input.bytes[0] & 1) === 1 } } }'
const high = 'function decodeUplink(input) { return { data: { occupied: input.bytes[0] > 127 } } }'
const strict = `function decodeUplink(input) {
  if (input.fPort !== 1) return { errors: ['port ' + input.fPort + ' is unknown'] }
  return { data: { occupied: input.bytes[0] === 1 } }
}`

async function house(bodies: readonly Body[], perRead?: number, by: ScriptRunner = runner) {
  const store = createMemoryStore()
  const decoders = decoderBookOf(by)
  await drain(journalOf(asUplinks(bodies), perRead), store, {
    codecOf: decoders.codecOf,
    prepareScripts: decoders.prepare,
  })
  return { store, decoders }
}
/** Hash of the script that has decoded each reading, as the API reports it. */
const decodedBy = async (store: MemoryStore) => {
  const uses = await store.deviceScripts()
  return store.readings.map(({ device, pos, seq }) => [
    seq,
    scriptAt(
      uses.filter((use) => use.device === device),
      pos,
    ),
  ])
}
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

test('a machine that cannot run a script does not blame it: the frame waits to be requeued under a code of its own', async () => {
  const lane = createScriptRunner({ callMs: 20, loadMs: 20, tries: 1, patience: 1 })
  const slow = 'for (var i = 0; i < 2e6; i++); function decodeUplink() { return { data: { occupied: true } } }'
  try {
    const { store } = await house([publish(slow), uplink(1, 1)], undefined, lane)
    const [letter = ''] = letters(store)
    assert.match(
      letter,
      /^codec-not-run: codec acme version 1 .*: it was not run, as its thread stood still .*; requeue the frame$/,
    )
  } finally {
    await lane[Symbol.asyncDispose]()
  }
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

test('it is known which script has decoded each reading: before, between and behind versions, and after a requeue', async () => {
  const [ofLow, ofHigh] = [scriptOf(low).hash, scriptOf(high).hash]
  const bodies = [
    uplink(1, 1, { model: 'tps110' }),
    publish(low),
    uplink(2, 1),
    uplink(3, 1, { port: 0 }),
    publish(high),
    uplink(4, 1),
    publish(null),
    publish(low, undefined, 'again'),
    uplink(5, 0),
  ]
  for (const perRead of [1, 4, 1_000]) {
    const { store } = await house(bodies, perRead)
    assert.deepEqual(
      (await decodedBy(store)).filter(([seq]) => seq !== 3),
      [
        [2, ofLow],
        [4, ofHigh],
        [5, ofLow],
      ],
      `${perRead} records at a time`,
    )
  }
})

/** After all that was rejected is decoded again. */
async function decodedAfterRequeue(bodies: readonly Body[]) {
  const { store, decoders } = await house(bodies)
  store.requeueAll()
  const deps = {
    ...{ store: store as never, reader: { id: 'test' }, fence: 1, log: silentLog },
    ...{ codecOf: decoders.codecOf, prepareScripts: decoders.prepare },
  }
  const { position } = await store.cursor('test')
  assert.equal(await requeueOnce(deps, { ...(await loadFolds(deps)), position, base: 0 }), 1)
  return (await decodedBy(store)).sort(([a], [b]) => Number(a) - Number(b))
}

test('a reading that a later version decodes when it is requeued names that version, and those around it their own', async () => {
  const [ofStrict, ofLow] = [scriptOf(strict).hash, scriptOf(low).hash]
  const bodies = [publish(strict), uplink(1, 1), uplink(2, 1, { port: 9 }), uplink(3, 1), publish(low)]
  const before = [
    [1, ofStrict],
    [2, ofLow],
    [3, ofStrict],
  ]
  assert.deepEqual(await decodedAfterRequeue(bodies), before)
  assert.deepEqual(await decodedAfterRequeue([...bodies, uplink(4, 1)]), [...before, [4, ofLow]])
})

test('a requeued reading names its script where none has decoded those around it', async () => {
  const own = { brand: 'bosch', model: 'tps110' }
  const bodies = [uplink(1, 1, own), uplink(2, 1), uplink(3, 1, own), publish(low)]
  assert.deepEqual(await decodedAfterRequeue(bodies), [
    [1, null],
    [2, scriptOf(low).hash],
    [3, null],
  ])
})

test('a reading that waited names its script, and those that came in meanwhile their own', () => {
  const uses = createScriptUses()
  uses.stored(1, 10, { script: 'a' }, true)
  uses.stored(1, 20, { script: 'b' }, true)
  uses.stored(1, 15, { script: 'b' }, false)
  uses.stored(1, 12, { script: 'c' }, false)
  const [changed] = uses.take()
  const rows = [...(changed?.put ?? [])].map(([, pos, hash]) => ({ pos: Number(pos), hash: String(hash) }))
  rows.sort((x, y) => x.pos - y.pos)
  assert.deepEqual(
    [10, 11, 12, 13, 14, 15, 16, 19, 20].map((pos) => scriptAt(rows, pos)),
    ['a', 'a', 'c', 'a', 'a', 'b', 'a', 'a', 'b'],
  )
})

test('a script that takes all its steps at some frames gives the same database in any batches, and as often as it is read', async () => {
  const greedy = `var calls = 0; function decodeUplink(input) {
    calls++
    if (input.bytes[0] === 9) for (;;) "x".repeat(1e4).split("").sort()
    return { data: { occupied: calls === 1 && input.bytes[0] === 1 } }
  }`
  const bodies = [publish(greedy), ...[1, 9, 1, 0, 9, 1].map((byte, i) => uplink(i + 1, byte))]
  const found = []
  for (const perRead of [1, 1_000]) {
    const { store } = await house(bodies, perRead)
    found.push({ seen: seen(store), letters: letters(store), by: await decodedBy(store) })
  }
  assert.deepEqual(found[0]?.seen, [
    [1, true],
    [3, true],
    [4, false],
    [6, true],
  ])
  assert.equal(found[0]?.letters.length, 2)
  assert.deepEqual(found[1], found[0])
})
