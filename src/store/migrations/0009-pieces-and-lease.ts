/** The rest of large dead letters, in pieces that fit any server's packet; and which server works on this database. See docs/schema.md. */
import type { Migration } from './migration.ts'

const inno = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC'

export const piecesAndLease: Migration = {
  version: 9,
  name: '0009-pieces-and-lease',
  sqlite: [
    `CREATE TABLE dead_letter_piece (
      pos INTEGER NOT NULL, idx INTEGER NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL,
      PRIMARY KEY (pos, idx, piece)
    ) STRICT`,
    `CREATE TABLE server_lease (
      id INTEGER PRIMARY KEY, owner TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, place TEXT NOT NULL,
      begun INTEGER NOT NULL, beat INTEGER NOT NULL
    ) STRICT`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS dead_letter_piece (
      pos BIGINT NOT NULL, idx INT NOT NULL, piece INT NOT NULL, bytes LONGBLOB NOT NULL,
      PRIMARY KEY (pos, idx, piece)
    ) ${inno}`,
    `CREATE TABLE IF NOT EXISTS server_lease (
      id INT NOT NULL, owner VARCHAR(64) NOT NULL, host VARCHAR(255) NOT NULL, pid BIGINT NOT NULL, place TEXT NOT NULL,
      begun BIGINT NOT NULL, beat BIGINT NOT NULL,
      PRIMARY KEY (id)
    ) ${inno}`,
  ],
}
