/** Vendors' scripts that were published: the contract, and the one way they are read in every dialect. Processing writes them. */
import type { CodecRow } from '../domain/published-codec.ts'
import type { SqlRunner } from './engine/sql-runner.ts'
import { codec, codecVersion } from './tables/codec.ts'

export type { CodecRow } from '../domain/published-codec.ts'

export interface CodecStore {
  /** The newest version of each, withdrawn ones included, by id. */
  codecs(): Promise<readonly CodecRow[]>
  /** Every version of one, the newest first. */
  codecVersions(id: string): Promise<readonly CodecRow[]>
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
})
