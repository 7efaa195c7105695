import { instant, named, text } from '../column.ts'
import { type RowOf, replace, table } from '../table.ts'

export const decoderChoice = table('decoder_choice', {
  key: {
    source: text(128),
    /** External id of the device, in its normal form. */
    device: named('external', text(128)),
  },
  merge: { decoder: replace(text(128)), author: replace(text(256)), chosen: replace(instant) },
})

export type DecoderChoice = RowOf<typeof decoderChoice>
