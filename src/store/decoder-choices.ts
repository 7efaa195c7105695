/** Which decoder an operator has chosen for a device: the contract, and the one way it is kept in every dialect. */
import { type Instant, instant } from '../lib/brand.ts'
import { int, text } from './rows.ts'
import type { SqlRunner } from './sql-runner.ts'

export interface DecoderChoice {
  readonly source: string
  /** External id of the device, in its normal form. */
  readonly device: string
  readonly decoder: string
  readonly author: string
  readonly chosen: Instant
}

export interface DecoderStore {
  /** By source, then device. */
  decoderChoices(): Promise<readonly DecoderChoice[]>
  /** Replaces an earlier choice for the device. */
  chooseDecoder(choice: DecoderChoice): Promise<void>
  /** True when there was one. */
  clearDecoder(of: Pick<DecoderChoice, 'source' | 'device'>): Promise<boolean>
}

export interface DecoderTables {
  decoder_choice: {
    source: string
    external: string
    decoder: string
    author: string
    chosen: number
  }
}

export function decoderQueries({ db, all, run }: SqlRunner): DecoderStore {
  return {
    async decoderChoices() {
      const query = db.selectFrom('decoder_choice').selectAll().orderBy('source').orderBy('external')
      return (await all(query.compile())).map(({ external, chosen, ...row }) => ({
        ...{ ...row, device: external, chosen: instant(chosen) },
      }))
    },

    async chooseDecoder({ source, device, decoder, author, chosen }) {
      const row = {
        source: text(source, 'source'),
        external: text(device, 'external'),
        decoder: text(decoder, 'decoder'),
        author: text(author, 'author'),
        chosen: int(chosen, 'chosen'),
      }
      await run(db.replaceInto('decoder_choice').values(row).compile())
    },

    async clearDecoder({ source, device }) {
      const query = db.deleteFrom('decoder_choice').where('source', '=', source).where('external', '=', device)
      return (await run(query.compile())).affected > 0
    },
  }
}
