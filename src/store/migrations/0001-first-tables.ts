/**
 * The first tables. What each is for and what its keys cost: docs/schema.md.
 *
 * Times are integers, milliseconds since 1970 UTC. Numbers that a sender chose are stored as wide as JavaScript holds them exactly.
 * SQLite's STRICT and MySQL's strict mode refuse what a column cannot hold instead of bending it (S3).
 */
import type { Migration } from './migration.ts'

/** `utf8mb4_bin`: identities differ by case and accent, as the sensors' do. */
const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'

export const firstTables: Migration = {
  version: 1,
  name: '0001-first-tables',
  sqlite: [
    `CREATE TABLE journal_offset (
      journal TEXT NOT NULL, part INTEGER NOT NULL, off INTEGER NOT NULL, fence INTEGER NOT NULL, base INTEGER NOT NULL,
      PRIMARY KEY (journal, part)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE device (
      id INTEGER PRIMARY KEY, source TEXT NOT NULL, external TEXT NOT NULL, claimed_bay TEXT,
      epoch INTEGER NOT NULL, min_seq INTEGER, max_seq INTEGER, distinct_count INTEGER NOT NULL,
      missing_before INTEGER NOT NULL, occupied INTEGER, since INTEGER,
      last_time INTEGER NOT NULL, last_arrived INTEGER NOT NULL, first_arrived INTEGER NOT NULL,
      distance_mm REAL, count_in INTEGER, count_out INTEGER, battery_v REAL, battery_pct REAL, battery_low INTEGER,
      temperature_c REAL, rssi_dbm REAL,
      readings INTEGER NOT NULL, duplicates INTEGER NOT NULL, rev INTEGER NOT NULL
    ) STRICT`,
    'CREATE UNIQUE INDEX device_identity ON device (external, source)',
    'CREATE INDEX device_rev ON device (rev)',
    `CREATE TABLE reading (
      pos INTEGER NOT NULL, idx INTEGER NOT NULL, device INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER,
      time INTEGER NOT NULL, arrived INTEGER NOT NULL, quality INTEGER NOT NULL, hash INTEGER NOT NULL, occupied INTEGER,
      distance_mm REAL, count_in INTEGER, count_out INTEGER, battery_v REAL, battery_pct REAL,
      temperature_c REAL, rssi_dbm REAL,
      PRIMARY KEY (pos, idx)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX reading_device ON reading (device, epoch, seq, pos, idx)',
    `CREATE TABLE dead_letter (
      pos INTEGER NOT NULL, idx INTEGER NOT NULL, source TEXT NOT NULL, codec TEXT NOT NULL, arrived INTEGER NOT NULL,
      code TEXT NOT NULL, detail TEXT NOT NULL, head TEXT NOT NULL, bytes BLOB NOT NULL, state TEXT NOT NULL,
      PRIMARY KEY (pos, idx)
    ) STRICT`,
    'CREATE INDEX dead_letter_state ON dead_letter (state, pos, idx)',
    `CREATE TABLE ledger (
      journal TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL, committed INTEGER NOT NULL, duplicate INTEGER NOT NULL,
      quarantined INTEGER NOT NULL, lost INTEGER NOT NULL, damaged INTEGER NOT NULL,
      PRIMARY KEY (journal, source, day)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE layout (
      version INTEGER PRIMARY KEY, created INTEGER NOT NULL, author TEXT NOT NULL, layout TEXT NOT NULL
    ) STRICT`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS "journal_offset" (
      "journal" VARCHAR(64) NOT NULL, "part" INT NOT NULL, "off" BIGINT NOT NULL, "fence" BIGINT NOT NULL, "base" BIGINT NOT NULL,
      PRIMARY KEY ("journal", "part")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "device" (
      "id" BIGINT NOT NULL, "source" VARCHAR(128) NOT NULL, "external" VARCHAR(128) NOT NULL, "claimed_bay" VARCHAR(128),
      "epoch" BIGINT NOT NULL, "min_seq" BIGINT, "max_seq" BIGINT, "distinct_count" BIGINT NOT NULL,
      "missing_before" BIGINT NOT NULL, "occupied" TINYINT, "since" BIGINT,
      "last_time" BIGINT NOT NULL, "last_arrived" BIGINT NOT NULL, "first_arrived" BIGINT NOT NULL,
      "distance_mm" DOUBLE, "count_in" BIGINT, "count_out" BIGINT, "battery_v" DOUBLE, "battery_pct" DOUBLE, "battery_low" TINYINT,
      "temperature_c" DOUBLE, "rssi_dbm" DOUBLE,
      "readings" BIGINT NOT NULL, "duplicates" BIGINT NOT NULL, "rev" BIGINT NOT NULL,
      PRIMARY KEY ("id"), UNIQUE KEY "device_identity" ("external", "source"), KEY "device_rev" ("rev")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "reading" (
      "pos" BIGINT NOT NULL, "idx" INT NOT NULL, "device" BIGINT NOT NULL, "epoch" BIGINT NOT NULL, "seq" BIGINT,
      "time" BIGINT NOT NULL, "arrived" BIGINT NOT NULL, "quality" SMALLINT NOT NULL, "hash" BIGINT NOT NULL, "occupied" TINYINT,
      "distance_mm" DOUBLE, "count_in" BIGINT, "count_out" BIGINT, "battery_v" DOUBLE, "battery_pct" DOUBLE,
      "temperature_c" DOUBLE, "rssi_dbm" DOUBLE,
      PRIMARY KEY ("pos", "idx"), KEY "reading_device" ("device", "epoch", "seq", "pos", "idx")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "dead_letter" (
      "pos" BIGINT NOT NULL, "idx" INT NOT NULL, "source" VARCHAR(128) NOT NULL, "codec" VARCHAR(128) NOT NULL, "arrived" BIGINT NOT NULL,
      "code" VARCHAR(64) NOT NULL, "detail" MEDIUMTEXT NOT NULL, "head" MEDIUMTEXT NOT NULL, "bytes" LONGBLOB NOT NULL,
      "state" VARCHAR(16) NOT NULL,
      PRIMARY KEY ("pos", "idx"), KEY "dead_letter_state" ("state", "pos", "idx")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "ledger" (
      "journal" VARCHAR(64) NOT NULL, "source" VARCHAR(128) NOT NULL, "day" CHAR(10) NOT NULL, "committed" BIGINT NOT NULL,
      "duplicate" BIGINT NOT NULL, "quarantined" BIGINT NOT NULL, "lost" BIGINT NOT NULL, "damaged" BIGINT NOT NULL,
      PRIMARY KEY ("journal", "source", "day")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "layout" (
      "version" BIGINT NOT NULL AUTO_INCREMENT, "created" BIGINT NOT NULL, "author" VARCHAR(128) NOT NULL, "layout" LONGTEXT NOT NULL,
      PRIMARY KEY ("version")
    ) ${inno}`,
  ],
}
