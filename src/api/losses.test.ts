import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { wholeDeadLetterSchema } from '@baykeeper/contract/ledger.ts'
import { lossReportSchema } from '@baykeeper/contract/losses.ts'
import { instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { DeadLetterRow, LossRow } from '../store/store.ts'
import { type ApiUnderTest, apiUnderTest, bearer, deviceState } from './testing/api-under-test.ts'

const today = dayNumber(Date.parse('2026-11-23'))
const at = instant(Date.parse('2026-11-23T08:00:00Z'))
const url = (path: string) => ({ url: path, headers: bearer })
const post = (payload: object, headers: Record<string, string> = bearer) => ({
  ...{ method: 'POST' as const, url: '/api/v1/dead-letters/discard', headers, payload },
})

async function filled(): Promise<ApiUnderTest> {
  const api = await apiUnderTest()
  const day = { device: 1, committed: 96, duplicate: 1, quarantined: 0, readings: 96 }
  const down: LossRow = {
    ...{ source: 'serial', cause: 'port-down', id: '1', day: today - 1, frames: null, from: at, to: null },
    detail: 'The port has been away since 08:00.',
  }
  await api.commit({
    devices: [deviceState(1, 'bay-17'), deviceState(2, 'bay-18', { source: 'udp' })],
    losses: {
      sensorDays: [
        { ...day, day: today, lost: 4 },
        { ...day, day: today - 1, lost: 0 },
        { ...day, day: today, device: 2, lost: 1 },
      ],
      gaps: [
        { device: 1, epoch: 0, from: 402, to: 404, day: today },
        { device: 1, epoch: 2, from: 9, to: 9, day: today },
        { device: 2, epoch: 0, from: 5, to: 5, day: today },
      ],
      gapsGone: [],
      losses: [down],
      intakeDays: [{ source: 'gate', day: '2026-11-23', received: 9, accepted: 7, refused: 2, unframeable: 0 }],
    },
  })
  return api
}

const letter: DeadLetterRow = {
  ...{ pos: 912, idx: 0, source: 'gate', codec: 'generic', arrived: at, code: 'not-json', detail: 'why' },
  head: '{"source":"gate","codec":"generic","framing":"whole"}',
  bytes: new Uint8Array(70_000).fill(65),
}

test('what was lost is reported with its cause, and a loss of unknown size is never a zero', async () => {
  await using api = await filled()
  const report = lossReportSchema.parse((await api.app.inject(url('/api/v1/ledger/losses'))).json())
  assert.deepEqual(
    report.items.map(({ cause, source, device, day, frames }) => [cause, source, device, day, frames]),
    [
      ['sequence-gap', 'udp', 'bay-18', '2026-11-23', 1],
      ['sequence-gap', 'gate', 'bay-17', '2026-11-23', 1],
      ['sequence-gap', 'gate', 'bay-17', '2026-11-23', 3],
      ['port-down', 'serial', null, '2026-11-22', null],
    ],
  )
  assert.deepEqual(
    report.items.map(({ detail }) => detail),
    [
      'Sensor bay-18: number 5 never came.',
      'Sensor bay-17: number 9 of its 3rd count never came.',
      'Sensor bay-17: 3 numbers between 401 and 405 never came.',
      'The port has been away since 08:00.',
    ],
  )
  assert.deepEqual([report.items[3]?.from, report.items[3]?.to], ['2026-11-23T08:00:00.000Z', null])
  assert.deepEqual(report.totals, [
    { cause: 'sequence-gap', frames: 5, uncounted: 0 },
    { cause: 'port-down', frames: 0, uncounted: 1 },
  ])
})

test('losses are filtered by source, sensor, cause and day, and paged with the totals of the whole', async () => {
  await using api = await filled()
  const ask = async (query: string) => (await api.app.inject(url(`/api/v1/ledger/losses?${query}`))).json()
  assert.equal((await ask('source=gate')).items.length, 2)
  assert.equal((await ask('device=bay-18')).items.length, 1)
  assert.equal((await ask('cause=port-down')).items.length, 1)
  assert.equal((await ask('to=2026-11-22')).items.length, 1)
  assert.equal((await ask('from=2026-11-23T07:00:00%2B01:00')).items.length, 3)
  const first = await ask('limit=3')
  assert.deepEqual([first.items.length, first.totals.length], [3, 2])
  const second = await ask(`limit=3&cursor=${first.next}`)
  assert.deepEqual([second.items.length, second.next, second.totals.length], [1, null, 2])
  for (const wrong of ['cause=theft', 'from=yesterday', 'cursor=lx', 'limit=0', 'colour=red'])
    assert.equal((await api.app.inject(url(`/api/v1/ledger/losses?${wrong}`))).statusCode, 400, wrong)
})

test('days of sensors are listed newest first, page by page', async () => {
  await using api = await filled()
  const page = (await api.app.inject(url('/api/v1/ledger/sensors?source=gate&limit=1'))).json()
  const day = { source: 'gate', device: 'bay-17', committed: 96, duplicate: 1, quarantined: 0 }
  assert.deepEqual(page.items, [{ ...day, day: '2026-11-23', lost: 4 }])
  const rest = (await api.app.inject(url(`/api/v1/ledger/sensors?source=gate&limit=1&cursor=${page.next}`))).json()
  assert.deepEqual(rest, { items: [{ ...day, day: '2026-11-22', lost: 0 }], next: null })
})

test('a ledger row has both sides of a day, and null where intake reported nothing', async () => {
  await using api = await filled()
  const sums = { committed: 2, duplicate: 0, quarantined: 1, tentative: 0, lost: 0, damaged: 0 }
  await api.commit({ ledger: ['2026-11-22', '2026-11-23'].map((day) => ({ source: 'gate', day, ...sums })) })
  const { rows } = (await api.app.inject(url('/api/v1/ledger'))).json()
  const untold = { received: null, accepted: null, refused: null, unframeable: null }
  assert.deepEqual(rows, [
    { source: 'gate', day: '2026-11-22', ...sums, ...untold },
    { source: 'gate', day: '2026-11-23', ...sums, received: 9, accepted: 7, refused: 2, unframeable: 0 },
  ])
})

test('a dead letter is shown with all its bytes', async () => {
  await using api = await apiUnderTest()
  await api.commit({ deadLetters: [letter] })
  const whole = wholeDeadLetterSchema.parse((await api.app.inject(url('/api/v1/dead-letters/912.0'))).json())
  assert.deepEqual([whole.size, whole.cut, whole.state], [70_000, false, 'new'])
  assert.deepEqual(Buffer.from(whole.bytes, 'base64'), Buffer.from(letter.bytes))
  assert.equal(whole.hex[0], `00000000  ${'41 '.repeat(8)} ${'41 '.repeat(8)} |${'A'.repeat(16)}|`)
  assert.equal(whole.head['framing'], 'whole')
  assert.equal((await api.app.inject(url('/api/v1/dead-letters/913.0'))).statusCode, 404)
  assert.equal((await api.app.inject(url('/api/v1/dead-letters/x'))).statusCode, 400)
})

test('a discard needs a reason and the scope operate, is kept with its author, and changes nothing when repeated', async () => {
  await using api = await apiUnderTest()
  await api.commit({ deadLetters: [letter, { ...letter, pos: 913 }] })
  const reader = await api.keyring.createToken({ name: 'reader', kind: 'api', scopes: ['read'] })
  const order = { id: '912.0', reason: ' noise from the installation ' }
  assert.equal((await api.app.inject(post(order, {}))).statusCode, 401)
  const weak = await api.app.inject(post(order, { authorization: `Bearer ${reader}` }))
  assert.equal(weak.statusCode, 403)
  for (const wrong of [{ id: '912.0' }, { id: '912.0', reason: '  x ' }, { id: 'all', reason: 'noise' }])
    assert.equal((await api.app.inject(post(wrong))).statusCode, 400)
  assert.ok(await api.store.deadLetter(912, 0))
  const first = await api.app.inject(post(order))
  assert.deepEqual([first.statusCode, first.json()], [200, { discarded: 1 }])
  const kept = await api.store.discardOf(912, 0)
  assert.equal(kept?.reason, 'noise from the installation')
  assert.ok(kept?.author)
  assert.equal(kept?.sha256, createHash('sha256').update(letter.bytes).digest('hex'))
  const again = await api.app.inject(post({ ...order, reason: 'another reason' }))
  assert.deepEqual([again.statusCode, again.json()], [200, { discarded: 0 }])
  assert.deepEqual(await api.store.discardOf(912, 0), kept)
  const gone = await api.app.inject(url('/api/v1/dead-letters/912.0'))
  assert.equal(gone.statusCode, 410)
  assert.match(gone.json().detail, /discarded by .* noise from the installation/)
  await api.store.requeue({ pos: 913, idx: 0 })
  assert.equal((await api.app.inject(post({ ...order, id: '913.0' }))).statusCode, 409)
})
