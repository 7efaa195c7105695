/** A vendor's script that fails, its replacement, and what it had rejected, on every store. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { scriptAt } from '../domain/script-use.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { scriptOf } from '../scripts/script.ts'
import { createScriptRunner, type ScriptRunner } from '../scripts/script-runner.ts'
import { openStore } from '../store/engine/open.ts'
import { type DatabaseServer, smallLogs, startServer } from '../store/testing/mariadb-fixture.ts'
import { type ServerKind, serverMissing } from '../store/testing/server-programs.ts'
import { sqlitePlace } from '../store/testing/sqlite-place.ts'
import { loadFolds } from './loaded.ts'
import { requeueOnce } from './requeue.ts'
import { drain, journalOf } from './testing/drained-journal.ts'
import { asUplinks, decoderBookOf, publish, uplink } from './testing/script-journal.ts'

const kinds = ['mariadb', 'mysql'] as const satisfies readonly ServerKind[]
const servers = new Map<ServerKind, DatabaseServer>()
let runner: ScriptRunner

before(async () => {
  runner = createScriptRunner()
  for (const kind of kinds) if (!serverMissing(kind)) servers.set(kind, await startServer(kind, smallLogs[kind]))
})
after(async () => {
  await runner[Symbol.asyncDispose]()
  for (const server of servers.values()) await server[Symbol.asyncDispose]()
})

const slip = `function decodeUplink(input) {
  if (input.bytes[0] > 1) return { data: { occupied: input.byte[0] > 127 } }
  return { data: { occupied: input.bytes[0] === 1 } }
}`
const fixed = slip.replace('input.byte[0]', 'input.bytes[0]')

async function replaceOn(url: string) {
  await using store = await openStore(url, { log: silentLog, clock: systemClock })
  await store.migrate()
  const decoders = decoderBookOf(runner)
  const bodies = [publish(slip), uplink(1, 1), uplink(2, 200), uplink(3, 100), publish(fixed), uplink(4, 250)]
  const journal = journalOf(asUplinks(bodies), 2)
  await drain(journal, store, { codecOf: decoders.codecOf, prepareScripts: decoders.prepare })
  const read = async () => {
    const { items } = await store.readings({ external: '70B3D50000000001', limit: 10 })
    const uses = await store.deviceScripts()
    return items
      .map(({ seq, occupied, pos }) => ({ seq, occupied, script: scriptAt(uses, pos) }))
      .sort((a, b) => Number(a.seq) - Number(b.seq))
  }
  const [ofSlip, ofFixed] = [scriptOf(slip).hash, scriptOf(fixed).hash]
  const good = [
    { seq: 1, occupied: true, script: ofSlip },
    { seq: 4, occupied: true, script: ofFixed },
  ]
  assert.deepEqual(await read(), good)
  const { items: letters } = await store.deadLetters({ limit: 10 })
  assert.equal(letters.length, 2)
  for (const { code, detail, bytes } of letters) {
    assert.equal(code, 'codec-failed')
    assert.match(detail, /codec acme version 1 \([0-9a-f]{12}\) failed: it throws TypeError/)
    assert.ok(bytes.length > 0)
  }

  assert.equal(await store.requeue({ code: 'codec-failed' }), 2)
  const deps = {
    ...{ store, reader: { id: journal.id }, fence: 1, log: silentLog },
    ...{ codecOf: decoders.codecOf, prepareScripts: decoders.prepare },
  }
  const { position } = await store.cursor(journal.id)
  assert.equal(await requeueOnce(deps, { ...(await loadFolds(deps)), position, base: 0 }), 2)
  assert.deepEqual(await read(), [
    good[0],
    { seq: 2, occupied: true, script: ofFixed },
    { seq: 3, occupied: false, script: ofFixed },
    good[1],
  ])
  assert.equal((await store.deadLetters({ limit: 10 })).items.length, 0)
  const { totals } = await store.ledgerAt(journal.id)
  assert.deepEqual([Number(totals.committed), Number(totals.quarantined)], [4, 0])
}

const sentence = 'what a script rejected is read by its replacement when it is requeued, and names it'

test(`SQLite: ${sentence}`, async () => {
  await using place = await sqlitePlace()
  await replaceOn(`sqlite:${place.file}`)
})
for (const kind of kinds)
  test(`${kind}: ${sentence}`, { skip: serverMissing(kind) }, async () => {
    await replaceOn(await (servers.get(kind) as DatabaseServer).createDatabase())
  })
