/** Vendors' scripts that were published: the contract, and the one way they are read in every dialect. Processing writes them. */
import type { CodecRow } from '../domain/published-codec.ts'
import type { SqlRunner } from './engine/sql-runner.ts'
import { codec, codecVersion } from './tables/codec.ts'

import { type DeviceScriptRow, deviceScript } from './tables/device-script.ts'

export type { CodecRow } from '../domain/published-codec.ts'
export type { DeviceScriptRow } from './tables/device-script.ts'

export interface CodecStore {
  /** The newest version of each, withdrawn ones included, by id. */
  codecs(): Promise<readonly CodecRow[]>
  /** Every version of one, the newest first. */
  codecVersions(id: string): Promise<readonly CodecRow[]>
  /** Which script has decoded the readings of these devices, or of all, by device and position. */
  deviceScripts(of?: readonly number[]): Promise<readonly DeviceScriptRow[]>
}

export const codecQueries = ({ db, all }: SqlRunner): CodecStore => ({
  codecs: async () =>
    (await all(db.selectFrom('codec').select(codec.columnNames).orderBy('id').compile())).map(codec.row),
  codecVersions: async (id) =>
    (
      await all(
        db
          .selectFrom('codec_version')
          .select(codecVersion.columnNames)
          .where('id', '=', id)
          .orderBy('version', 'desc')
          .compile(),
      )
    ).map(codecVersion.row),
  async deviceScripts(of) {
    if (of?.length === 0) return []
    const uses = db.selectFrom('device_script').select(deviceScript.columnNames).orderBy('device').orderBy('pos')
    return (await all((of === undefined ? uses : uses.where('device', 'in', of)).compile())).map(deviceScript.row)
  },
})
