import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AuditProgress, type AuditReport, auditReportSchema } from '@baykeeper/contract/audit.ts'
import * as z from 'zod'
import { apiUnderTest, bearer } from './testing/api-under-test.ts'

const examples = z.globalRegistry.get(auditReportSchema)?.['examples'] as AuditReport[]
const report = examples[0] as AuditReport
const idle: AuditProgress = { running: false, step: null, done: 0, total: 0, report: null, failed: null }
const post = (query = '', headers: Record<string, string> = bearer) => ({
  ...{ method: 'POST' as const, url: `/api/v1/ledger/audit${query}`, headers },
})

test('an audit is answered with its report, or at once with how far it is', async () => {
  const end = Promise.withResolvers<AuditReport>()
  let asked = 0
  const auditor = {
    run: () => {
      asked++
      return end.promise
    },
    progress: () => ({ ...idle, running: true, step: 'database' as const }),
  }
  await using api = await apiUnderTest({ auditor })
  const early = await api.app.inject(post('?wait=false'))
  assert.deepEqual([early.statusCode, early.json().running], [202, true])
  const waiting = api.app.inject(post())
  assert.equal((await api.app.inject({ url: '/api/v1/ledger/audit', headers: bearer })).json().step, 'database')
  end.resolve(report)
  const done = await waiting
  assert.deepEqual([done.statusCode, done.json(), asked], [200, report, 2])
})

test('an audit needs the scope operate; one that cannot be finished, or not be made, reports why', async () => {
  const auditor = { run: () => Promise.reject(new Error('the database is away')), progress: () => idle }
  await using api = await apiUnderTest({ auditor })
  const reader = await api.keyring.createToken({ name: 'reader', kind: 'api', scopes: ['read'] })
  assert.equal((await api.app.inject(post('', {}))).statusCode, 401)
  assert.equal((await api.app.inject(post('', { authorization: `Bearer ${reader}` }))).statusCode, 403)
  const failed = await api.app.inject(post())
  assert.deepEqual([failed.statusCode, failed.json().code], [503, 'E_AUDIT'])
  assert.match(failed.json().detail, /the database is away/)
  assert.equal((await api.app.inject(post('?wait=false'))).statusCode, 202)
  await using none = await apiUnderTest()
  assert.match((await none.app.inject(post())).json().detail, /baykeeper ledger verify/)
})
