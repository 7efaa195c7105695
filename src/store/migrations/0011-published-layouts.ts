/**
 * A layout is published through the journal: its row names the record, author and comment, and holds the JSON packed. Those saved before
 * stay as they are, with no record.
 */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'
const columns = '"version", "journal", "record", "created", "author", "comment", "layout"'

export const publishedLayouts: Migration = {
  version: 11,
  name: '0011-published-layouts',
  sqlite: [
    `CREATE TABLE layout_published (
      version INTEGER PRIMARY KEY, journal TEXT, record INTEGER, created INTEGER NOT NULL, author TEXT NOT NULL,
      comment TEXT NOT NULL, layout BLOB NOT NULL
    ) STRICT`,
    `INSERT INTO layout_published (${columns})
     SELECT version, NULL, NULL, created, author, '', CAST(layout AS BLOB) FROM layout`,
    'DROP TABLE layout',
    'ALTER TABLE layout_published RENAME TO layout',
  ],
  // An ALTER that is repeated fails: a table beside it does not. Repeated after the rename it copies its own rows.
  mysql: [
    'DROP TABLE IF EXISTS "layout_before"',
    'DROP TABLE IF EXISTS "layout_published"',
    `CREATE TABLE "layout_published" (
      "version" BIGINT NOT NULL, "journal" VARCHAR(64), "record" BIGINT, "created" BIGINT NOT NULL, "author" VARCHAR(128) NOT NULL,
      "comment" VARCHAR(512) NOT NULL, "layout" LONGBLOB NOT NULL,
      PRIMARY KEY ("version")
    ) ${inno}`,
    `INSERT INTO "layout_published" (${columns}) SELECT "version", NULL, NULL, "created", "author", '', "layout" FROM "layout"`,
    'RENAME TABLE "layout" TO "layout_before", "layout_published" TO "layout"',
    'DROP TABLE "layout_before"',
  ],
}
