/** The part of the contract that keeps which decoder was chosen for a device, and the normal form of hardware ids. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import type { CodecRow, Store, TableChange } from '../store.ts'
import { change } from '../table.ts'
import { codec, codecVersion } from '../tables/codec.ts'
import { deviceScript } from '../tables/device-script.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const assigned = { to: 'model', vendor: 'acme', model: 'bay-1' } as const

/** One after the other. */
async function commitChanges(store: Store, ...batches: readonly (readonly TableChange[])[]) {
  for (const [i, changes] of batches.entries()) await store.commit(aBatch({ from: i, to: i + 1, changes }))
}

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

    onStore(
      'scripts are kept by version, withdrawn ones included, and the newest of each is in force',
      async (store) => {
        const row = (id: string, version: number, text: string | null): CodecRow => ({
          ...{
            id,
            version,
            author: 'Zoë',
            reason: 'firmware 2 €',
            at: instant(at + version),
            request: `${id}-${version}`,
          },
          codec: text === null ? null : { hash: `${version}`.padStart(64, 'a'), text, assigned, mapping: null },
        })
        const text = `function decodeUplink(input) { return { data: { "ä€😀": input } } } // ${'x'.repeat(200_000)}\n`
        const [one, two, gone, other] = [
          row('acme', 1, text),
          row('acme', 2, text),
          row('acme', 3, null),
          row('b', 1, 'b'),
        ]
        const both = (...rows: readonly CodecRow[]) => [change(codec, rows), change(codecVersion, rows)]
        await commitChanges(store, both(one, other), both(two), both(gone))
        assert.deepEqual(await store.codecs(), [gone, other])
        assert.deepEqual(await store.codecVersions('acme'), [gone, two, one])
        assert.deepEqual(await store.codecVersions('none'), [])
      },
    )

    onStore('which script has decoded the readings of a device is kept by record, and replaced', async (store) => {
      const [first, later] = ['1'.repeat(64), '2'.repeat(64)] as const
      const rows = [
        { device: 2, pos: 7, hash: first },
        { device: 1, pos: 2 ** 40, hash: null },
        { device: 1, pos: 5, hash: first },
      ]
      const replaced = { device: 2, pos: 7, hash: later }
      await commitChanges(store, [change(deviceScript, rows)], [change(deviceScript, [replaced])])
      const [, laterOfOne, ofOne] = rows
      assert.deepEqual(await store.deviceScripts(), [ofOne, laterOfOne, replaced])
      assert.deepEqual(await store.deviceScripts([2]), [replaced])
      assert.deepEqual(await store.deviceScripts([]), [])
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
