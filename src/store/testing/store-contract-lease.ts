/** One server a database: a lease with a heartbeat. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Store } from '../store.ts'
import type { StorePlace } from './store-contract.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const first = { owner: 'a'.repeat(32), host: 'north', pid: 41, place: '/var/lib/first' }
const second = { owner: 'b'.repeat(32), host: 'south', pid: 42, place: '/var/lib/second' }

export function leaseContract(onStore: OnStore): void {
  describe('the lease of a server', () => {
    onStore('is refused to another data directory while its holder is alive, and names the holder', async (store) => {
      await store.takeLease(first)
      await assert.rejects(store.takeLease(second), {
        fault: 'config',
        message: /process 41 on north.*\/var\/lib\/first/,
      })
      assert.equal(await store.beatLease(first.owner), true)
      assert.equal(await store.beatLease(second.owner), false)
    })

    onStore(
      'a look reports the refusal without taking anything, and none where taking would succeed',
      async (store, place) => {
        assert.equal(await store.leaseRefusal(second.owner), undefined, 'no server has ever had it')
        await store.takeLease(first)
        assert.match((await store.leaseRefusal(second.owner)) ?? '', /process 41 on north.*\/var\/lib\/first/)
        assert.equal(await store.leaseRefusal(first.owner), undefined)
        assert.equal(await store.beatLease(first.owner), true)
        await place.execute('UPDATE server_lease SET beat = beat - 32000')
        assert.equal(await store.leaseRefusal(second.owner), undefined, 'silent for too long')
        await store.takeLease(first)
        await store.releaseLease(first.owner)
        assert.equal(await store.leaseRefusal(second.owner), undefined, 'released')
      },
    )

    onStore('is taken back at once by its own data directory, after a kill as well', async (store) => {
      await store.takeLease(first)
      await store.takeLease({ ...first, pid: 99 })
      await assert.rejects(store.takeLease(second), /process 99/)
    })

    onStore('passes on when its holder has released it, or has been silent for 30 s', async (store, place) => {
      await store.takeLease(first)
      await store.releaseLease(first.owner)
      await store.takeLease(second)
      await store.releaseLease(first.owner)
      assert.equal(await store.beatLease(second.owner), true, 'who does not hold it releases nothing')
      await place.execute('UPDATE server_lease SET beat = beat - 29000')
      await assert.rejects(store.takeLease(first), { fault: 'config' })
      await place.execute('UPDATE server_lease SET beat = beat - 2000')
      await store.takeLease(first)
      assert.equal(await store.beatLease(second.owner), false)
    })
  })
}
