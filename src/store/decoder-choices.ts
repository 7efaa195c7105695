/** Which decoder an operator has chosen for a device: the contract, and the one way it is kept in every dialect. */
import type { SqlRunner } from './engine/sql-runner.ts'
import { type DecoderChoice, decoderChoice } from './tables/decoder-choice.ts'

export interface DecoderStore {
  /** By source, then device. */
  decoderChoices(): Promise<readonly DecoderChoice[]>
  /** Replaces an earlier choice for the device. */
  chooseDecoder(choice: DecoderChoice): Promise<void>
  /** True when there was one. */
  clearDecoder(of: Pick<DecoderChoice, 'source' | 'device'>): Promise<boolean>
}

export function decoderQueries({ db, all, run }: SqlRunner): DecoderStore {
  return {
    async decoderChoices() {
      const query = db.selectFrom('decoder_choice').selectAll().orderBy('source').orderBy('external')
      return (await all(query.compile())).map(decoderChoice.row)
    },

    async chooseDecoder(choice) {
      await run(db.replaceInto('decoder_choice').values(decoderChoice.sqlRow(choice)).compile())
    },

    async clearDecoder({ source, device }) {
      const query = db.deleteFrom('decoder_choice').where('source', '=', source).where('external', '=', device)
      return (await run(query.compile())).affected > 0
    },
  }
}
