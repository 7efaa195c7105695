import { orNull, text, whole } from '../column.ts'
import { type RowOf, replace, table } from '../table.ts'

/** Which vendor's script has decoded the readings of a device, from one record of the journal on: a row for each change. */
export const deviceScript = table('device_script', {
  key: {
    /** DeviceState.id */
    device: whole,
    /** Record from which on. */
    pos: whole,
  },
  merge: {
    /** SHA-256 of the script, hex, as in `codec_version`; null: none has decoded them. */
    hash: replace(orNull(text(64))),
  },
  since: 30,
})

export type DeviceScriptRow = RowOf<typeof deviceScript>
