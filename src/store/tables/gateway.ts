import { instant, orNull, text, whole } from '../column.ts'
import { replace, table } from '../table.ts'

/** Gateways that carry enough devices alone to be judged, as the bay fold has them (domain/folds/gateway-rows.ts). */
export const gateway = table('gateway', {
  key: {
    source: text(128),
    /** Empty: the source itself, whose frames name no gateway. */
    gateway: text(128),
  },
  merge: {
    /** Devices that it alone carries. */
    devices: replace(whole),
    heard: replace(instant),
    judgedFrom: replace(instant),
    /** Null: it is online. */
    offlineSince: replace(orNull(instant)),
  },
  since: 20,
})
