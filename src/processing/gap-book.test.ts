import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Gap, LossStore } from '../store/store.ts'
import { createGapBook } from './gap-book.ts'

const today = 20_780
const gap = (from: number, to: number, day = today): Gap => ({ device: 1, epoch: 0, from, to, day })

/** A store of gaps; `asked` counts the questions. */
function gapStore(gaps: readonly Gap[] = []) {
  const kept = new Map(gaps.map((one) => [one.to, one]))
  const sorted = () => [...kept.values()].sort((a, b) => a.to - b.to)
  const store = {
    asked: 0,
    sorted,
    gapsFrom: async (_device: number, _epoch: number, seq: number, limit: number) => {
      store.asked++
      return sorted()
        .filter(({ to }) => to >= seq)
        .slice(0, limit)
    },
    apply({ gaps: put, gapsGone }: ReturnType<ReturnType<typeof createGapBook>['rows']>) {
      for (const { to } of gapsGone) assert.ok(kept.delete(to), `a gap to ${to} was never stored`)
      for (const one of put) kept.set(one.to, one)
    },
  }
  return store satisfies Pick<LossStore, 'gapsFrom'>
}

async function taking(
  store: ReturnType<typeof gapStore>,
  span: { min: number; max: number } | undefined,
  seqs: readonly number[],
  day = today,
) {
  const book = createGapBook(store)
  const changes: [day: number, by: number][] = []
  let now = span
  for (const seq of seqs) {
    await book.take({ device: 1, epoch: 0, seq, span: now, day }, (of, by) => changes.push([of, by]))
    now = now ? { min: Math.min(now.min, seq), max: Math.max(now.max, seq) } : { min: seq, max: seq }
  }
  return { rows: book.rows(), changes }
}

describe('gaps of an epoch', () => {
  test('open where numbers are skipped, above and below', async () => {
    const { rows, changes } = await taking(gapStore(), undefined, [5, 6, 9, 2, 1])
    assert.deepEqual(rows, { gaps: [gap(3, 4), gap(7, 8)], gapsGone: [] })
    assert.deepEqual(changes, [
      [today, 2],
      [today, 2],
    ])
  })

  test('are split, shortened and ended by late frames, on the day they were noticed', async () => {
    const store = gapStore([gap(10, 20, today - 3), gap(30, 30, today - 2), gap(35, 36)])
    const { rows, changes } = await taking(store, { min: 1, max: 40 }, [15, 10, 20, 30])
    assert.deepEqual(rows.gaps, [gap(11, 14, today - 3), gap(16, 19, today - 3)])
    assert.deepEqual(
      rows.gapsGone.map(({ to }) => to),
      [20, 30],
    )
    assert.deepEqual(
      changes.map(([day]) => day - today),
      [-3, -3, -3, -2],
    )
  })

  test('an ended gap is not read from the store again', async () => {
    const store = gapStore([gap(10, 20), gap(30, 40)])
    const { rows } = await taking(store, { min: 1, max: 50 }, [20, 35, 12])
    store.apply(rows)
    assert.deepEqual(store.sorted(), [gap(10, 11), gap(13, 19), gap(30, 34), gap(36, 40)])
  })

  test('that come and go within a batch are no business of the store', async () => {
    const store = gapStore()
    const { rows } = await taking(store, undefined, [1, 4, 3, 2])
    assert.deepEqual([rows, store.asked], [{ gaps: [], gapsGone: [] }, 0])
  })

  test('of a long outage are read a few at a time while it is filled', async () => {
    const outages = Array.from({ length: 160 }, (_, i) => gap(10 * i + 1, 10 * i + 5))
    const store = gapStore(outages)
    const late = outages.flatMap(({ from, to }) => [from, from + 1, from + 2, from + 3, to])
    const { rows } = await taking(store, { min: 0, max: 2_000 }, late)
    assert.deepEqual([rows.gaps.length, rows.gapsGone.length, store.asked], [0, 160, 10])
  })

  test('a late number that no gap holds is only counted', async () => {
    const { rows, changes } = await taking(gapStore(), { min: 1, max: 9 }, [5])
    assert.deepEqual([rows, changes], [{ gaps: [], gapsGone: [] }, [[today, -1]]])
  })

  test('always hold what is missing in any order and cut into batches, and a day is never below 0', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 60, maxLength: 60 }),
        async (seqs, cuts) => {
          const store = gapStore()
          const days = new Map<number, number>()
          const taken: number[] = []
          for (let at = 0, batch = 0; at < seqs.length; batch++) {
            const some = seqs.slice(at, at + (cuts[batch] as number))
            const span = taken.length === 0 ? undefined : { min: Math.min(...taken), max: Math.max(...taken) }
            const { rows, changes } = await taking(store, span, some, today + batch)
            store.apply(rows)
            for (const [day, by] of changes) days.set(day, (days.get(day) ?? 0) + by)
            taken.push(...some)
            at += some.length
            const missing = new Set<number>()
            for (let seq = Math.min(...taken); seq <= Math.max(...taken); seq++)
              if (!taken.includes(seq)) missing.add(seq)
            const held = store
              .sorted()
              .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
            assert.deepEqual(held, [...missing])
            for (const [day, lost] of days) {
              const ofDay = store.sorted().filter((one) => one.day === day)
              assert.equal(
                ofDay.reduce((sum, { from, to }) => sum + to - from + 1, 0),
                lost,
              )
            }
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
