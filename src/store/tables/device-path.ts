import { instant, orNull, text, whole, whole32 } from '../column.ts'
import { replace, table } from '../table.ts'

/** By which gateway the frames of a device come. Without a row: not known yet. */
export const devicePath = table('device_path', {
  /** DeviceState.id */
  key: { device: whole },
  merge: {
    /** Null: by several, or by one that is not known. */
    gateway: replace(orNull(text(128))),
    /** Frames in a row that it still has to carry alone before the device depends on it. */
    toGo: replace(whole32),
    /** When that gateway was judged offline; null: it was not, or a frame of the device has arrived since. */
    cutOff: replace(orNull(instant)),
  },
  since: 20,
})
