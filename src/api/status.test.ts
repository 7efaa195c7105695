import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditReport } from '@baykeeper/contract/audit.ts'
import { serverStatusSchema } from '@baykeeper/contract/status.ts'
import { instant } from '../lib/brand.ts'
import type { DeadLetterRow } from '../store/store.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  bearer,
  statusOk,
  storeWith,
  type UnderTestOptions,
} from './testing/api-under-test.ts'

const url = (path: string) => ({ url: path, headers: bearer })
const asked = async (api: ApiUnderTest) =>
  serverStatusSchema.parse((await api.app.inject(url('/api/v1/status'))).json())
const auditorThat = (report: Partial<AuditReport> | null, failed: string | null = null): UnderTestOptions => ({
  auditor: {
    run: () => Promise.reject(new Error('not here')),
    progress: () => ({ running: false, step: null, done: 0, total: 0, report: report as AuditReport | null, failed }),
  },
})

test('the status holds what is known, and null for what is not', async () => {
  await using api = await apiUnderTest({ status: () => ({ ...statusOk, lagMs: 21, pendingFrames: 3 }) })
  const { lag_ms, depth, commit_ms, journal, ledger, audit, database, sources } = await asked(api)
  assert.deepEqual(
    [lag_ms, depth, commit_ms, journal, ledger, audit],
    [21, 3, { p50: null, p99: null }, null, null, null],
  )
  assert.equal(database.state, 'up')
  assert.match(database.version ?? '', /^SQLite/)
  assert.deepEqual(database.weaknesses, [])
  assert.equal(sources[0]?.name, 'gate')
  assert.equal((await api.app.inject('/api/v1/status')).statusCode, 401)
})

test('metrics name the weaknesses of the database, and omit them while they are unknown', async () => {
  const weaknesses = [
    'sync_binlog is 0, not 1: after a power cut',
    'table gap is MyISAM, not InnoDB: it keeps no transactions',
  ]
  const metrics = async (weak: readonly string[]) => {
    const describe = async () => ({ version: 'MariaDB 10', location: 'here', weaknesses: weak })
    await using api = await apiUnderTest({ around: (store) => storeWith(store, { describe }) })
    return (await api.app.inject('/metrics')).body
  }
  const weak = await metrics(weaknesses)
  assert.match(weak, /^baykeeper_database_weakness\{name="sync_binlog"\} 1$/m)
  assert.match(weak, /^baykeeper_database_weakness\{name="table gap"\} 1$/m)
  assert.match(weak, /^baykeeper_database_weaknesses 2$/m)
  assert.match(weak, /^baykeeper_database_info\{version="MariaDB 10"\} 1$/m)
  const sound = await metrics([])
  assert.match(sound, /^baykeeper_database_weaknesses 0$/m)
  assert.doesNotMatch(sound, /^baykeeper_database_weakness\{/m)
  assert.doesNotMatch(sound, /here/)
  const describe = () => Promise.reject(new Error('away'))
  await using away = await apiUnderTest({ around: (store) => storeWith(store, { describe }) })
  assert.doesNotMatch((await away.app.inject('/metrics')).body, /^baykeeper_database_weaknesses/m)
})

test('weaknesses of the database are reported, and one that is away holds up no answer', async () => {
  const weak = { version: 'MariaDB 10', location: 'here', weaknesses: ['sync_binlog is 0, not 1'] }
  await using api = await apiUnderTest({ around: (store) => storeWith(store, { describe: async () => weak }) })
  assert.deepEqual((await asked(api)).database.weaknesses, weak.weaknesses)
  await using silent = await apiUnderTest({
    around: (store) => storeWith(store, { describe: () => new Promise(() => {}) }),
  })
  const began = performance.now()
  assert.equal((await asked(silent)).database.weaknesses, null)
  assert.ok(performance.now() - began < 2_000)
})

test('the audit is judged by its own verdict, not by the difference alone', async () => {
  const time = '2026-11-23T08:00:00.000Z'
  await using api = await apiUnderTest(auditorThat({ ok: false, failures: 2, time }))
  assert.deepEqual((await asked(api)).audit, { running: false, ok: false, time, failures: 2, failed: null })
  await using never = await apiUnderTest(auditorThat(null, 'the audit was ended'))
  const none = { running: false, ok: null, time: null, failures: null, failed: 'the audit was ended' }
  assert.deepEqual((await asked(never)).audit, none)
})

test('dead letters are counted by reason, those that wait apart from those asked for again', async () => {
  await using api = await apiUnderTest()
  const letter = (pos: number, code: DeadLetterRow['code']): DeadLetterRow => ({
    ...{ pos, idx: 0, source: 'gate', codec: 'generic', arrived: instant(0), code, detail: 'why', head: '{}' },
    bytes: new Uint8Array(3),
  })
  await api.commit({ deadLetters: [letter(1, 'not-json'), letter(2, 'no-device'), letter(3, 'no-device')] })
  await api.store.requeue({ pos: 3, idx: 0 })
  assert.deepEqual((await api.app.inject(url('/api/v1/dead-letters/codes'))).json(), {
    items: [
      { code: 'no-device', waiting: 1, requeued: 1 },
      { code: 'not-json', waiting: 1, requeued: 0 },
    ],
    next: null,
  })
})

test('a server on which processing does not advance is not ready, and reports why in status and metrics', async () => {
  const problem = {
    ...{ code: 'store-silent' as const, params: { records: 7, seconds: 21 } },
    detail: 'processing is not advancing: 7 journal records wait',
  }
  await using api = await apiUnderTest({
    status: () => ({ ...statusOk, pipeline: 'not-advancing', advancing: false, problems: [problem] }),
  })
  const answer = await api.app.inject('/readyz')
  assert.equal(answer.statusCode, 503)
  assert.deepEqual(answer.json().reasons, [problem.detail])
  const { advancing, problems, pipeline } = await asked(api)
  assert.deepEqual([advancing, problems, pipeline], [false, [problem], 'not-advancing'])
  assert.match((await api.app.inject('/metrics')).body, /^baykeeper_processing_advancing 0$/m)
})
