/**
 * Random histories through the real processing, once on the memory store and once on SQLite: duplicates, late frames, conflicts,
 * epochs, several sensors in a frame, a codec that comes later, requeues and discards. Both end in one ledger, and a recount of
 * every row finds nothing that does not close.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import type { Codec } from '../codecs/codec.ts'
import { missing } from '../domain/device.ts'
import type { Reading } from '../domain/reading.ts'
import { encodeUplink } from '../domain/uplink.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { fail, ok } from '../lib/result.ts'
import { type BatchStore, createBatch } from '../processing/batch.ts'
import { decodeRecord } from '../processing/decode-record.ts'
import { createFleet } from '../processing/fleet.ts'
import { requeueOnce } from '../processing/requeue.ts'
import { restoreRuns } from '../processing/restore-runs.ts'
import { openStore } from '../store/engine/open.ts'
import type { LedgerDelta, LedgerRow, Store } from '../store/store.ts'
import { createMemoryStore } from '../store/testing/memory-store.ts'

const journal = 'histories'
const dayMs = 86_400_000
const start = Date.parse('2026-11-20T08:00:00Z')

const reading = fc.record(
  {
    device: fc.constantFrom('A', 'B', 'C'),
    seq: fc.integer({ min: 0, max: 14 }),
    epoch: fc.integer({ min: 0, max: 3 }),
    occupied: fc.boolean(),
    kind: fc.constantFrom('restart' as const),
  },
  { requiredKeys: ['device', 'occupied'] },
)
/** One frame: readings of one or several sensors, or bytes that no codec can decode. */
const frame = fc.oneof(
  { weight: 6, arbitrary: fc.array(reading, { minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.array(reading, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
)
type Frame =
  | readonly { device: string; seq?: number; epoch?: number; occupied: boolean; kind?: 'restart' }[]
  | undefined
const record = fc.record({
  frames: fc.array(frame, { minLength: 1, maxLength: 6 }),
  source: fc.constantFrom('http', 'mqtt'),
  codec: fc.constantFrom('known', 'known', 'later'),
  day: fc.integer({ min: 0, max: 3 }),
})
type Step =
  | { do: 'commit'; records: readonly { frames: readonly Frame[]; source: string; codec: string; day: number }[] }
  | { do: 'requeue'; which: number }
  | { do: 'discard'; which: number }
  | { do: 'mend' }
  | { do: 'restart' }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('commit' as const), records: fc.array(record, { maxLength: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('requeue' as const, 'discard' as const), which: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('mend' as const, 'restart' as const) }) },
)

/** Lines of JSON; a broken one is rejected. Once mended, broken frames are one reading without a number each. */
const testCodec = (mended: boolean): Codec => ({
  name: 'known',
  decode(bytes) {
    const decoded = JSON.parse(new TextDecoder().decode(bytes)) as Frame | null
    if (!decoded && !mended) return fail({ code: 'not-json', detail: 'broken' })
    const readings = decoded ?? [{ device: 'B', seq: 3, occupied: true }]
    return ok(
      readings.map(
        ({ device, occupied, ...rest }) => ({ ...rest, device, measures: { occupied } }) as unknown as Reading,
      ),
    )
  },
})

interface Side {
  readonly store: Pick<
    Store,
    'commit' | 'devices' | 'deviceOrders' | 'undecidedFrames' | 'requeuedDeadLetters' | keyof BatchStore
  >
  letters(): Promise<readonly { pos: number; idx: number }[]>
  requeue(letter: { pos: number; idx: number }): Promise<unknown>
  discard(letter: { pos: number; idx: number }): Promise<unknown>
}

/** Plays the steps; every commit is one batch, as the processor makes it. */
async function play(side: Side, steps: readonly Step[]) {
  const { store } = side
  let mended = false
  let position = 0
  let last: { pos: number; idx: number } | undefined
  const codecOf = (name: string) => (name === 'known' || mended ? testCodec(mended) : undefined)
  let fleet = await loaded()
  for (const next of steps) {
    if (next.do === 'mend') mended = true
    else if (next.do === 'restart') fleet = await loaded()
    else if (next.do === 'commit') {
      const from = position
      const batch = createBatch(fleet, store)
      for (const one of next.records) await batch.addRecord(decodeRecord(recordOf(one, ++position), codecOf, 0))
      const { readings, deadLetters, ledger } = batch.rows
      const losses = { ...batch.losses(), losses: [], intakeDays: [] }
      const { letters: waiting, gone: deadLettersDone } = batch.undecided()
      const rows = {
        ...{ readings, devices: fleet.touched(), orders: fleet.ordersChanged(), ledger: ledger.rows(), losses },
        ...{ deadLetters: [...deadLetters, ...waiting], deadLettersDone },
      }
      await store.commit({ journal, from, to: position, fence: 1, ...rows })
      fleet.settle()
    } else {
      const letters = await side.letters()
      const letter = letters[next.which % Math.max(1, letters.length)] ?? last
      if (!letter) continue
      last = letter
      // Twice: repeating it changes nothing.
      for (let i = 0; i < 2; i++) await (next.do === 'requeue' ? side.requeue(letter) : side.discard(letter))
      if (next.do === 'discard') continue
      const deps = { store: store as Store, reader: { id: journal }, fence: 1, codecOf, log: silentLog }
      await requeueOnce(deps, { fleet, position, base: 0 })
    }
  }

  async function loaded() {
    const all = createFleet(await store.devices(), await store.deviceOrders())
    restoreRuns(all, await store.undecidedFrames(), codecOf)
    return all
  }
}

function recordOf(
  { frames, source, codec, day }: Extract<Step, { do: 'commit' }>['records'][number],
  number: number,
): StoredRecord {
  const text = frames.map((one) => `${JSON.stringify(one ?? null)}\n`).join('')
  const arrivedAt = instant(start + day * dayMs) as Instant
  const bytes = encodeUplink({ source, codec, framing: 'lines', arrivedAt, bytes: new TextEncoder().encode(text) })
  return { number, kind: 1, frames: frames.length, bytes, acceptedFrames: 0, noiseFrames: 0 }
}

let dir: string
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'histories-'))
})
after(() => rm(dir, { recursive: true }))

