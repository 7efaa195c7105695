/** The part of the contract that remembers signs and what they have shown (signs.ts). */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { newSignRow } from '../../domain/folds/sign-slot.ts'
import { signDefaults } from '../../domain/sign.ts'
import { instant } from '../../lib/brand.ts'
import type { HistoryBatch } from '../history.ts'
import { noSessions } from '../readings/session-rows.ts'
import type { SignChangeRow, SignRow } from '../signs.ts'
import type { Store } from '../store.ts'
import { aBatch, at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store) => Promise<void>) => void

const nothing: HistoryBatch = { sessions: noSessions, occupancy: [], counts: [], health: [] }
const aSign = (id: string, row: Partial<SignRow> = {}): SignRow => ({
  ...newSignRow(id, at),
  sign: { id, name: 'Größe "A"', ...signDefaults, places: [{ site: 'S', level: null, zone: null }] },
  ...{ show: 'number', value: 42, reason: 'counted', isFull: true, rev: 1, ...row },
})
const aChange = (number: number, row: Partial<SignChangeRow> = {}): SignChangeRow => ({
  ...{ sign: 'A', number, time: at, show: 'full', value: null, mode: 'auto', reason: 'below-floor' },
  ...{ author: null, comment: '', ...row },
})

export function signContract(onStore: OnStore): void {
  describe('signs', () => {
    const writing = (signs: readonly SignRow[], changes: readonly SignChangeRow[]): HistoryBatch => ({
      ...nothing,
      signs: { signs, changes },
    })

    onStore('a sign is read back as it was written, and followed by its rev', async (store) => {
      assert.deepEqual([await store.signs(), await store.signRev(), await store.sign('A')], [[], 0, undefined])
      const [first, second] = [
        aSign('A'),
        aSign('B', { sign: null, mode: 'closed', modeUntil: instant(at + 1), rev: 2 }),
      ]
      await store.commit(aBatch({ history: writing([first, second], []) }))
      assert.deepEqual(await store.signs(), [first, second])
      assert.deepEqual(await store.signsSince(1), [second])
      assert.deepEqual(await store.sign('A'), first)
      const again = aSign('A', { show: 'blank', value: null, reason: 'coverage', rev: 3 })
      await store.commit(aBatch({ from: 1, to: 2, history: writing([again], []) }))
      assert.deepEqual(await store.signsSince(0), [second, again])
      assert.equal(await store.signRev(), 3)
    })

    onStore('the history of a sign comes newest first, page by page, and only its own', async (store) => {
      const changes = [1, 2, 3].map((number) =>
        aChange(number, number === 2 ? { author: 'Zoë', comment: 'Market day' } : {}),
      )
      await store.commit(aBatch({ history: writing([], [...changes, aChange(9, { sign: 'B' })]) }))
      const first = await store.signHistory({ sign: 'A', limit: 2 })
      assert.deepEqual(first.items, [changes[2], changes[1]])
      assert.ok(first.next)
      const second = await store.signHistory({ sign: 'A', limit: 2, cursor: first.next })
      assert.deepEqual([second.items, second.next], [[changes[0]], null])
    })

    onStore('the clock of the folds is where the newest commit has left it', async (store) => {
      assert.equal(await store.foldClock(), undefined)
      const noBays = { states: [], changes: [], overrides: [], gateways: { gateways: [], gatewaysGone: [], paths: [] } }
      await store.commit(aBatch({ history: { ...nothing, bays: { ...noBays, clock: at } } }))
      assert.equal(await store.foldClock(), at)
    })
  })
}
