/** How parking went: sessions, occupancy of places over time, counts, health of devices. What each is for: docs/schema.md. */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'
const byDay = 'PARTITION BY RANGE ("day") (PARTITION "later" VALUES LESS THAN MAXVALUE)'

export const history: Migration = {
  version: 4,
  name: '0004-history',
  sqlite: [
    `CREATE TABLE session (
      day INTEGER NOT NULL, device INTEGER NOT NULL, departure INTEGER NOT NULL, arrival INTEGER NOT NULL,
      dwell_ms INTEGER NOT NULL, bay TEXT, certain INTEGER NOT NULL,
      PRIMARY KEY (day, device, departure, arrival)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE occupancy (
      span_ms INTEGER NOT NULL, site TEXT NOT NULL, level TEXT NOT NULL, zone TEXT NOT NULL, start INTEGER NOT NULL,
      capacity INTEGER NOT NULL, occupied_ms INTEGER NOT NULL, known_ms INTEGER NOT NULL, full_ms INTEGER NOT NULL,
      min_occupied INTEGER NOT NULL, max_occupied INTEGER NOT NULL, occupied_end INTEGER NOT NULL, known_end INTEGER NOT NULL,
      PRIMARY KEY (span_ms, site, level, zone, start)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE reading_forgotten (
      day INTEGER NOT NULL, device INTEGER NOT NULL, epoch INTEGER NOT NULL, rows_gone INTEGER NOT NULL,
      numbers INTEGER NOT NULL, min_seq INTEGER, max_seq INTEGER,
      PRIMARY KEY (day, device, epoch)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX reading_forgotten_device ON reading_forgotten (device, epoch)',
    `CREATE TABLE zone_count (
      device INTEGER NOT NULL, start INTEGER NOT NULL, entries INTEGER NOT NULL, exits INTEGER NOT NULL, resets INTEGER NOT NULL,
      PRIMARY KEY (device, start)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE device_health (
      device INTEGER NOT NULL, day INTEGER NOT NULL, min_battery_v REAL, min_battery_pct REAL,
      min_temperature_c REAL, max_temperature_c REAL, min_rssi_dbm REAL,
      PRIMARY KEY (device, day)
    ) STRICT, WITHOUT ROWID`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS "session" (
      "day" INT NOT NULL, "device" BIGINT NOT NULL, "departure" BIGINT NOT NULL, "arrival" BIGINT NOT NULL,
      "dwell_ms" BIGINT NOT NULL, "bay" VARCHAR(128), "certain" TINYINT NOT NULL,
      PRIMARY KEY ("day", "device", "departure", "arrival")
    ) ${inno} ${byDay}`,
    `CREATE TABLE IF NOT EXISTS "occupancy" (
      "span_ms" INT NOT NULL, "site" VARCHAR(128) NOT NULL, "level" VARCHAR(128) NOT NULL, "zone" VARCHAR(128) NOT NULL,
      "start" BIGINT NOT NULL, "capacity" INT NOT NULL, "occupied_ms" BIGINT NOT NULL, "known_ms" BIGINT NOT NULL,
      "full_ms" BIGINT NOT NULL, "min_occupied" INT NOT NULL, "max_occupied" INT NOT NULL, "occupied_end" INT NOT NULL,
      "known_end" INT NOT NULL,
      PRIMARY KEY ("span_ms", "site", "level", "zone", "start")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "reading_forgotten" (
      "day" INT NOT NULL, "device" BIGINT NOT NULL, "epoch" BIGINT NOT NULL, "rows_gone" BIGINT NOT NULL, "numbers" BIGINT NOT NULL,
      "min_seq" BIGINT, "max_seq" BIGINT,
      PRIMARY KEY ("day", "device", "epoch"), KEY "reading_forgotten_device" ("device", "epoch")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "zone_count" (
      "device" BIGINT NOT NULL, "start" BIGINT NOT NULL, "entries" BIGINT NOT NULL, "exits" BIGINT NOT NULL, "resets" INT NOT NULL,
      PRIMARY KEY ("device", "start")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "device_health" (
      "device" BIGINT NOT NULL, "day" INT NOT NULL, "min_battery_v" DOUBLE, "min_battery_pct" DOUBLE,
      "min_temperature_c" DOUBLE, "max_temperature_c" DOUBLE, "min_rssi_dbm" DOUBLE,
      PRIMARY KEY ("device", "day")
    ) ${inno}`,
  ],
}
