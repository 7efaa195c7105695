/** The auditor with its real thread, on a real journal and database. */
import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { openJournalWriter } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import { createAuditor } from './auditor.ts'

async function place(t: TestContext) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'auditor-'))
  t.after(() => rm(dataDir, { recursive: true }))
  const storeUrl = `sqlite:${path.join(dataDir, 'baykeeper.db')}`
  await using journal = await openJournalWriter(path.join(dataDir, 'journal'))
  await using store = await openStore(storeUrl, { log: silentLog, clock: systemClock })
  await store.migrate()
  return { dataDir, storeUrl, journal: journal.id }
}

test('who asks while an audit runs gets the same report, and the next one is another', async (t) => {
  const { journal, ...where } = await place(t)
  using auditor = createAuditor(where)
  assert.deepEqual([auditor.progress().running, auditor.progress().report], [false, null])
  const both = [auditor.run(), auditor.run()]
  assert.equal(auditor.progress().running, true)
  const [first, second] = await Promise.all(both)
  assert.equal(first, second)
  assert.deepEqual([first?.journal, first?.ok, first?.failures], [journal, true, 0])
  assert.deepEqual([auditor.progress().running, auditor.progress().report], [false, first])
  assert.notEqual((await auditor.run()).sha256, first?.sha256)
})

test('an audit that cannot be finished rejects with the reason, keeps the last report, and the next one runs', async (t) => {
  const { journal: _journal, ...where } = await place(t)
  using good = createAuditor(where)
  const report = await good.run()
  const file = path.join(where.dataDir, 'baykeeper.db')
  await rename(file, `${file}.aside`)
  await writeFile(file, 'no database'.repeat(1_000))
  await assert.rejects(good.run(), /not a (SQLite )?database/)
  const { failed, report: kept, running } = good.progress()
  assert.match(failed ?? '', /not a (SQLite )?database/)
  assert.deepEqual([kept, running], [report, false])
  await rename(`${file}.aside`, file)
  assert.equal((await good.run()).ok, true)
  assert.equal(good.progress().failed, null)
})

test('without its journal an audit rejects, instead of comparing nothing with an empty database', async (t) => {
  const { journal: _journal, ...where } = await place(t)
  await rm(path.join(where.dataDir, 'journal'), { recursive: true })
  using auditor = createAuditor(where)
  await assert.rejects(auditor.run(), /the journal .* is gone/)
})

test('an auditor that is let go ends its thread, and its audit rejects', async (t) => {
  const { journal: _journal, ...where } = await place(t)
  const auditor = createAuditor(where)
  const running = auditor.run()
  auditor[Symbol.dispose]()
  await assert.rejects(running, /the audit was ended/)
  assert.equal(auditor.progress().failed, 'the audit was ended')
})
