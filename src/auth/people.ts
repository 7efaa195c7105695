/**
 * Accounts of people. Each change and its entry for the audit log are one transaction. The last administrator is neither disabled nor given
 * another role: it could not be undone.
 */
import { hash, randomUUID } from 'node:crypto'
import { type Role, roles } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { noteEvent } from './access-events.ts'
import type { AuthDb } from './auth-db.ts'
import { hashPassword, isPassword } from './password.ts'
import { createPersonLinks } from './person-links.ts'

export interface Person {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: Role
  /** Undefined: all. */
  readonly sites: readonly string[] | undefined
  readonly isDisabled: boolean
  /** False: invited, and the link was not used yet. */
  readonly hasPassword: boolean
  readonly created: Instant
}

/** Who makes a change, as the audit log has it. */
export interface Actor {
  readonly name: string
  readonly account?: string | undefined
  /** Where the request came from; empty for a command. */
  readonly address: string
}

export class PersonFault extends Error {
  readonly code: 'E_PERSON_EXISTS' | 'E_PERSON_UNKNOWN' | 'E_LAST_ADMIN'
  constructor(code: PersonFault['code'], message: string) {
    super(message)
    this.code = code
  }
}

export type NewPerson = Pick<Person, 'name' | 'email' | 'role' | 'sites'>
export type PersonChange = Partial<Pick<Person, 'name' | 'role' | 'sites' | 'isDisabled'>>

export interface People {
  all(): readonly Person[]
  byId(id: string): Person | undefined
  byEmail(email: string): Person | undefined
  /** `also`: written with it or not at all. */
  add(person: NewPerson, by: Actor, also?: (person: Person) => void): Person
  /** A field that is absent stays as it is; `sites: undefined` given lifts the limit. `also`: written with it or not at all. */
  change(id: string, change: PersonChange, by: Actor, also?: () => void): Person
  /** The secret of a link to set a password; the one before it ends. */
  createLink(id: string, by: Actor): string
  /** Whose link this is, while it is valid. */
  ofLink(secret: string): Person | undefined
  /** Sets the password once; undefined where the link is not valid any more. */
  useLink(secret: string, password: string, by: Pick<Actor, 'address'>): Promise<Person | undefined>
  /** Ends the sessions of this person, but for the one with this hash. */
  setPassword(id: string, password: string, by: Actor, keptSession?: string): Promise<void>
  /** The same with what `hashPassword` has made of it. */
  setHash(id: string, hash: string, by: Actor, keptSession?: string): void
  /** Takes the same time whether there is such an account or not. */
  withPassword(email: string, password: string): Promise<Person | undefined>
  /** Changes whenever the password does; it is no secret. */
  passwordMark(id: string): string
  /** Called by the owner when the database has changed. */
  read(): void
}

type Row = Record<'id' | 'name' | 'email' | 'role', string> & {
  sites: string | null
  password: string | null
  disabled: number
  created: Instant
}

/** `onChange`: sessions may have ended. */
export function createPeople(auth: AuthDb, clock: Clock, onChange: () => void): People {
  const { db } = auth
  const links = createPersonLinks(auth, clock)
  const known = knownPeople(db)
  const { all, byId, byEmail, found, read } = known
  const edit = editing(auth, read, onChange)
  const { added, changed, store } = edits(auth, clock, known)

  return {
    ...{ all, byId, byEmail, read },
    add: (wanted, by, also) =>
      edit(() => {
        const person = added(wanted, by)
        also?.(person)
        return person
      }),
    change: (id, wanted, by, also) =>
      edit(() => {
        const person = changed(id, wanted, by)
        also?.()
        return person
      }),
    createLink: (id, by) =>
      edit(() => {
        const person = found(id)
        const secret = links.create(id)
        noteEvent(db, clock, by, { action: 'link-made', target: `user ${person.email}`, before: null, after: null })
        return secret
      }),
    ofLink(secret) {
      const id = links.find(secret) ?? ''
      // A command may have made both a moment ago.
      if (id !== '' && !byId(id)) read()
      const person = byId(id)
      return person?.isDisabled ? undefined : person
    },
    async useLink(secret, password, { address }) {
      const person = this.ofLink(secret)
      if (!person) return undefined
      const stored = await hashPassword(password)
      return edit(() => {
        if (!links.use(secret)) return undefined
        store(person.id, stored, { name: person.name, account: person.id, address })
        return person
      })
    },
    async setPassword(id, password, by, kept) {
      this.setHash(id, await hashPassword(password), by, kept)
    },
    setHash: (id, hash, by, kept) => edit(() => store(id, hash, by, kept)),
    passwordMark: (id) => hash('sha256', known.passwordOf(id) ?? ''),
    async withPassword(email, password) {
      const person = byEmail(email)
      const isRight = await isPassword(password, person && known.passwordOf(person.id))
      return isRight && person && !person.isDisabled ? person : undefined
    },
  }
}

