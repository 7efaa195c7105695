/**
 * Sessions of browsers, on the server: the cookie is a random secret, and `auth.db` holds its hash. A request looks into memory alone; what another
 * process ends (a user disabled by a command) ends here within a second.
 */
import { hash, randomBytes } from 'node:crypto'
import type { Instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import type { AuthDb } from './auth-db.ts'

export const sessionMs = 30 * 24 * 3_600_000
/** Unused for so long it ends. */
const idleMs = 7 * 24 * 3_600_000
/** How often the use of a session is written. */
const noteMs = 60_000
const sessionsOfOneMax = 50
const agentCharsMax = 200

export interface Session {
  /** First part of the hash: names it, and opens nothing. */
  readonly id: string
  readonly hash: string
  readonly person: string | null
  /** Of the API key that signed in: the session ends with it. */
  readonly key: string | null
  readonly created: Instant
  used: Instant
  readonly expires: Instant
  readonly address: string
  readonly agent: string
  /** Begun with a second factor. */
  readonly isStrong: boolean
}

export interface NewSession {
  readonly person?: string
  readonly key?: string
  readonly address: string
  readonly agent: string
  readonly isStrong?: boolean
}

export interface Sessions {
  /** The value of the cookie; it is kept nowhere. */
  open(session: NewSession): string
  find(cookie: string): Session | undefined
  ofPerson(person: string): readonly Session[]
  /** False where there is none of this person. */
  end(person: string, id: string): boolean
  endHash(hash: string): void
  read(): void
  /** Writes when sessions were used last. */
  note(): void
}

export function createSessions({ db, change }: AuthDb, clock: Clock): Sessions {
  const remove = db.prepare('DELETE FROM session WHERE hash = ?')
  const known = knownSessions(db)
  const { dirty, read } = known
  const isOver = ({ expires, used }: Session) => clock.now() >= expires || clock.now() - used >= idleMs
  const ofPerson = (person: string) =>
    [...known.all()]
      .filter((session) => session.person === person && !isOver(session))
      .toSorted((a, b) => b.used - a.used)
  const end = (hashes: readonly string[]) => {
    if (hashes.length > 0)
      change(() => {
        for (const one of hashes) remove.run(one)
      })
    read()
  }

  return {
    open({ person = null, key = null, address, agent, isStrong = false }) {
      const secret = randomBytes(32).toString('base64url')
      const now = clock.now()
      const over = [...known.all()].filter(isOver).map((session) => session.hash)
      const surplus = person === null ? [] : ofPerson(person).slice(sessionsOfOneMax - 1)
      change(() => {
        for (const one of [...over, ...surplus.map((session) => session.hash)]) remove.run(one)
        db.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
          ...[hash('sha256', secret), person, key, now, now, now + sessionMs, address, agent.slice(0, agentCharsMax)],
          Number(isStrong),
        )
      })
      read()
      return secret
    },
    find(cookie) {
      const session = known.byHash(hash('sha256', cookie))
      if (!session || isOver(session)) return undefined
      if (clock.now() - session.used >= noteMs) {
        session.used = clock.now()
        dirty.add(session)
      }
      return session
    },
    ofPerson,
    end(person, id) {
      const session = ofPerson(person).find((one) => one.id === id)
      if (session) end([session.hash])
      return session !== undefined
    },
    endHash: (one) => end([one]),
    read,
    note() {
      if (dirty.size === 0) return
      change(() => {
        for (const { hash: of, used } of dirty) db.prepare('UPDATE session SET used = ? WHERE hash = ?').run(used, of)
      })
      dirty.clear()
    },
  }
}

/** As they were when the database was last read, with later uses. */
function knownSessions(db: AuthDb['db']) {
  const select = db.prepare('SELECT * FROM session')
  let known = new Map<string, Session>()
  const dirty = new Set<Session>()
  function read() {
    const used = new Map([...dirty].map((session) => [session.hash, session.used]))
    dirty.clear()
    known = new Map((select.all() as unknown as Row[]).map((row) => [row.hash, sessionOf(row, used.get(row.hash))]))
    for (const of of used.keys()) {
      const session = known.get(of)
      if (session) dirty.add(session)
    }
  }
  read()
  /** `dirty`: used since that was written. */
  return { dirty, read, all: () => known.values(), byHash: (hash: string) => known.get(hash) }
}

type Row = Omit<Session, 'id' | 'key' | 'isStrong'> & { readonly key_hash: string | null; readonly strong: number }

const idChars = 16

/** `used`: later than what is stored. */
const sessionOf = ({ key_hash: key, strong, ...row }: Row, used = row.used): Session => ({
  ...row,
  ...{ key, used, isStrong: strong !== 0, id: row.hash.slice(0, idChars) },
})
