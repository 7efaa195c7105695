/**
 * What changed since a rev is looked up by page of revs: an entry per rev would move at every upsert of a device, and that was more than
 * half of its cost; a page lasts for thousands of journal records.
 */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'
/** As written into the schema: never changed. */
export const revsPerPage = 4_096
const columns =
  '"id", "source", "external", "claimed_bay", "epoch", "min_seq", "max_seq", "distinct_count", "missing_before", "occupied", "since", "last_time", "last_arrived", "first_arrived", "distance_mm", "count_in", "count_out", "battery_v", "battery_pct", "battery_low", "temperature_c", "rssi_dbm", "readings", "duplicates", "rev"'

export const revPage: Migration = {
  version: 6,
  name: '0006-rev-page',
  sqlite: [
    'DROP INDEX device_rev',
    `ALTER TABLE device ADD COLUMN rev_page INTEGER GENERATED ALWAYS AS (rev / ${revsPerPage}) VIRTUAL`,
    'CREATE INDEX device_rev_page ON device (rev_page)',
  ],
  // An ALTER that is repeated fails, in words that differ between servers: a table beside it does not.
  mysql: [
    'DROP TABLE IF EXISTS "device_before_page"',
    'DROP TABLE IF EXISTS "device_paged"',
    `CREATE TABLE "device_paged" (
      "id" BIGINT NOT NULL, "source" VARCHAR(128) NOT NULL, "external" VARCHAR(128) NOT NULL, "claimed_bay" VARCHAR(128),
      "epoch" BIGINT NOT NULL, "min_seq" BIGINT, "max_seq" BIGINT, "distinct_count" BIGINT NOT NULL,
      "missing_before" BIGINT NOT NULL, "occupied" TINYINT, "since" BIGINT,
      "last_time" BIGINT NOT NULL, "last_arrived" BIGINT NOT NULL, "first_arrived" BIGINT NOT NULL,
      "distance_mm" DOUBLE, "count_in" BIGINT, "count_out" BIGINT, "battery_v" DOUBLE, "battery_pct" DOUBLE, "battery_low" TINYINT,
      "temperature_c" DOUBLE, "rssi_dbm" DOUBLE,
      "readings" BIGINT NOT NULL, "duplicates" BIGINT NOT NULL, "rev" BIGINT NOT NULL,
      "rev_page" BIGINT GENERATED ALWAYS AS ("rev" DIV ${revsPerPage}) VIRTUAL,
      PRIMARY KEY ("id"), UNIQUE KEY "device_identity" ("external", "source"), KEY "device_rev_page" ("rev_page")
    ) ${inno}`,
    `INSERT INTO "device_paged" (${columns}) SELECT ${columns} FROM "device"`,
    'RENAME TABLE "device" TO "device_before_page", "device_paged" TO "device"',
    'DROP TABLE "device_before_page"',
  ],
}
