import { prose, whole } from '../column.ts'
import { type RowOf, replace, table } from '../table.ts'

export const deviceOrder = table('device_order', {
  key: {
    /** DeviceState.id */
    device: whole,
  },
  merge: { state: replace(prose) },
  hasRowid: true,
})

/** What processing remembers of the order of a device beside its row: text of domain/order-doubts.ts and processing/order. */
export type DeviceOrder = RowOf<typeof deviceOrder>
