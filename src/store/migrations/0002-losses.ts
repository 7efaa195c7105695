/**
 * What was lost, and why: days of sensors, gaps as ranges, losses with a cause, days of intake, discards. What each table is for:
 * docs/schema.md. `day` is the number of days since 1970 UTC where rows are many, and text where it stands beside the ledger's.
 *
 * A database that was filled before has its gaps and days made from its readings; which day a duplicate came is not known there.
 */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'

export const losses: Migration = {
  version: 2,
  name: '0002-losses',
  sqlite: [
    `CREATE TABLE gap (
      device INTEGER NOT NULL, epoch INTEGER NOT NULL, to_seq INTEGER NOT NULL, from_seq INTEGER NOT NULL,
      day INTEGER NOT NULL,
      PRIMARY KEY (device, epoch, to_seq)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX gap_day ON gap (day, device, epoch, to_seq)',
    `CREATE TABLE sensor_day (
      day INTEGER NOT NULL, device INTEGER NOT NULL, committed INTEGER NOT NULL, duplicate INTEGER NOT NULL,
      quarantined INTEGER NOT NULL, lost INTEGER NOT NULL, readings INTEGER NOT NULL,
      PRIMARY KEY (day, device)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX sensor_day_device ON sensor_day (device, day)',
    `CREATE TABLE loss (
      journal TEXT NOT NULL, source TEXT NOT NULL, cause TEXT NOT NULL, id TEXT NOT NULL, day INTEGER NOT NULL,
      frames INTEGER, begun INTEGER, ended INTEGER, detail TEXT NOT NULL,
      PRIMARY KEY (journal, source, cause, id)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX loss_day ON loss (day, journal, source, cause, id)',
    `CREATE TABLE intake_day (
      journal TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL, received INTEGER NOT NULL, accepted INTEGER NOT NULL,
      refused INTEGER NOT NULL, unframeable INTEGER NOT NULL,
      PRIMARY KEY (journal, source, day)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE discard (
      pos INTEGER NOT NULL, idx INTEGER NOT NULL, source TEXT NOT NULL, codec TEXT NOT NULL, arrived INTEGER NOT NULL,
      code TEXT NOT NULL, frames INTEGER NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
      discarded INTEGER NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL,
      PRIMARY KEY (pos, idx)
    ) STRICT, WITHOUT ROWID`,
    `INSERT INTO gap (device, epoch, to_seq, from_seq, day)
     SELECT device, epoch, seq - 1, prior + 1, arrived / 86400000 FROM (
       SELECT device, epoch, seq, arrived, lag(seq) OVER (PARTITION BY device, epoch ORDER BY seq) AS prior
       FROM reading WHERE seq IS NOT NULL
     ) WHERE seq > prior + 1`,
    `INSERT INTO sensor_day (day, device, committed, duplicate, quarantined, lost, readings)
     SELECT arrived / 86400000, device, count(DISTINCT pos * 1048576 + idx / 1024), 0, 0, 0, count(*)
     FROM reading GROUP BY 1, 2`,
    `INSERT INTO sensor_day (day, device, committed, duplicate, quarantined, lost, readings)
     SELECT day, device, 0, 0, 0, sum(to_seq - from_seq + 1), 0 FROM gap GROUP BY 1, 2
     ON CONFLICT DO UPDATE SET lost = excluded.lost`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS "gap" (
      "device" BIGINT NOT NULL, "epoch" BIGINT NOT NULL, "to_seq" BIGINT NOT NULL, "from_seq" BIGINT NOT NULL, "day" INT NOT NULL,
      PRIMARY KEY ("device", "epoch", "to_seq"), KEY "gap_day" ("day", "device", "epoch", "to_seq")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "sensor_day" (
      "day" INT NOT NULL, "device" BIGINT NOT NULL, "committed" BIGINT NOT NULL, "duplicate" BIGINT NOT NULL,
      "quarantined" BIGINT NOT NULL, "lost" BIGINT NOT NULL, "readings" BIGINT NOT NULL,
      PRIMARY KEY ("day", "device"), KEY "sensor_day_device" ("device", "day")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "loss" (
      "journal" VARCHAR(64) NOT NULL, "source" VARCHAR(128) NOT NULL, "cause" VARCHAR(32) NOT NULL, "id" VARCHAR(128) NOT NULL,
      "day" INT NOT NULL, "frames" BIGINT, "begun" BIGINT, "ended" BIGINT, "detail" MEDIUMTEXT NOT NULL,
      PRIMARY KEY ("journal", "source", "cause", "id"), KEY "loss_day" ("day", "journal", "source", "cause", "id")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "intake_day" (
      "journal" VARCHAR(64) NOT NULL, "source" VARCHAR(128) NOT NULL, "day" CHAR(10) NOT NULL, "received" BIGINT NOT NULL,
      "accepted" BIGINT NOT NULL, "refused" BIGINT NOT NULL, "unframeable" BIGINT NOT NULL,
      PRIMARY KEY ("journal", "source", "day")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "discard" (
      "pos" BIGINT NOT NULL, "idx" INT NOT NULL, "source" VARCHAR(128) NOT NULL, "codec" VARCHAR(128) NOT NULL,
      "arrived" BIGINT NOT NULL, "code" VARCHAR(64) NOT NULL, "frames" BIGINT NOT NULL, "size" BIGINT NOT NULL,
      "sha256" CHAR(64) NOT NULL, "discarded" BIGINT NOT NULL, "author" VARCHAR(128) NOT NULL, "reason" MEDIUMTEXT NOT NULL,
      PRIMARY KEY ("pos", "idx")
    ) ${inno}`,
    `INSERT IGNORE INTO "gap" ("device", "epoch", "to_seq", "from_seq", "day")
     SELECT "device", "epoch", "seq" - 1, "prior" + 1, "arrived" DIV 86400000 FROM (
       SELECT "device", "epoch", "seq", "arrived", LAG("seq") OVER (PARTITION BY "device", "epoch" ORDER BY "seq") AS "prior"
       FROM "reading" WHERE "seq" IS NOT NULL
     ) AS "numbered" WHERE "seq" > "prior" + 1`,
    `INSERT IGNORE INTO "sensor_day" ("day", "device", "committed", "duplicate", "quarantined", "lost", "readings")
     SELECT "arrived" DIV 86400000, "device", COUNT(DISTINCT "pos", "idx" DIV 1024), 0, 0, 0, COUNT(*)
     FROM "reading" GROUP BY 1, 2`,
    `INSERT INTO "sensor_day" ("day", "device", "committed", "duplicate", "quarantined", "lost", "readings")
     SELECT "day", "device", 0, 0, 0, "missing", 0
     FROM (SELECT "day", "device", SUM("to_seq" - "from_seq" + 1) AS "missing" FROM "gap" GROUP BY 1, 2) AS "missed"
     ON DUPLICATE KEY UPDATE "lost" = "missed"."missing"`,
  ],
}