test('random histories give equal ledgers on SQLite and in memory, and every row of them closes', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const memory = createMemoryStore()
      await memory.takeFence(journal, 1)
      const keyOf = ({ pos, idx }: { pos: number; idx: number }) => `${pos}.${idx}`
      await play(
        {
          store: memory,
          letters: async () =>
            [...memory.deadLetters.values()]
              .filter(({ state }) => state !== 'tentative')
              .sort((a, b) => b.pos - a.pos || b.idx - a.idx),
          async requeue(letter) {
            const found = memory.deadLetters.get(keyOf(letter))
            if (found) memory.deadLetters.set(keyOf(letter), { ...found, state: 'requeued' })
          },
          discard: async (letter) => memory.deadLetters.delete(keyOf(letter)),
        },
        steps,
      )
      await using store = await openStore(`sqlite:${dir}/${run++}.db`, { log: silentLog, clock: systemClock })
      await store.migrate()
      await store.takeFence(journal, 1)
      let discards = 0
      await play(
        {
          store,
          letters: async () => (await store.deadLetters({ limit: 1_000 })).items,
          requeue: (letter) => store.requeue(letter),
          async discard(letter) {
            const order = { ...letter, author: 'test', reason: 'noise', now: instant(start) }
            if ((await store.discard(order)) === 'discarded') discards++
          },
        },
        steps,
      )
      const nonZero = ({ committed, duplicate, quarantined, lost }: LedgerDelta) =>
        [committed, duplicate, quarantined, lost].some((n) => n !== 0)
      // Frames that wait were added up as quarantined.
      const asAddedUp = ({ tentative, quarantined, ...row }: LedgerRow) => ({
        ...({ ...row, quarantined: Number(quarantined) + tentative } as LedgerDelta),
      })
      assert.deepEqual(
        (await store.ledger()).map(asAddedUp).filter((row) => nonZero(row)),
        memory.ledger().filter((row) => nonZero(row)),
      )
      const days = await store.sensorDays({ limit: 10_000 })
      const bare = days.items.map(({ source: _, external: __, ...day }) => day)
      assert.deepEqual(
        bare.sort((a, b) => a.day - b.day || a.device - b.device),
        memory.sensorDays(),
      )
      const devices = await store.devices()
      // More than the boots that any history here has.
      const epochs = devices.flatMap(({ id }) => Array.from({ length: 40 }, (_, e) => [id, e] as const))
      const gaps = (await Promise.all(epochs.map(([id, epoch]) => store.gapsFrom(id, epoch, 0, 10_000)))).flat()
      assert.deepEqual(gaps, memory.gaps())
      for (const { lost } of memory.ledger())
        assert.ok(lost >= 0, 'a late frame takes from the day its gap was noticed on')
      assert.equal(
        devices.reduce((sum, device) => sum + missing(device), 0),
        gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0),
      )
      const { failures, sources } = await store.recount(journal)
      assert.deepEqual(failures, [])
      const frames = steps.flatMap((one) => (one.do === 'commit' ? one.records.flatMap((r) => r.frames) : [])).length
      const counted = sources.reduce(
        (sum, row) => sum + row.committed + row.duplicate + row.quarantined + row.tentative,
        0,
      )
      assert.equal(counted, frames, 'every frame ends as one of three, or waits')
      assert.ok(discards === 0 || sources.some(({ discarded }) => discarded > 0))
    }),
    { numRuns: effort(40) },
  )
})