/** Another process may have changed people meanwhile: they are read before and after. */
const editing =
  (auth: AuthDb, read: () => void, onChange: () => void) =>
  <T>(change: () => T): T => {
    const answer = auth.change(() => {
      read()
      return change()
    })
    read()
    onChange()
    return answer
  }

/** Who may manage users: one who is limited to sites may not. */
export const isWholeAdmin = ({ role, isDisabled, sites }: Person): boolean =>
  role === 'admin' && !isDisabled && sites === undefined

type Known = Pick<People, 'all' | 'byId' | 'byEmail' | 'read'> & {
  /** Throws where there is none. */
  found(id: string): Person
  passwordOf(id: string): string | undefined
}

/** As they were when the database was last read. */
function knownPeople(db: AuthDb['db']): Known {
  const select = db.prepare('SELECT * FROM person ORDER BY name, email')
  let known: readonly Person[] = []
  let passwords = new Map<string, string>()
  const read = () => {
    const rows = select.all() as unknown as Row[]
    known = rows.map(personOf)
    passwords = new Map(rows.flatMap(({ id, password }) => (password === null ? [] : [[id, password]])))
  }
  const byId = (id: string) => known.find((person) => person.id === id)
  read()
  return {
    ...{ all: () => known, byId, read },
    byEmail: (email) => known.find((person) => person.email.toLowerCase() === email.trim().toLowerCase()),
    found(id) {
      const person = byId(id)
      if (!person) throw new PersonFault('E_PERSON_UNKNOWN', `there is no user ${id}`)
      return person
    },
    passwordOf: (id) => passwords.get(id),
  }
}

/** Both within a transaction. */
function edits({ db }: AuthDb, clock: Clock, { found, byEmail, read, all }: Known) {
  return {
    store(id: string, password: string, by: Actor, kept = '') {
      db.prepare('UPDATE person SET password = ? WHERE id = ?').run(password, id)
      // A person who knew the password before is signed out.
      db.prepare('DELETE FROM session WHERE person = ? AND hash <> ?').run(id, kept)
      db.prepare('DELETE FROM link WHERE person = ?').run(id)
      noteEvent(db, clock, by, { action: 'password-set', target: `user ${found(id).email}`, before: null, after: null })
    },
    added({ name, email, role, sites }: NewPerson, by: Actor): Person {
      if (byEmail(email)) throw new PersonFault('E_PERSON_EXISTS', `there is a user ${email} already`)
      const id = randomUUID()
      const listed = sites === undefined ? null : JSON.stringify(sites)
      db.prepare('INSERT INTO person (id, name, email, role, sites, created) VALUES (?, ?, ?, ?, ?, ?)').run(
        ...[id, name, email.trim(), role, listed, clock.now()],
      )
      read()
      const person = found(id)
      noteEvent(db, clock, by, { action: 'user-added', target: `user ${email}`, before: null, after: shown(person) })
      return person
    },
    changed(id: string, wanted: PersonChange, by: Actor): Person {
      const before = found(id)
      const after = { ...before, ...wanted }
      if (isWholeAdmin(before) && !isWholeAdmin(after) && all().filter(isWholeAdmin).length === 1)
        throw new PersonFault('E_LAST_ADMIN', `${before.name} is the last administrator: make another one first`)
      db.prepare('UPDATE person SET name = ?, role = ?, sites = ?, disabled = ? WHERE id = ?').run(
        ...[after.name, after.role, after.sites ? JSON.stringify(after.sites) : null, Number(after.isDisabled), id],
      )
      // By hand: the provider does not undo it.
      if (wanted.isDisabled !== undefined) db.prepare('UPDATE identity SET lost = 0 WHERE person = ?').run(id)
      if (after.isDisabled)
        for (const table of ['session', 'link']) db.prepare(`DELETE FROM ${table} WHERE person = ?`).run(id)
      const target = `user ${before.email}`
      noteEvent(db, clock, by, { action: 'user-changed', target, before: shown(before), after: shown(after) })
      read()
      return found(id)
    },
  }
}

/** As the audit log shows it. */
const shown = ({ name, email, role, sites, isDisabled }: Person) => ({
  name,
  email,
  role,
  sites: sites ?? null,
  disabled: isDisabled,
})

/** A role of a later release has the least rights. */
const personOf = ({ id, name, email, role, sites, password, disabled, created }: Row): Person => ({
  ...{ id, name, email, role: roles.find((one) => one === role) ?? 'viewer' },
  sites: sites === null ? undefined : (JSON.parse(sites) as string[]),
  ...{ isDisabled: disabled !== 0, hasPassword: password !== null, created },
})
