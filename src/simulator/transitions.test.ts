import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BadRow, readStays, type Stay } from './stays.ts'
import { transitions } from './transitions.ts'
import type { WireReading } from './wire-reading.ts'

const zone = 'Australia/Melbourne'

async function* each<T>(values: readonly T[]) {
  yield* values
}
const never = ({ line, what }: BadRow) => assert.fail(`line ${line}: ${what}`)
const all = async (stays: readonly Stay[]) => Array.fromAsync(transitions(each(stays), never))
/** All readings of a file, and the rows that were left out. */
async function played(file: string, zone: string) {
  const bad: string[] = []
  const onBadRow = ({ line, what }: BadRow) => void bad.push(`line ${line}: ${what}`)
  return { readings: await Array.fromAsync(transitions(readStays(file, zone, onBadRow), onBadRow)), bad }
}
const stay = (bay: string, arrival: number, departure: number): Stay => ({
  line: 2,
  bay,
  area: 'x',
  arrival,
  departure,
})
const minute = 60_000
const brief = (readings: readonly WireReading[]) =>
  readings.map(({ device, seq, occupied }) => `${device}${seq}${occupied ? '+' : '-'}`)

async function stayFile(rows: readonly string[]) {
  const dir = mkdtempSync(path.join(tmpdir(), 'stays-'))
  const file = path.join(dir, 'stays.csv')
  writeFileSync(file, ['arrival_local,departure_local,street_marker,area', ...rows, ''].join('\r\n'))
  return { file, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) }
}

test('a bay is left before the next car takes it in the same minute', async () => {
  assert.deepEqual(brief(await all([stay('a', 0, minute), stay('b', 0, minute), stay('a', minute, 3 * minute)])), [
    'a1+',
    'b1+',
    'a2-',
    'b2-',
    'a3+',
    'a4-',
  ])
})

test('a stay without length begins before it ends, between its neighbours', async () => {
  const stays = [stay('a', 0, minute), stay('a', minute, minute), stay('a', minute, 2 * minute)]
  assert.deepEqual(brief(await all(stays)), ['a1+', 'a2-', 'a3+', 'a4-', 'a5+', 'a6-'])
})

test('any sorted file gives every move once, in order of time, numbered from 1 per bay, as a plain sort does', async () => {
  const rows = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(500), fc.nat(400)), { maxLength: 60 })
    .map((list) =>
      list
        .map(([bay, at, length]) => stay(bay, at * minute, (at + length) * minute))
        .sort((a, b) => a.arrival - b.arrival),
    )
  await fc.assert(
    fc.asyncProperty(rows, async (stays) => {
      const readings = await all(stays)
      const moves = stays.flatMap(({ bay, arrival, departure }, row) => [
        { bay, time: arrival, rank: arrival === departure ? 1 : 2, order: 2 * row, occupied: true },
        { bay, time: departure, rank: arrival === departure ? 1 : 0, order: 2 * row + 1, occupied: false },
      ])
      moves.sort((a, b) => a.time - b.time || a.rank - b.rank || a.order - b.order)
      assert.deepEqual(
        readings.map(({ device, time, occupied }) => ({ device, time, occupied })),
        moves.map(({ bay, time, occupied }) => ({ device: bay, time, occupied })),
      )
      for (const bay of 'abc') {
        const seqs = readings.filter(({ device }) => device === bay).map(({ seq }) => seq)
        assert.deepEqual(
          seqs,
          seqs.map((_, i) => i + 1),
        )
      }
    }),
  )
})

test('local times cross both changes of daylight saving', async () => {
  using stays = await stayFile([
    '2016-04-03T01:30,2016-04-03T02:30,A,x',
    '2016-04-03T03:00,2016-04-03T03:30,A,x',
    '2016-10-02T01:30,2016-10-02T03:30,B,x',
    '2016-10-02T02:30,2016-10-02T03:31,C,x',
    '2016-10-02T03:00,2016-10-02T03:10,D,x',
  ])
  const times = (await played(stays.file, zone)).readings.map(
    ({ device, occupied, time }) => `${device}${occupied ? '+' : '-'} ${new Date(time).toISOString().slice(5, 16)}`,
  )
  assert.deepEqual(times, [
    'A+ 04-02T14:30',
    'A- 04-02T15:30',
    'A+ 04-02T17:00',
    'A- 04-02T17:30',
    'B+ 10-01T15:30',
    'D+ 10-01T16:00',
    'D- 10-01T16:10',
    'B- 10-01T16:30',
    'C+ 10-01T16:30',
    'C- 10-01T16:31',
  ])
})

test('a stay across the hour that comes twice ends in its second pass', async () => {
  using stays = await stayFile([
    '2026-10-25T02:45,2026-10-25T02:15,A,x',
    '2026-10-25T02:50,2026-10-25T02:55,B,x',
    '2026-10-25T02:59,2026-10-25T03:00,C,x',
  ])
  const { readings, bad } = await played(stays.file, 'Europe/Berlin')
  assert.deepEqual(bad, [])
  assert.deepEqual(
    readings.map(
      ({ device, occupied, time }) => `${device}${occupied ? '+' : '-'} ${new Date(time).toISOString().slice(11, 16)}`,
    ),
    ['A+ 00:45', 'B+ 00:50', 'B- 00:55', 'C+ 00:59', 'A- 01:15', 'C- 02:00'],
  )
})

test('a row that cannot be played is left out with its line, and the others are played', async () => {
  using stays = await stayFile([
    '2016-11-07T09:00,2016-11-07T09:35,A,x',
    'yesterday,2016-11-07T09:35,A,x',
    '2016-11-07T09:35,2016-11-07T09:30,A,x',
    '2016-11-07T09:36,2016-11-07T09:40,,x',
    '2016-11-07T15:00,2016-11-07T15:35,A,x',
    '2016-11-07T08:00,2016-11-07T08:35,B,x',
    '2016-11-07T16:00,2016-11-07T16:35,B,x',
  ])
  const { readings, bad } = await played(stays.file, zone)
  assert.deepEqual(brief(readings), ['A1+', 'A2-', 'A3+', 'A4-', 'B1+', 'B2-'])
  assert.deepEqual(
    bad.map((line) => line.slice(0, 40)),
    [
      'line 3: "yesterday" is not a local time ',
      'line 4: the departure is before the arri',
      'line 5: no street_marker',
      'line 7: the arrival is earlier than in t',
    ],
  )
})

test('a file has one epoch, the same each time it is played, and an earlier month another than a later one', async () => {
  const epochs = async (rows: string[]) => {
    using stays = await stayFile(rows)
    return [...new Set((await played(stays.file, zone)).readings.map(({ epoch }) => epoch))]
  }
  const november = ['2016-11-07T09:00,2016-11-07T09:35,A,x', '2016-11-07T10:00,2016-11-07T10:35,A,x']
  const october = ['2016-10-07T09:00,2016-10-07T09:35,A,x']
  const [later, ...more] = await epochs(november)
  assert.deepEqual(more, [])
  assert.deepEqual(await epochs([...november, '2016-11-08T09:00,2016-11-08T09:35,A,x']), [later])
  assert.ok(((await epochs(october))[0] ?? 0) < (later ?? 0))
})

test('a file without the columns is refused with the columns it has', async () => {
  using stays = await stayFile([])
  writeFileSync(stays.file, 'arrival,departure\n')
  await assert.rejects(
    Array.fromAsync(readStays(stays.file, zone, never)),
    /no column arrival_local, departure_local, street_marker/,
  )
})
