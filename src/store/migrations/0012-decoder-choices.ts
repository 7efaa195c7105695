/**
 * Decoders that operators chose for devices. And hardware ids in their normal form (domain/hardware-id.ts): a device that was stored in lower
 * case or with separators goes on under the normal id, unless there is one of that id already.
 */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'

const hex = '[0-9A-Fa-f]'
const hexDigits = (n: number) => hex.repeat(n)
const groups = (digits: number, separator: string) =>
  Array.from({ length: 16 / digits }, () => hexDigits(digits)).join(separator)
/** As SQLite's GLOB and, anchored, as a regular expression. A dot and a hyphen stand in brackets: for themselves in both. */
const spellings = [groups(16, ''), ...[':', '[-]', '[.]', ' '].flatMap((by) => [groups(2, by), groups(4, by)])]
/** Quoted: a reserved word of recent MySQL releases. SQLite reads these quotes too. */
const external = '`external`'
const normal = `UPPER(REPLACE(REPLACE(REPLACE(REPLACE(${external}, ':', ''), '-', ''), '.', ''), ' ', ''))`

export const decoderChoices: Migration = {
  version: 12,
  name: '0012-decoder-choices',
  sqlite: [
    `CREATE TABLE decoder_choice (
      source TEXT NOT NULL, external TEXT NOT NULL, decoder TEXT NOT NULL, author TEXT NOT NULL, chosen INTEGER NOT NULL,
      PRIMARY KEY (source, external)
    ) STRICT, WITHOUT ROWID`,
    ...spellings.map(
      (glob) =>
        `UPDATE OR IGNORE device SET ${external} = ${normal} WHERE ${external} GLOB '${glob}' AND ${external} <> ${normal}`,
    ),
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS \`decoder_choice\` (
      \`source\` VARCHAR(128) NOT NULL, ${external} VARCHAR(128) NOT NULL, \`decoder\` VARCHAR(128) NOT NULL,
      \`author\` VARCHAR(256) NOT NULL, \`chosen\` BIGINT NOT NULL,
      PRIMARY KEY (\`source\`, ${external})
    ) ${inno}`,
    ...spellings.map(
      (form) =>
        `UPDATE IGNORE \`device\` SET ${external} = ${normal} WHERE ${external} REGEXP '^${form}$' AND ${external} <> ${normal}`,
    ),
  ],
}
