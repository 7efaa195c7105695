/** What processing remembers of the order of a device beside its row (docs/specs/ordering.md). Undecided frames are dead letters of the state `tentative`. */
import type { Migration } from './migration.ts'

export const deviceOrder: Migration = {
  version: 10,
  name: '0010-device-order',
  sqlite: ['CREATE TABLE device_order (device INTEGER PRIMARY KEY, state TEXT NOT NULL) STRICT'],
  mysql: [
    `CREATE TABLE IF NOT EXISTS "device_order" (
      "device" BIGINT NOT NULL, "state" MEDIUMTEXT NOT NULL,
      PRIMARY KEY ("device")
    ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC`,
  ],
}
