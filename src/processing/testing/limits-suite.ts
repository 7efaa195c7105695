/**
 * Random readings at the limits of every column and every sum, mixed with what cannot be decoded, through the real processor into a real
 * store: every frame ends as one of three, and everything can be read back. For every dialect.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import { instant } from '../../lib/brand.ts'
import type { Store } from '../../store/store.ts'
import type { MemoryStore } from '../../store/testing/memory-store.ts'
import { drain, journalOf } from './drained-journal.ts'

export interface LimitsPlace extends AsyncDisposable {
  /** An empty store, its schema up to date. */
  readonly store: Store
}

const most = Number.MAX_SAFE_INTEGER
const edge = fc.constantFrom(0, 1, 2, 255, 65_535, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1_764_000_000_000_000, most - 1, most)
const whole = fc.oneof({ weight: 3, arbitrary: edge }, fc.maxSafeNat())
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const device = fc.constantFrom('A', 'B', 'ü'.repeat(128), '停'.repeat(128), 'a b', "x'; --", '\\', '𝒳'.repeat(64))
const reading = fc.record({
  device,
  seq: maybe(whole),
  epoch: fc.option(whole, { nil: undefined, freq: 6 }),
  bay: maybe(device),
  occupied: maybe(fc.constantFrom(true, false, null)),
  count_in: maybe(whole),
  count_out: maybe(whole),
  distance_mm: maybe(fc.constantFrom(0, 0.1, 1_000_000, Number.MIN_VALUE)),
  battery_v: maybe(fc.constantFrom(0, 3.3, 1_000)),
  temperature_c: maybe(fc.constantFrom(-40, 85, 1e308, -1e308)),
  rssi_dbm: maybe(fc.constantFrom(-300, 100, -90.5)),
})
/** Refused by the decoder, each for a different reason. */
const broken = fc.constantFrom<unknown>(
  { device: 'A', seq: -1, occupied: true },
  { device: 'A', seq: 1.5, occupied: true },
  { device: 'A', seq: 2 ** 53, occupied: true },
  { device: 'x'.repeat(129), occupied: true },
  { device: '\u0000', occupied: true },
  { device: 'A', count_in: 1e300 },
  { device: 'A' },
  17,
  null,
)
const body = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(fc.oneof({ weight: 6, arbitrary: reading }, broken), { minLength: 1, maxLength: 8 }),
  },
  { weight: 1, arbitrary: fc.constantFrom('{"device":', '\ud800', `{"device":"${'y'.repeat(700_000)}`) },
)

const bodyOf = (content: unknown) =>
  typeof content === 'string'
    ? { body: content, framing: 'whole' as const, frames: 1 }
    : { body: JSON.stringify(content), framing: 'json' as const, frames: (content as unknown[]).length }

export function limitsSuite(
  name: string,
  place: () => Promise<LimitsPlace>,
  {
    runs,
    skip = false,
    devices = 6_000,
  }: { readonly runs: number; readonly skip?: string | false; readonly devices?: number },
): void {
  describe(`readings at every limit: ${name}`, { skip }, () => {
    test('every frame of any input ends as one of three and everything can be read back', {
      timeout: 600_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 12 }), async (contents) => {
          await using here = await place()
          await endsWell(here.store, contents.map(bodyOf))
        }),
        { numRuns: effort(runs) },
      )
    })

    test('entries of one batch that add up to more than 2^53, and six gaps that do, refuse nothing', async () => {
      await using here = await place()
      const jump = 1_764_000_000_000_000
      const counts = [0, most, 1].map((count_in) => ({ device: 'W', count_in }))
      const gaps = Array.from({ length: 6 }, (_, i) =>
        [1, jump].map((seq) => ({ device: `S${i}`, seq, occupied: true })),
      )
      await endsWell(here.store, [counts, ...gaps].map(bodyOf))
      assert.equal((await here.store.ledgerAt('test')).totals.committed, 15)
      assert.equal((await here.store.ledgerAt('test')).totals.lost, most)
    })

    test('a malformed body of 5 MB is kept whole, and the readings around it are stored', async () => {
      await using here = await place()
      const noise = 'z'.repeat(5_000_000)
      const good = (n: number) => [{ device: 'A', seq: n, occupied: true }]
      await endsWell(here.store, [good(1), noise, good(2)].map(bodyOf))
      const [letter] = (await here.store.deadLetters({ limit: 1 })).items
      assert.equal(letter?.bytes.length, noise.length)
    })

    test('a long CSV header is not kept once more for each of many broken rows', async () => {
      await using here = await place()
      const header = Array.from({ length: 6_000 }, (_, i) => `column${i}`).join(',')
      const rows = 2_000
      const csv = { body: `${header}\n${'x\n'.repeat(rows)}`, framing: 'csv-header' as const, frames: rows }
      await endsWell(here.store, [csv])
      const [letter] = (await here.store.deadLetters({ limit: 1 })).items
      assert.ok((letter?.head.length ?? 0) < 4_000)
    })

    test('a batch that touches thousands of devices with long names is stored', async () => {
      await using here = await place()
      const content = Array.from({ length: devices }, (_, i) => ({
        device: `${i}`.padStart(120, 'd'),
        seq: 1,
        occupied: true,
      }))
      await endsWell(here.store, [bodyOf(content)])
      assert.equal((await here.store.counts()).devices, devices)
    })
  })
}

async function endsWell(
  store: Store,
  bodies: readonly (ReturnType<typeof bodyOf> | { body: string; framing: 'csv-header'; frames: number })[],
) {
  const journal = journalOf(bodies)
  await drain(journal, store as unknown as MemoryStore)
  const { cursor, totals } = await store.ledgerAt('test')
  assert.equal(cursor.position, journal.last)
  const frames = bodies.reduce((sum, one) => sum + one.frames, 0)
  const { committed, duplicate, quarantined, tentative } = totals
  assert.equal(Number(committed) + Number(duplicate) + Number(quarantined) + Number(tentative), frames)
  await store.ledger()
  await store.lossTotals({})
  await store.sensorDays({ limit: 100 })
  for (const { id } of (await store.devices()).slice(0, 20))
    await store.counted({ device: id, from: instant(0), to: instant(Date.parse('2100-01-01T00:00:00Z')) })
  assert.deepEqual((await store.recount('test')).failures, [])
}
