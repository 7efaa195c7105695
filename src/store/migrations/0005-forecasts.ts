/** Forecasts: the newest of each site as pages show it, all of them as issued, how good they were, and trainings. See docs/schema.md. */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'

export const forecasts: Migration = {
  version: 5,
  name: '0005-forecasts',
  sqlite: [
    `CREATE TABLE forecast_shown (
      site TEXT PRIMARY KEY, issued INTEGER NOT NULL, document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
    // With a rowid: the bodies are long, and a look for old ones reads the keys alone.
    `CREATE TABLE forecast_issued (
      site TEXT NOT NULL, origin INTEGER NOT NULL, issued INTEGER NOT NULL, model TEXT NOT NULL, head TEXT NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (site, origin)
    ) STRICT`,
    `CREATE TABLE forecast_quality (
      site TEXT PRIMARY KEY, scored INTEGER NOT NULL, document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE training (
      id INTEGER PRIMARY KEY, asked INTEGER NOT NULL, author TEXT NOT NULL, state TEXT NOT NULL, started INTEGER,
      ended INTEGER, beat INTEGER NOT NULL, progress TEXT, detail TEXT NOT NULL
    ) STRICT`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS "forecast_shown" (
      "site" VARCHAR(128) NOT NULL, "issued" BIGINT NOT NULL, "document" LONGTEXT NOT NULL,
      PRIMARY KEY ("site")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "forecast_issued" (
      "site" VARCHAR(128) NOT NULL, "origin" BIGINT NOT NULL, "issued" BIGINT NOT NULL, "model" VARCHAR(64) NOT NULL,
      "head" MEDIUMTEXT NOT NULL, "body" MEDIUMBLOB NOT NULL,
      PRIMARY KEY ("site", "origin")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "forecast_quality" (
      "site" VARCHAR(128) NOT NULL, "scored" BIGINT NOT NULL, "document" LONGTEXT NOT NULL,
      PRIMARY KEY ("site")
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS "training" (
      "id" BIGINT NOT NULL AUTO_INCREMENT, "asked" BIGINT NOT NULL, "author" VARCHAR(128) NOT NULL, "state" VARCHAR(16) NOT NULL,
      "started" BIGINT, "ended" BIGINT, "beat" BIGINT NOT NULL, "progress" TEXT, "detail" TEXT NOT NULL,
      PRIMARY KEY ("id")
    ) ${inno}`,
  ],
}
