/**
 * Accounts of people who come by the provider. A person is matched by the subject that the provider gives (and by a verified e-mail only where the
 * setting allows it), has the role of the claims at each sign-in, and loses access when they hold none any more.
 */
import type { Clock } from '../../lib/clock.ts'
import { noteEvent } from '../access-events.ts'
import type { AuthDb } from '../auth-db.ts'
import { type Actor, isWholeAdmin, type People, type Person, PersonFault } from '../people.ts'
import { isSameSites } from '../principal.ts'
import type { Sessions } from '../sessions.ts'
import { OidcFault } from './oidc-fault.ts'
import type { ProvenPerson } from './provider.ts'
import { type MappedRole, roleByClaims } from './role-mapping.ts'
import type { OidcSettings } from './settings.ts'

export interface Identities {
  /** The account, made or brought up to date. Throws OidcFault where there is no access. */
  settle(proven: ProvenPerson, settings: OidcSettings, address: string): Person
  /** Persons who come by the provider. */
  all(): ReadonlySet<string>
}

interface Link {
  readonly person: string
  /** Disabled because the claims gave no role, and not by an administrator. */
  readonly isLost: boolean
}

export function createIdentities(auth: AuthDb, clock: Clock, people: People, sessions: Sessions): Identities {
  const { db } = auth
  const linkOf = ({ issuer, subject }: ProvenPerson): Link | undefined => {
    const row = db.prepare('SELECT person, lost FROM identity WHERE issuer = ? AND subject = ?').get(issuer, subject)
    return row && { person: String(row['person']), isLost: row['lost'] === 1 }
  }
  const link = ({ issuer, subject }: ProvenPerson, person: Person, by: Actor) => {
    db.prepare('INSERT INTO identity (issuer, subject, person, created) VALUES (?, ?, ?, ?)').run(
      ...[issuer, subject, person.id, clock.now()],
    )
    noteEvent(db, clock, by, {
      action: 'identity-linked',
      target: `user ${person.email}`,
      before: null,
      after: { issuer },
    })
  }
  const parts = { people, linkOf, link, change: auth.change, lose: losing({ db, people, sessions }) }
  return {
    all: () =>
      new Set(
        db
          .prepare('SELECT person FROM identity')
          .all()
          .map((row) => String(row['person'])),
      ),
    settle(proven, settings, address) {
      try {
        return settled(parts, { proven, settings, address })
      } catch (fault) {
        // A command has made or changed accounts in this moment.
        if (!(fault instanceof PersonFault)) throw fault
        throw new OidcFault(fault.code === 'E_LAST_ADMIN' ? 'last-admin' : 'taken', fault.message, { cause: fault })
      }
    },
  }
}

interface Parts {
  readonly people: People
  linkOf(proven: ProvenPerson): Link | undefined
  /** Within a transaction. */
  link(proven: ProvenPerson, person: Person, by: Actor): void
  change(edit: () => void): void
  lose(person: Person, by: Actor): void
}

interface Asked {
  readonly proven: ProvenPerson
  readonly settings: OidcSettings
  readonly address: string
}

function settled(parts: Parts, { proven, settings, address }: Asked): Person {
  const { people, linkOf, lose } = parts
  const known = linkOf(proven)
  const person = known && people.byId(known.person)
  const mapped = roleByClaims(proven.claims, settings)
  const by = { name: person?.name ?? nameOf(proven), account: person?.id, address }
  if (!mapped) {
    if (isLeftOut(proven.claims, settings.claim))
      throw new OidcFault(
        'too-many-groups',
        `the provider leaves out the claim ${settings.claim} of ${person?.email ?? proven.subject}, as it has too many values: let it name the groups of this application alone`,
      )
    if (person) lose(person, by)
    throw new OidcFault(
      'no-role',
      `the claim ${settings.claim} of ${person?.email ?? emailOf(proven) ?? proven.subject} has no value of signIn.oidc.roles`,
    )
  }
  if (!person) return begun(parts, { proven, settings, address }, mapped)
  if (person.isDisabled && !known.isLost) throw new OidcFault('disabled', `the account ${person.email} is disabled`)
  return withRole(people, person, mapped, by)
}

/** Entra ID gives no groups of a person who has more than 200: what they are is not known then, and nothing is taken away. */
const isLeftOut = ({ _claim_names: names, hasgroups }: ProvenPerson['claims'], claim: string): boolean =>
  (typeof names === 'object' && names !== null && Object.hasOwn(names, claim)) ||
  (claim === 'groups' && hasgroups === true)

/** The first sign-in of a subject. */
function begun({ people, link, change }: Parts, { proven, settings, address }: Asked, mapped: MappedRole): Person {
  const email = emailOf(proven)
  if (email === undefined)
    throw new OidcFault('no-email', `the provider gives no e-mail address of ${proven.subject}: add the scope email`)
  const taken = people.byEmail(email)
  const by = { name: nameOf(proven), address }
  if (!taken) {
    const { role, sites } = mapped
    return people.add({ name: nameOf(proven), email, role, sites }, by, (person) =>
      link(proven, person, { ...by, account: person.id }),
    )
  }
  if (!settings.matchEmail || proven.claims['email_verified'] !== true)
    throw new OidcFault('taken', `there is an account ${email} already, which is not of this subject`)
  if (taken.isDisabled) throw new OidcFault('disabled', `the account ${email} is disabled`)
  change(() => link(proven, taken, { ...by, account: taken.id }))
  return withRole(people, taken, mapped, { ...by, account: taken.id })
}

function withRole(people: People, person: Person, { role, sites }: MappedRole, by: Actor): Person {
  const isSame = person.role === role && isSameSites(person.sites, sites) && !person.isDisabled
  if (isSame) return person
  if (isLastAdmin(people, person) && (role !== 'admin' || sites !== undefined))
    throw new OidcFault('last-admin', `${person.email} is the last administrator, and the claims say another role`)
  return people.change(person.id, { role, sites, isDisabled: false }, by)
}

const isLastAdmin = (people: People, person: Person) =>
  isWholeAdmin(person) && people.all().filter(isWholeAdmin).length === 1

/** The last administrator stays, so that somebody can put it right; the sessions end in both cases. */
function losing({ db, people, sessions }: { db: AuthDb['db']; people: People; sessions: Sessions }) {
  return (person: Person, by: Actor) => {
    for (const { id } of sessions.ofPerson(person.id)) sessions.end(person.id, id)
    if (person.isDisabled || isLastAdmin(people, person)) return
    people.change(person.id, { isDisabled: true }, by, () => {
      db.prepare('UPDATE identity SET lost = 1 WHERE person = ?').run(person.id)
    })
  }
}

const nameCharsMax = 64

function nameOf({ claims, subject }: ProvenPerson): string {
  const found = ['name', 'preferred_username', 'email']
    .map((name) => claims[name])
    .find((value) => typeof value === 'string' && value.trim() !== '')
  const text = String(found ?? subject)
    .replace(/\p{C}+/gu, ' ')
    .trim()
  return [...text].slice(0, nameCharsMax).join('') || 'unnamed'
}

function emailOf({ claims: { email } }: ProvenPerson): string | undefined {
  return typeof email === 'string' && email.length <= 254 && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email)
    ? email
    : undefined
}
