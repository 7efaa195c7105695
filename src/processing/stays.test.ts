/** Stays and overstays of bays, by what the devices send: the same however the journal is cut into batches and whenever processing starts again. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { emptyLayout, type Layout, plainBay, type StayRule } from '../domain/layout.ts'
import { createPlayer, type Sent } from './testing/history.ts'

/** `10:00 F`, `7 10:00 T`, `2@7 10:00 T` (boot 2); `?`: the sensor does not know; `B` for the second device; `>12:00`: when it arrived, `>+12:00` on the next day. */
interface Case {
  readonly about: string
  readonly sent: readonly string[]
  readonly rule?: StayRule
  /** `arrival-departure`, then what is in doubt: `~900` bound in seconds, `~?` none, `h1` hidden, `c1` corrected, `o15` minutes of overstay. */
  readonly stays: readonly string[]
  /** `arrival begun-ended minutes`, or `arrival begun-` while it goes on. */
  readonly overstays?: readonly string[]
}
const cases = JSON.parse(readFileSync(path.join(import.meta.dirname, 'cases/stays.json'), 'utf8')) as Case[]

const day = '2026-11-23'
const ms = (time: string) => Date.parse(`${day}T${time}:00Z`)
const arrivalOf = (time: string) => (time.startsWith('+') ? ms(time.slice(1)) + 86_400_000 : ms(time))
const clock = (at: number) => new Date(at).toISOString().slice(11, 16)
const occupied = { T: true, F: false, '?': null } as const

function sent(text: string): Sent {
  const [, device = 'A', boot, seq, time = '', presence = 'F', arrived] =
    /^(?:([AB]) )?(?:(?:(\d+)@)?(\d+) )?(\d\d:\d\d) ([TF?])(?: >(\+?\d\d:\d\d))?$/.exec(text) ?? assert.fail(text)
  const body = {
    ...{ device, time: new Date(ms(time)).toISOString(), occupied: occupied[presence as 'T' | 'F' | '?'] },
    ...(seq === undefined ? {} : { seq: Number(seq) }),
    ...(boot === undefined ? {} : { boot }),
  }
  return { body: JSON.stringify(body), arrived: arrivalOf(arrived ?? time) + 1_000 }
}

function layoutWith(rule: StayRule | undefined): Layout {
  const bay = plainBay('bay', { x: 0, y: 0 }, { devices: ['A', 'B'], ...(rule ? { rule } : {}) })
  const level = { id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays: [bay] }
  return { ...emptyLayout, sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: [level] }] }
}

interface Cut {
  readonly records: number
  readonly restarts: boolean
}

async function played(records: readonly Sent[], cuts: readonly Cut[], rule?: StayRule) {
  const player = await createPlayer(layoutWith(rule))
  let at = 0
  for (let i = 0; at < records.length; i++) {
    const cut = cuts[i % cuts.length] as Cut
    if (cut.restarts) await player.restart()
    await player.commit(records.slice(at, at + cut.records))
    at += cut.records
  }
  const { sessions, overstays, standing } = player.store.history()
  return { sessions, overstays, standing }
}
type Result = Awaited<ReturnType<typeof played>>

const staysIn = ({ sessions }: Result) =>
  sessions
    .toSorted((a, b) => a.departure - b.departure || a.arrival - b.arrival)
    .map(({ arrival, departure, maxErrorMs, hiddenMax, corrections, overstayMin }) =>
      [
        `${clock(arrival)}-${clock(departure)}`,
        maxErrorMs === null ? '~?' : maxErrorMs > 0 ? `~${maxErrorMs / 1_000}` : '',
        hiddenMax ? `h${hiddenMax}` : '',
        corrections ? `c${corrections}` : '',
        overstayMin ? `o${overstayMin}` : '',
      ]
        .filter((part) => part !== '')
        .join(' '),
    )
const overstaysIn = ({ overstays }: Result) =>
  overstays.map(({ arrival, begun, ended, minutes }) =>
    ended === null
      ? `${clock(arrival)} ${clock(begun)}-`
      : `${clock(arrival)} ${clock(begun)}-${clock(ended)} ${minutes}`,
  )

describe('stays of a bay', () => {
  for (const { about, sent: texts, rule, stays, overstays = [] } of cases)
    for (const cut of [
      { records: 1, restarts: true },
      { records: 1, restarts: false },
      { records: 100, restarts: true },
    ])
      test(`${about} (${cut.records} a commit${cut.restarts ? ', started again' : ''})`, async () => {
        const result = await played(texts.map(sent), [cut], rule)
        assert.deepEqual(staysIn(result), stays)
        assert.deepEqual(overstaysIn(result), overstays)
        for (const { certain, maxErrorMs, hiddenMax, departure, arrival } of result.sessions)
          if (certain) assert.deepEqual([maxErrorMs, hiddenMax ?? 0, departure > arrival], [0, 0, true])
      })
})

const anyRecord = fc.record({
  device: fc.constantFrom('A', 'A', 'A', 'B'),
  afterMin: fc.constantFrom(1, 5, 20, 20, 240, 1_500),
  presence: fc.constantFrom('T', 'F', 'T', 'F', '?'),
  skip: fc.constantFrom(0, 0, 0, 1, 2, 5),
  isLate: fc.constantFrom(false, false, false, true),
})
const cuts = fc.array(fc.record({ records: fc.integer({ min: 1, max: 6 }), restarts: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
})

test('stays, overstays and what is remembered are the same however the journal is cut and whenever processing starts again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 30 }), cuts, async (moves, cuts) => {
      let now = ms('00:00')
      const seq = { A: 0, B: 0 }
      const held: Sent[] = []
      const records: Sent[] = []
      for (const { device, afterMin, presence, skip, isLate } of moves) {
        now += afterMin * 60_000
        seq[device as 'A' | 'B'] += 1 + skip
        const body = JSON.stringify({
          ...{ device, time: new Date(now).toISOString(), seq: seq[device as 'A' | 'B'] },
          occupied: occupied[presence as 'T' | 'F' | '?'],
        })
        if (isLate) held.push({ body, arrived: now })
        else
          records.push(
            { body, arrived: now + 1_000 },
            ...held.splice(0).map((late) => ({ ...late, arrived: now + 2_000 })),
          )
      }
      const rule = { maxStayMin: 30 }
      const whole = await played(records, [{ records: 1, restarts: false }], rule)
      assert.deepEqual(await played(records, cuts, rule), whole)
    }),
    { numRuns: effort(60) },
  )
})
