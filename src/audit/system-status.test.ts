import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthCodes, healthProblemSchema } from '@baykeeper/contract/health.ts'
import type { ChildSettings, IntakeFigures, LedgerTotals } from '../processes/messages.ts'
import { systemStatus } from './system-status.ts'

const settings = { version: '1', startedAt: 0 } as ChildSettings
const intake = (accepted: number, more: Partial<IntakeFigures> = {}) =>
  ({
    tail: { acceptedFrames: accepted },
    received: accepted + 3,
    refused: 2,
    unframeable: 1,
    inFlight: 0,
    sources: [],
    journal: {},
    ...more,
  }) as unknown as IntakeFigures
const totals = (committed: number, more: Partial<LedgerTotals> = {}): LedgerTotals => ({
  committed,
  duplicate: 0,
  quarantined: 0,
  tentative: 0,
  lost: 0,
  damaged: 0,
  position: 1,
  acceptedFrames: committed,
  ...more,
})
const status = (figures: IntakeFigures, ledger: LedgerTotals) =>
  systemStatus(
    settings,
    {
      type: 'figures',
      intake: figures,
      processor: { type: 'processor', stats: { state: 'ok', lagMs: 0 } as never, ledger },
      alive: ['intake', 'processor'],
    },
    0,
  ).ledger

test('what waits between journal and store is pending', () => {
  const ledger = status(intake(100), totals(60))
  assert.deepEqual([ledger?.pending, ledger?.difference], [40, 0])
})

test('a frame is committed, a duplicate or quarantined, and the law knows all three', () => {
  const where = { duplicate: 7, quarantined: 3, acceptedFrames: 100 }
  assert.equal(status(intake(100), totals(90, where))?.difference, 0)
})

test('a database that is ahead of the sample of intake shows no negative pending', () => {
  const ledger = status(intake(100), totals(109))
  assert.deepEqual([ledger?.accepted, ledger?.received, ledger?.pending, ledger?.difference], [109, 112, 0, 0])
})

test('a frame that went nowhere, and one that intake lost sight of, are a difference', () => {
  assert.equal(status(intake(100), totals(59, { acceptedFrames: 60 }))?.difference, 1)
  assert.equal(status(intake(100, { received: 104 }), totals(100))?.difference, 1)
})

test('damage is a term of the balance and no missing number; frames on their way to the disk are not judged yet', () => {
  const ledger = status(intake(100, { received: 110, inFlight: 7 }), totals(95, { acceptedFrames: 100, damaged: 5 }))
  assert.deepEqual([ledger?.damaged, ledger?.lost, ledger?.difference], [5, 0, 0])
})

const health = (more: object) =>
  systemStatus(
    settings,
    {
      ...{ type: 'figures', intake: intake(100), alive: ['intake', 'processor'] },
      processor: { type: 'processor', stats: { state: 'ok', lagMs: 0 } as never, ledger: totals(60) },
      ...more,
    },
    0,
  )
const trouble = {
  ...{ kind: 'unknown' as const, reason: 'Unknown thing', since: 0, tries: 12, isReported: true },
  ...{ server: 'MariaDB 10.11', statement: 'INSERT INTO device', nextStep: 'look it up' },
}

test('processing that does not advance is a problem with its reason, whether or not the processor reports one', () => {
  const standstill = { forMs: 21_000, records: 7 }
  const hung = health({ standstill, silent: ['processor'] })
  assert.deepEqual([hung.pipeline, hung.advancing], ['not-advancing', false])
  assert.match(hung.problems?.[0]?.detail ?? '', /not advancing: 7 journal records wait.*does not answer/)
  const reported = health({
    processor: { type: 'processor', stats: { state: 'behind', lagMs: 0, trouble } as never, ledger: undefined },
  })
  assert.equal(reported.advancing, false)
  for (const part of [/Unknown thing/, /MariaDB 10\.11/, /INSERT INTO device/, /look it up/])
    assert.match(reported.problems?.[0]?.detail ?? '', part)
  assert.match(health({ standstill }).problems?.[0]?.detail ?? '', /a call to the database may hang/)
})

test('a backlog that shrinks, and a fault that was tried twice, are no problem', () => {
  assert.deepEqual(health({}).problems, [])
  const twice = { ...trouble, tries: 2, isReported: false }
  const stats = { state: 'database-down', lagMs: 0, trouble: twice } as never
  const status = health({ processor: { type: 'processor', stats, ledger: undefined } })
  assert.deepEqual([status.advancing, status.problems], [true, []])
})

test('a journal that refuses readings, an intake and a main process that do not answer are problems', () => {
  const refusing = { ...intake(100), journal: { refusing: 'the disk is 93 % full' } }
  assert.match(health({ intake: refusing }).problems?.[0]?.detail ?? '', /readings are rejected: the disk is 93 % full/)
  assert.match(health({ silent: ['intake'] }).problems?.[0]?.detail ?? '', /intake process does not answer/)
  assert.match(health({ ageMs: 16_000 }).problems?.[0]?.detail ?? '', /main process does not answer/)
})

test('an archive and copies that retention waits for are problems with their reasons, and readings are taken', () => {
  const { problems = [], pipeline } = health({
    intake: { ...intake(100), archiveProblem: 'the archive is full', deskProblem: 'desk/ is read only' },
  })
  assert.equal(pipeline, 'ok')
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['archive-waits', 'desk-waits'],
  )
  assert.match(problems[0]?.detail ?? '', /not archived and not removed: the archive is full/)
  assert.match(problems[1]?.detail ?? '', /not copied to desk\/.*: desk\/ is read only/)
})

test('every code of the contract is given by something that happens, and no other', () => {
  const standstill = { forMs: 21_000, records: 7 }
  const stats = (more: object) => ({
    processor: { type: 'processor', stats: { state: 'behind', lagMs: 0, trouble: { ...trouble, ...more } } as never },
  })
  const kinds = ['transient', 'capacity', 'data', 'fenced', 'newer', 'gone', 'config', 'unknown'] as const
  const seen = [
    health({ standstill, alive: ['intake'] }),
    health({ standstill, silent: ['processor', 'intake'], ageMs: 16_000 }),
    health({ standstill }),
    ...kinds.map((kind) => health(stats({ kind }))),
    health(stats({ isOfJournal: true })),
    ...(['full', 'nearly-full', 'failed', 'gone'] as const).map((refusal) =>
      health({ intake: { ...intake(100), journal: { refusing: 'it is so', refusal } } }),
    ),
    health({ intake: { ...intake(100), archiveProblem: 'full', deskProblem: 'full' } }),
  ].flatMap(({ problems }) => problems ?? [])
  assert.deepEqual(new Set(seen.map(({ code }) => code)), new Set(healthCodes))
  for (const problem of seen) assert.deepEqual(healthProblemSchema.parse(problem), problem)
})

test('a database file that is gone is one problem, whether or not processing stands because of it', () => {
  const gone = 'the database file x.db was deleted or replaced while the server ran'
  const of = (more: object) => ({
    processor: { type: 'processor', stats: { state: 'ok', lagMs: 0, ...more } as never, ledger: undefined, gone },
  })
  for (const more of [{}, { trouble: { ...trouble, kind: 'gone', reason: gone } }]) {
    const { problems = [], pipeline } = health(of(more))
    assert.deepEqual([problems.length, problems[0]?.code, pipeline], [1, 'store-gone', 'database-down'])
    assert.match(problems[0]?.detail ?? '', /x\.db was deleted.*Next step: /)
  }
})
