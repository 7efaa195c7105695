/**
 * Raw frames beside their readings, by day of copying and position, for as long as retention asks for: nothing is written here otherwise. See
 * docs/schema.md.
 */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'
/** Days get their own partitions as they come (mysql/partitions.ts). */
const byDay = 'PARTITION BY RANGE ("day") (PARTITION "later" VALUES LESS THAN MAXVALUE)'

export const rawFrames: Migration = {
  version: 7,
  name: '0007-raw-frames',
  sqlite: [
    `CREATE TABLE raw_frame (
      day INTEGER NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL, source TEXT NOT NULL, arrived INTEGER NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (day, pos, idx)
    ) STRICT, WITHOUT ROWID`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS "raw_frame" (
      "day" INT NOT NULL, "pos" BIGINT NOT NULL, "idx" INT NOT NULL, "source" VARCHAR(128) NOT NULL, "arrived" BIGINT NOT NULL,
      "bytes" LONGBLOB NOT NULL,
      PRIMARY KEY ("day", "pos", "idx")
    ) ${inno} ${byDay}`,
  ],
}
