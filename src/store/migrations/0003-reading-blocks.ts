/**
 * Readings by day of storing and position, without a further index; `reading_block` finds those of a device (reading-block.ts). Rows of
 * before get the day of their arrival; their blocks are made when the step is done, because no SQL can pack them.
 */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'
/** Days get their own partitions as they come (mysql/partitions.ts). */
const byDay = 'PARTITION BY RANGE ("day") (PARTITION "later" VALUES LESS THAN MAXVALUE)'
const columns =
  '"pos", "idx", "device", "epoch", "seq", "time", "arrived", "quality", "hash", "occupied", "distance_mm", "count_in", "count_out", "battery_v", "battery_pct", "temperature_c", "rssi_dbm"'

export const readingBlocks: Migration = {
  version: 3,
  name: '0003-reading-blocks',
  sqlite: [
    `CREATE TABLE reading_by_day (
      day INTEGER NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL, device INTEGER NOT NULL, epoch INTEGER NOT NULL,
      seq INTEGER, time INTEGER NOT NULL, arrived INTEGER NOT NULL, quality INTEGER NOT NULL, hash INTEGER NOT NULL,
      occupied INTEGER, distance_mm REAL, count_in INTEGER, count_out INTEGER, battery_v REAL, battery_pct REAL,
      temperature_c REAL, rssi_dbm REAL,
      PRIMARY KEY (day, pos, idx)
    ) STRICT, WITHOUT ROWID`,
    `INSERT INTO reading_by_day (day, ${columns}) SELECT arrived / 86400000, ${columns} FROM reading ORDER BY 1, pos, idx`,
    'DROP TABLE reading',
    'ALTER TABLE reading_by_day RENAME TO reading',
    `CREATE TABLE reading_block (
      device_group INTEGER NOT NULL, day INTEGER NOT NULL, block INTEGER NOT NULL, rows_held INTEGER NOT NULL,
      first_epoch INTEGER NOT NULL, last_epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
      first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, keys_packed BLOB NOT NULL,
      PRIMARY KEY (device_group, day, block)
    ) STRICT`,
    `CREATE TABLE reading_open (
      id INTEGER PRIMARY KEY, day INTEGER NOT NULL, after_pos INTEGER NOT NULL, block INTEGER NOT NULL,
      rows_open INTEGER NOT NULL
    ) STRICT`,
    `INSERT INTO reading_open (id, day, after_pos, block, rows_open)
     SELECT 0, 0, 0, 1, 0 WHERE NOT EXISTS (SELECT 1 FROM reading)`,
  ],
  mysql: [
    'DROP TABLE IF EXISTS "reading_before_blocks"',
    'DROP TABLE IF EXISTS "reading_by_day"',
    `CREATE TABLE "reading_by_day" (
      "day" INT NOT NULL, "pos" BIGINT NOT NULL, "idx" INT NOT NULL, "device" BIGINT NOT NULL, "epoch" BIGINT NOT NULL, "seq" BIGINT,
      "time" BIGINT NOT NULL, "arrived" BIGINT NOT NULL, "quality" SMALLINT NOT NULL, "hash" BIGINT NOT NULL, "occupied" TINYINT,
      "distance_mm" DOUBLE, "count_in" BIGINT, "count_out" BIGINT, "battery_v" DOUBLE, "battery_pct" DOUBLE,
      "temperature_c" DOUBLE, "rssi_dbm" DOUBLE,
      PRIMARY KEY ("day", "pos", "idx")
    ) ${inno} ${byDay}`,
    `INSERT INTO "reading_by_day" ("day", ${columns}) SELECT "arrived" DIV 86400000, ${columns} FROM "reading"`,
    'RENAME TABLE "reading" TO "reading_before_blocks", "reading_by_day" TO "reading"',
    'DROP TABLE "reading_before_blocks"',
    `CREATE TABLE IF NOT EXISTS "reading_block" (
      "device_group" BIGINT NOT NULL, "day" INT NOT NULL, "block" BIGINT NOT NULL, "rows_held" INT NOT NULL,
      "first_epoch" BIGINT NOT NULL, "last_epoch" BIGINT NOT NULL, "first_seq" BIGINT NOT NULL, "last_seq" BIGINT NOT NULL,
      "first_time" BIGINT NOT NULL, "last_time" BIGINT NOT NULL, "keys_packed" LONGBLOB NOT NULL,
      PRIMARY KEY ("device_group", "day", "block")
    ) ${inno} ${byDay}`,
    `CREATE TABLE IF NOT EXISTS "reading_open" (
      "id" INT NOT NULL, "day" INT NOT NULL, "after_pos" BIGINT NOT NULL, "block" BIGINT NOT NULL, "rows_open" BIGINT NOT NULL,
      PRIMARY KEY ("id")
    ) ${inno}`,
    `INSERT IGNORE INTO "reading_open" ("id", "day", "after_pos", "block", "rows_open")
     SELECT 0, 0, 0, 1, 0 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM "reading")`,
  ],
}
