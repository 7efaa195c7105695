/** A dead letter is kept with its raw bytes, however many they are. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { letterPieceBytes } from '../letter-pieces.ts'
import type { Store } from '../store.ts'
import { aBatch, aDeadLetter, at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store) => Promise<void>) => void

const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 8)) & 0xff)

export function letterContract(onStore: OnStore): void {
  describe('a dead letter of any size', () => {
    onStore('comes back byte for byte, at every edge of its pieces', async (store) => {
      const sizes = [
        0,
        1,
        letterPieceBytes - 1,
        letterPieceBytes,
        letterPieceBytes + 1,
        3 * letterPieceBytes,
        5_000_000,
      ]
      await store.commit(aBatch({ deadLetters: sizes.map((size, idx) => aDeadLetter({ idx, bytes: noise(size) })) }))
      for (const [idx, size] of sizes.entries()) {
        const letter = await store.deadLetter(1, idx)
        assert.ok(Buffer.from(letter?.bytes ?? []).equals(noise(size)), `${size} bytes`)
      }
      const page = await store.deadLetters({ limit: 2 })
      assert.deepEqual(
        page.items.map(({ bytes }) => bytes.length),
        [5_000_000, 3 * letterPieceBytes],
      )
    })

    onStore('is whole when it is tried again, and leaves nothing when it is done or discarded', async (store) => {
      const letters = [0, 1].map((idx) => aDeadLetter({ idx, bytes: noise(letterPieceBytes * 2 + idx) }))
      await store.commit(aBatch({ deadLetters: letters }))
      await store.requeue({ pos: 1, idx: 0 })
      const [again] = await store.requeuedDeadLetters(10)
      assert.equal(again?.bytes.length, letterPieceBytes * 2)
      await store.commit(aBatch({ from: 1, to: 1, deadLettersDone: [{ pos: 1, idx: 0 }] }))
      await store.discard({ pos: 1, idx: 1, author: 'test', reason: 'noise', now: at })
      assert.equal((await store.discardOf(1, 1))?.size, letterPieceBytes * 2 + 1)
      // Another letter under the same name has its own bytes only.
      await store.commit(aBatch({ from: 1, to: 2, deadLetters: [aDeadLetter({ bytes: noise(letterPieceBytes) })] }))
      assert.equal((await store.deadLetter(1, 0))?.bytes.length, letterPieceBytes)
    })
  })
}
