/** Gateways read back, and by which one the frames of a device come: the same SQL in every dialect. */
import type { StoredGateways } from '../../domain/folds/gateway-rows.ts'
import type { BayStore } from '../bays.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { devicePath } from '../tables/device-path.ts'
import { gateway } from '../tables/gateway.ts'

export function gatewayQueries({ db, all }: SqlRunner): Pick<BayStore, 'gateways' | 'gatewayOf'> & {
  storedGateways(): Promise<StoredGateways>
} {
  const paths = db.selectFrom('device_path').select(devicePath.columnNames)
  const rows = db.selectFrom('gateway').select(gateway.columnNames)
  const gateways = async () => (await all(rows.orderBy('source').orderBy('gateway').compile())).map(gateway.row)

  return {
    gateways,
    storedGateways: async () => ({
      gateways: await gateways(),
      paths: (await all(paths.compile())).map(devicePath.row),
    }),
    async gatewayOf(device) {
      const [path] = await all(paths.where('device', '=', device).compile())
      if (!path || path.gateway === null || path.to_go > 0) return undefined
      const ofSource = db.selectFrom('device').select('source').where('id', '=', device)
      const carries = rows.where('gateway', '=', path.gateway).where('source', '=', ofSource)
      const [row] = await all(carries.compile())
      return row && gateway.row(row)
    },
  }
}
