/** Accounts, sessions and the use of keys, as one process knows them: read again whenever another process has changed them. */
import type { Role } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type AccessEvent, dropEvent, type NotedEvent, nextEvent, noteEvent, waitingEvents } from './access-events.ts'
import { openAuthDb } from './auth-db.ts'
import { createKeyUses } from './key-uses.ts'
import type { Keyring } from './keyring.ts'
import { createIdentities, type Identities } from './oidc/identities.ts'
import { createPasskeys, type Passkeys } from './passkeys.ts'
import { type Actor, createPeople, isWholeAdmin, type People, type Person } from './people.ts'
import type { Principal } from './principal.ts'
import { createPublicAccess, type PublicAccess } from './public-access.ts'
import { createSecondFactors, type SecondFactors } from './second-factors.ts'
import { createSessions, type Session, type Sessions } from './sessions.ts'

/** As for the keys: what another process changes counts within a second. */
const lookMs = 500
const noteMs = 60_000

export interface Accounts extends Disposable {
  readonly people: People
  readonly sessions: Sessions
  readonly factors: SecondFactors
  readonly passkeys: Passkeys
  readonly identities: Identities
  readonly publicAccess: PublicAccess
  /** False before the first administrator exists: then the setup link makes one. */
  hasAdmin(): boolean
  /** Whether the rules ask this person for a second factor. */
  needsFactor(person: Pick<Person, 'role'>): boolean
  /** Who a cookie stands for. */
  ofCookie(
    cookie: string,
    keyring: Pick<Keyring, 'apiKeyOfHash'>,
  ): { session: Session; principal: Principal } | undefined
  /** Something about access that is no change of a person. */
  note(by: Actor, event: AccessEvent): void
  /** Publishes what was noted, in order; ends at the first that cannot be. */
  publishEvents(publish: (event: NotedEvent) => Promise<unknown>): Promise<void>
  /** Noted and not published yet: the audit log does not have them. */
  eventsWaiting(): number
  keyUsed(hash: string): void
  keyLastUsed(hash: string): Instant | undefined
}

export interface AccountRules {
  /** Persons of these roles sign in with a second factor only. */
  readonly secondFactorFor?: readonly Role[]
}

export function openAccounts(
  dataDir: string,
  clock: Clock = systemClock,
  { secondFactorFor = [] }: AccountRules = {},
): Accounts {
  const auth = openAuthDb(dataDir)
  const { db } = auth
  const sessions = createSessions(auth, clock)
  const people = createPeople(auth, clock, sessions.read)
  const factors = createSecondFactors(auth, clock, sessions.read)
  const keyUses = createKeyUses(auth)
  const publicAccess = createPublicAccess(auth, clock)
  let stamp = auth.stamp()
  let publishing: Promise<void> | undefined

  function look() {
    const now = auth.stamp()
    if (now === stamp) return
    stamp = now
    people.read()
    sessions.read()
    publicAccess.read()
  }
  function flush() {
    sessions.note()
    keyUses.write()
  }
  const timers = [setInterval(look, lookMs).unref(), setInterval(flush, noteMs).unref()]

  async function publishAll(publish: (event: NotedEvent) => Promise<unknown>) {
    for (let next = nextEvent(db); next; next = nextEvent(db)) {
      await publish(next.event)
      dropEvent(db, next.number)
    }
  }

  return {
    ...{ people, sessions, factors, passkeys: createPasskeys(auth, clock) },
    identities: createIdentities(auth, clock, people, sessions),
    publicAccess,
    needsFactor: ({ role }) => secondFactorFor.includes(role),
    hasAdmin: () => people.all().some((person) => isWholeAdmin(person) && person.hasPassword),
    ofCookie: (cookie, keyring) => ownerOf({ people, sessions, secondFactorFor }, cookie, keyring),
    note: (by, event) => auth.change(() => noteEvent(db, clock, by, event)),
    async publishEvents(publish) {
      publishing ??= publishAll(publish).finally(() => {
        publishing = undefined
      })
      await publishing
    },
    eventsWaiting: () => waitingEvents(db),
    keyUsed: (hash) => keyUses.used(hash, clock.now()),
    keyLastUsed: (hash) => keyUses.last(hash),
    [Symbol.dispose]() {
      for (const timer of timers) clearInterval(timer)
      flush()
      auth[Symbol.dispose]()
    },
  }
}

export const principalOfPerson = ({ id, name, role, sites }: Person): Principal => ({
  ...{ name, scopes: [], role, account: id },
  ...(sites ? { sites } : {}),
})

function ownerOf(
  { people, sessions, secondFactorFor }: Pick<Accounts, 'people' | 'sessions'> & Required<AccountRules>,
  cookie: string,
  keyring: Pick<Keyring, 'apiKeyOfHash'>,
): ReturnType<Accounts['ofCookie']> {
  const session = sessions.find(cookie)
  if (!session) return undefined
  if (session.key !== null) {
    const principal = keyring.apiKeyOfHash(session.key)
    return principal && { session, principal }
  }
  const person = people.byId(session.person ?? '')
  if (!person || person.isDisabled) return undefined
  // Of a session from before the rule, and of a person whose role is new.
  if (!session.isStrong && secondFactorFor.includes(person.role)) return undefined
  return { session, principal: principalOfPerson(person) }
}
