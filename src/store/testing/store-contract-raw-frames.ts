/** The part of the contract that keeps raw frames (raw-frames.ts). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { dayMs, dayNumber } from '../../lib/utc-day.ts'
import { journalParts, type RawBatch } from '../raw-frames.ts'
import type { Store } from '../store.ts'
import type { RawFrameRow } from '../tables/raw-frame.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDelta, aReading, at, journal } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const { rawFrames } = journalParts
const aFrame = (frame: Partial<RawFrameRow> = {}): RawFrameRow => ({
  ...{ pos: 1, idx: 0, source: 'http', arrived: at, bytes: Uint8Array.from({ length: 256 }, (_, i) => i), ...frame },
})
const aPiece = (piece: Partial<RawBatch> = {}): RawBatch => ({
  ...{ journal, from: 0, to: 1, fence: 0, frames: [], ...piece },
})

export function rawFrameContract(onStore: OnStore, place: () => Promise<StorePlace>): void {
  describe('raw frames', () => {
    onStore('come back byte for byte for any bytes, and only under their own place', async (store) => {
      await store.cursor(journal, rawFrames)
      const long = new Uint8Array(5_000_000).fill(7)
      const frames = [aFrame(), aFrame({ idx: 1, bytes: new Uint8Array(0) }), aFrame({ pos: 2, bytes: long })]
      await store.copyRaw(aPiece({ to: 2, frames }))
      for (const frame of frames) assert.deepEqual(await store.rawFrame(frame), frame)
      assert.deepEqual(await store.rawFrame({ pos: 1, idx: 1 }), frames[1])
      // A clock that was wrong when it came hides nothing.
      assert.deepEqual(await store.rawFrame({ pos: 1, idx: 1, arrived: instant(at + 900 * dayMs) }), frames[1])
      assert.equal(await store.rawFrame({ pos: 1, idx: 2 }), undefined)
      assert.equal(await store.rawFrame({ pos: 3, idx: 0, arrived: at }), undefined)
    })

    onStore('their offset is their own: it moves with them, and batches move without them', async (store) => {
      await store.commit(aBatch({ to: 7, readings: [aReading({ pos: 7 })], ledger: [aDelta({ committed: 1 })] }))
      assert.deepEqual(await store.cursor(journal, rawFrames), { position: 0, fence: 0, base: 0 })
      await store.copyRaw(aPiece({ to: 5, frames: [aFrame({ pos: 5 })] }))
      assert.equal((await store.cursor(journal, rawFrames)).position, 5)
      assert.equal((await store.cursor(journal)).position, 7)
      const { cursor, totals } = await store.ledgerAt(journal)
      assert.deepEqual([cursor.position, totals.committed], [7, 1])
      await store.commit(aBatch({ from: 7, to: 8 }))
    })

    onStore('a piece is copied once: sent again, or from elsewhere, it leaves nothing behind', async (store) => {
      await store.takeFence(journal, 3, rawFrames)
      const piece = aPiece({ fence: 3, frames: [aFrame()] })
      await store.copyRaw(piece)
      await assert.rejects(store.copyRaw(piece), { fault: 'fenced' })
      await assert.rejects(store.copyRaw(aPiece({ from: 2, to: 3, fence: 3, frames: [aFrame({ pos: 3 })] })), {
        fault: 'fenced',
      })
      await assert.rejects(store.copyRaw(aPiece({ from: 1, to: 2, fence: 2, frames: [aFrame({ pos: 2 })] })), {
        fault: 'fenced',
      })
      await assert.rejects(store.takeFence(journal, 2, rawFrames), { fault: 'fenced' })
      assert.equal(await store.rawFrame({ pos: 2, idx: 0 }), undefined)
      assert.equal((await store.cursor(journal, rawFrames)).position, 1)
      // The fence of the readings is another.
      assert.equal((await store.cursor(journal)).fence, 1)
    })

    onStore('a frame that cannot be stored takes its piece back', async (store) => {
      await store.cursor(journal, rawFrames)
      const bad = aPiece({ to: 2, frames: [aFrame(), aFrame({ pos: 2, source: 'x'.repeat(200) })] })
      await assert.rejects(store.copyRaw(bad), { fault: 'data' })
      assert.equal(await store.rawFrame({ pos: 1, idx: 0 }), undefined)
      assert.equal((await store.cursor(journal, rawFrames)).position, 0)
      await store.copyRaw(aPiece({ frames: [aFrame()] }))
    })

    onStore('a second journal on the database has frames of the same positions as its readings', async (store) => {
      await store.commit(aBatch({ to: 9 }))
      await store.cursor(journal, rawFrames)
      const { base } = await store.cursor('another')
      assert.equal(base, 9)
      assert.equal((await store.cursor('another', rawFrames)).base, base)
      // In either order, the copier or the batches first.
      assert.equal((await store.cursor('a third', rawFrames)).base, 9)
      assert.equal((await store.cursor('a third')).base, 9)
    })
  })

  test('raw frames of old days are forgotten by the day they were copied on, and the readings stay', async () => {
    await using here = await place()
    const first = dayNumber(at)
    for (const [i, day] of [first, first + 1, first + 9].entries()) {
      await using store = await here.open({ now: instant(day * dayMs + 1) })
      await store.migrate()
      await store.takeFence(journal, 1)
      await store.cursor(journal, rawFrames)
      await store.commit(aBatch({ from: i, to: i + 1, readings: [aReading({ pos: i + 1, seq: i })] }))
      await store.copyRaw(
        aPiece({ from: i, to: i + 1, frames: [aFrame({ pos: i + 1, arrived: instant(day * dayMs) })] }),
      )
    }
    await using store = await here.open({ now: instant((first + 9) * dayMs + 2) })
    await store.migrate()
    const left = async () => {
      const frames = await Promise.all([1, 2, 3].map((pos) => store.rawFrame({ pos, idx: 0 })))
      return frames.flatMap((frame) => frame?.pos ?? [])
    }
    assert.deepEqual(await left(), [1, 2, 3])
    assert.deepEqual(await store.forgetRaw(first), [])
    assert.deepEqual(await store.forgetRaw(first + 2), [first, first + 1])
    assert.deepEqual(await store.forgetRaw(first + 2), [])
    assert.deepEqual(await left(), [3])
    assert.equal((await store.counts()).readings, 3)
    // Nor do the days of readings take frames with them.
    await store.forgetDays(first + 9)
    assert.deepEqual(await left(), [3])
  })
}
