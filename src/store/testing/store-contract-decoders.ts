/** The part of the contract that keeps which decoder was chosen for a device, and the normal form of hardware ids. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import type { Store } from '../store.ts'
import type { StorePlace } from './store-contract.ts'
import { at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

export function decoderContract(onStore: OnStore, place: () => Promise<StorePlace>): void {
  describe('decoders chosen for devices', () => {
    onStore('are kept by source and device, replaced and cleared', async (store) => {
      const choice = { source: 'http', device: 'A', decoder: 'bosch-tps110', author: 'ann', chosen: at }
      assert.deepEqual(await store.decoderChoices(), [])
      await store.chooseDecoder(choice)
      await store.chooseDecoder({ ...choice, source: 'mqtt' })
      const later = { ...choice, decoder: 'nwave-nps310', author: 'bob', chosen: instant(at + 1) }
      await store.chooseDecoder(later)
      assert.deepEqual(await store.decoderChoices(), [later, { ...choice, source: 'mqtt' }])
      assert.equal(await store.clearDecoder(choice), true)
      assert.equal(await store.clearDecoder(choice), false)
      assert.deepEqual(await store.decoderChoices(), [{ ...choice, source: 'mqtt' }])
      await assert.rejects(store.chooseDecoder({ ...choice, device: 'x'.repeat(129) }), { fault: 'data' })
    })

    test('a device stored under another spelling of its hardware id goes on under the normal one', async () => {
      await using here = await place()
      const ids = ['70b3d57ed0000001', '70:b3:d5:7e:d0:00:00:02', '70B3-D57E-D000-0003', 'a name', 'deadbeef']
      // One of the normal id is there already: both stay.
      const both = ['70b3d57ed0000004', '70B3D57ED0000004']
      // As the first release stored them: later steps add columns that a commit of today fills.
      await using first = await here.open(undefined, { untilVersion: 1 })
      await first.migrate()
      const gone = Array(8).fill('NULL').join(', ')
      for (const [i, external] of [...ids, ...both].entries())
        await here.execute(
          `INSERT INTO device VALUES (${i + 1}, 'http', '${external}', NULL, 0, NULL, NULL, 0, 0, NULL, NULL, ${at}, ${at}, ${at}, ${gone}, 1, 0, 1)`,
        )
      await using store = await here.open()
      await store.migrate()
      assert.deepEqual(
        (await store.devices()).map(({ external }) => external),
        ['70B3D57ED0000001', '70B3D57ED0000002', '70B3D57ED0000003', 'a name', 'deadbeef', ...both],
      )
    })
  })
}
