/**
 * Codes from an app beside the password (TOTP, RFC 6238), and recovery codes for the day the phone is lost.
 *
 * - A code counts once: the step of the last one is stored, and no earlier or equal step counts again (RFC 6238, 5.2).
 * - A recovery code counts once; `auth.db` holds hashes. They have 80 random bits, so a plain hash cannot be guessed from.
 * - An enrolment counts from its first right code on: a person who scanned nothing is not locked out.
 */
import { hash, randomBytes } from 'node:crypto'
import type { AccessAction } from '@baykeeper/contract/vocabulary.ts'
import { Secret, TOTP } from 'otpauth'
import { type Instant, instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { dayMs } from '../lib/utc-day.ts'
import { noteEvent } from './access-events.ts'
import type { AuthDb } from './auth-db.ts'
import type { Actor, Person } from './people.ts'

const stepMs = 30_000
/** Clocks of phones differ: the step before and the one behind count too. */
const stepsAside = 1
const secretBytes = 20
const recoveryCodes = 10
const recoveryBytes = 10
/** Within a day. */
export const wrongCodesMax = 50

export interface Enrolment {
  /** Base32, as an app takes it by hand. */
  readonly secret: string
  /** `otpauth://…`, as an app takes it by picture. */
  readonly uri: string
}

type Who = Pick<Person, 'id' | 'name' | 'email'>

export interface SecondFactors {
  has(person: string): boolean
  /** Persons who have one. */
  all(): ReadonlySet<string>
  recoveryLeft(person: string): number
  /** A new secret, which counts once it is confirmed; the one before it, if it was confirmed, counts until then. */
  begin(person: Who): Enrolment
  /** The enrolment that waits for its first code. */
  waiting(person: Who): Enrolment | undefined
  /** The recovery codes; undefined where the code is wrong or no enrolment waits. Ends the sessions of this person, but for the one with this hash. */
  confirm(person: Who, code: string, by: Actor, keptSession?: string): readonly string[] | undefined
  /** Uses up a code of the app or a recovery code. A wrong one counts; beyond those of a day no code is right. */
  use(person: Who, code: string, by: Actor): boolean
  /** Too many wrong codes within a day: until when no code is right. */
  blockedUntil(person: string): Instant | undefined
  /** New recovery codes in place of all before; undefined where there is no second factor. */
  renewRecovery(person: Who, by: Actor): readonly string[] | undefined
  /** False where there was none. */
  remove(person: Who, by: Actor): boolean
}

export function createSecondFactors(
  { db, change }: Pick<AuthDb, 'db' | 'change'>,
  clock: Pick<Clock, 'now'>,
  onChange: () => void,
): SecondFactors {
  const kept = storedFactors(db, clock)
  const wrong = wrongCodes(db, clock)
  const { has, rowOf, newRecovery, left } = kept
  const edit = <T>(work: () => T): T => {
    const answer = change(work)
    onChange()
    return answer
  }
  return {
    ...{ has, recoveryLeft: left },
    all: () => new Set(confirmedIn(db)),
    begin(who) {
      const secret = randomBase32(secretBytes)
      change(() => {
        db.prepare('DELETE FROM totp WHERE person = ? AND confirmed = 0').run(who.id)
        db.prepare('INSERT INTO totp VALUES (?, 0, ?, 0, ?)').run(who.id, secret, clock.now())
      })
      return enrolmentOf(who, secret)
    },
    waiting(who) {
      const row = rowOf(who.id, false)
      return row && enrolmentOf(who, row.secret)
    },
    confirm(who, code, by, keptSession = '') {
      const row = rowOf(who.id, false)
      const step = row && stepOf(row.secret, code, clock.now())
      return step === undefined ? undefined : edit(() => kept.confirm(who, step, by, keptSession))
    },
    blockedUntil: wrong.blockedUntil,
    use: (who, code, by) =>
      change(() => {
        if (!has(who.id) || wrong.blockedUntil(who.id) !== undefined) return false
        const isRight = kept.useOfApp(who.id, code) || kept.useRecovery(who, code, by)
        if (isRight) wrong.forget(who.id)
        else if (wrong.count(who.id) === wrongCodesMax) kept.note(by, 'second-factor-blocked', who)
        return isRight
      }),
    renewRecovery: (who, by) =>
      change(() => {
        if (!has(who.id)) return undefined
        kept.note(by, 'recovery-codes-made', who)
        return newRecovery(who.id)
      }),
    remove: (who, by) =>
      edit(() => {
        if (!has(who.id)) return false
        for (const table of ['totp', 'recovery', 'wrong_code'])
          db.prepare(`DELETE FROM ${table} WHERE person = ?`).run(who.id)
        kept.note(by, 'second-factor-removed', who)
        return true
      }),
  }
}

const confirmedIn = (db: AuthDb['db']): string[] =>
  db
    .prepare('SELECT person FROM totp WHERE confirmed = 1')
    .all()
    .map((row) => String(row['person']))

/** By person, over all sign-ins: who knows the password guesses at a code of a million for years at this rate. Kept over restarts. */
function wrongCodes(db: AuthDb['db'], clock: Pick<Clock, 'now'>) {
  const rowOf = (person: string) => {
    const row = db.prepare('SELECT count, since FROM wrong_code WHERE person = ?').get(person)
    return row && clock.now() - Number(row['since']) < dayMs
      ? { count: Number(row['count']), since: Number(row['since']) }
      : undefined
  }
  return {
    count(person: string): number {
      const { count, since } = rowOf(person) ?? { count: 0, since: clock.now() }
      db.prepare('INSERT OR REPLACE INTO wrong_code VALUES (?, ?, ?)').run(person, count + 1, since)
      return count + 1
    },
    blockedUntil(person: string): Instant | undefined {
      const row = rowOf(person)
      return row && row.count >= wrongCodesMax ? instant(row.since + dayMs) : undefined
    },
    forget: (person: string) => void db.prepare('DELETE FROM wrong_code WHERE person = ?').run(person),
  }
}

/** Steps within a transaction, and what is read. */
function storedFactors(db: AuthDb['db'], clock: Pick<Clock, 'now'>) {
  const note = (by: Actor, action: AccessAction, who: Who, after: unknown = null) =>
    noteEvent(db, clock, by, { action, target: `user ${who.email}`, before: null, after })
  const rowOf = (person: string, isConfirmed: boolean) =>
    db.prepare('SELECT secret, step FROM totp WHERE person = ? AND confirmed = ?').get(person, Number(isConfirmed)) as
      | Row
      | undefined
  const left = (person: string) =>
    Number(db.prepare('SELECT count(*) AS n FROM recovery WHERE person = ?').get(person)?.['n'])
  function newRecovery(person: string): readonly string[] {
    db.prepare('DELETE FROM recovery WHERE person = ?').run(person)
    const codes = Array.from({ length: recoveryCodes }, recoveryCode)
    for (const code of codes) db.prepare('INSERT INTO recovery VALUES (?, ?)').run(hashOf(person, code), person)
    return codes
  }
  return {
    ...{ note, rowOf, left, newRecovery },
    has: (person: string) => rowOf(person, true) !== undefined,
    confirm(who: Who, step: number, by: Actor, keptSession: string): readonly string[] {
      db.prepare('DELETE FROM totp WHERE person = ? AND confirmed = 1').run(who.id)
      db.prepare('UPDATE totp SET confirmed = 1, step = ? WHERE person = ?').run(step, who.id)
      db.prepare('DELETE FROM session WHERE person = ? AND hash <> ?').run(who.id, keptSession)
      db.prepare('UPDATE session SET strong = 1 WHERE hash = ?').run(keptSession)
      note(by, 'second-factor-set', who)
      return newRecovery(who.id)
    },
    useOfApp(person: string, code: string): boolean {
      const row = rowOf(person, true)
      const step = row && stepOf(row.secret, code, clock.now())
      if (step === undefined) return false
      const used = db.prepare('UPDATE totp SET step = ? WHERE person = ? AND confirmed = 1 AND step < ?')
      return used.run(step, person, step).changes > 0
    },
    useRecovery(who: Who, code: string, by: Actor): boolean {
      if (db.prepare('DELETE FROM recovery WHERE hash = ?').run(hashOf(who.id, code)).changes === 0) return false
      note(by, 'recovery-code-used', who, { left: left(who.id) })
      return true
    },
  }
}

interface Row {
  readonly secret: string
  readonly step: number
}

const appOf = (secret: string, email: string) =>
  new TOTP({ issuer: 'Baykeeper', label: email, secret: Secret.fromBase32(secret), period: stepMs / 1_000, digits: 6 })

const enrolmentOf = ({ email }: Who, secret: string): Enrolment => ({ secret, uri: appOf(secret, email).toString() })

/** The step that the code is of; undefined where it is of none near now. */
function stepOf(secret: string, code: string, now: number): number | undefined {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = appOf(secret, '').validate({ token, timestamp: now, window: stepsAside })
  return delta === null ? undefined : Math.floor(now / stepMs) + delta
}

/** `abcd-efgh-ijkl-mnop`. */
const recoveryCode = () =>
  randomBase32(recoveryBytes)
    .toLowerCase()
    .replaceAll(/.{4}(?=.)/g, '$&-')

const randomBase32 = (bytes: number) => new Secret({ buffer: Uint8Array.from(randomBytes(bytes)).buffer }).base32

/** Of the person too: a code of one opens nothing of another. */
const hashOf = (person: string, code: string) =>
  hash('sha256', `${person} ${code.toLowerCase().replaceAll(/[^a-z2-7]/g, '')}`)
