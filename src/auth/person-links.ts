/** Links by which a person sets a password: one of each person is valid at a time, once. `auth.db` holds their hashes. */
import { hash, randomBytes } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { AuthDb } from './auth-db.ts'

/** A link that was not used within this time is void. */
export const linkMs = 3 * 24 * 3_600_000

export interface PersonLinks {
  /** The secret; the link before it ends. */
  create(person: string): string
  /** Id of the person whose link this is, while it is valid. */
  find(secret: string): string | undefined
  /** False where it was used before. */
  use(secret: string): boolean
}

export function createPersonLinks({ db }: Pick<AuthDb, 'db'>, clock: Clock): PersonLinks {
  return {
    create(person) {
      const secret = randomBytes(32).toString('base64url')
      db.prepare('DELETE FROM link WHERE person = ?').run(person)
      db.prepare('INSERT INTO link VALUES (?, ?, ?)').run(hash('sha256', secret), person, clock.now() + linkMs)
      return secret
    },
    find(secret) {
      const row = db.prepare('SELECT person, expires FROM link WHERE hash = ?').get(hash('sha256', secret))
      return row && clock.now() < Number(row['expires']) ? String(row['person']) : undefined
    },
    use: (secret) => db.prepare('DELETE FROM link WHERE hash = ?').run(hash('sha256', secret)).changes > 0,
  }
}
