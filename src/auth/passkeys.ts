/**
 * Passkeys (WebAuthn): a key in a phone, a computer or a stick, which signs for this address alone and asks its owner for a finger, face or PIN. So one
 * step is as good as password and code.
 *
 * A challenge is signed by this process, valid for minutes and of one use: nothing has to be kept for those who only ask for one, so a flood of them costs
 * no memory and pushes no other out.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { AccessAction } from '@baykeeper/contract/vocabulary.ts'
import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { Instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { noteEvent } from './access-events.ts'
import type { AuthDb } from './auth-db.ts'
import type { Actor, Person } from './people.ts'

/** Ed25519, ES256, RS256: what today's devices make. */
const supportedAlgorithmIDs = [-8, -7, -257]
const challengeMs = 300_000
export const passkeysMax = 20
const usedMax = 10_000

/** The address that keys are of. */
export interface RelyingParty {
  /** Host name. */
  readonly id: string
  /** With scheme and port. */
  readonly origin: string
}

export interface Passkey {
  readonly id: string
  readonly name: string
  readonly created: Instant
  readonly used: Instant | undefined
}

type Who = Pick<Person, 'id' | 'name' | 'email'>
type Options = Readonly<Record<string, unknown>>

export interface Passkeys {
  ofPerson(person: string): readonly Passkey[]
  /** How many each person has; none is left out. */
  counts(): ReadonlyMap<string, number>
  /** What the browser is asked to make a key with. */
  registration(who: Who, party: RelyingParty): Promise<Options>
  /** Undefined where the answer does not fit; nothing is stored then. */
  register(who: Who, party: RelyingParty, key: NewPasskey, by: Actor): Promise<Passkey | undefined>
  /** What the browser is asked to sign. No name is needed: the key names its person. */
  request(party: RelyingParty): Promise<Options>
  /** Id of the person whose key has signed. */
  signedBy(party: RelyingParty, response: AuthenticationResponseJSON): Promise<string | undefined>
  /** False where this person has no such key. */
  remove(who: Who, id: string, by: Actor): boolean
}

export interface NewPasskey {
  readonly name: string
  readonly response: RegistrationResponseJSON
}

export function createPasskeys({ db, change }: Pick<AuthDb, 'db' | 'change'>, clock: Pick<Clock, 'now'>): Passkeys {
  const challenges = createChallenges(clock)
  const { rowsOf, counts, note } = storedKeys(db, clock)
  return {
    ofPerson: (person) => rowsOf(person).map(passkeyOf),
    counts,
    async registration(who, { id }) {
      const options = await generateRegistrationOptions({
        ...{ rpName: 'Baykeeper', rpID: id, userName: who.email, userDisplayName: who.name },
        ...{ userID: Uint8Array.from(Buffer.from(who.id)), challenge: challenges.make(`register ${who.id}`) },
        ...{ attestationType: 'none', supportedAlgorithmIDs },
        excludeCredentials: rowsOf(who.id).map((row) => ({ id: row.id, transports: transportsOf(row) })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      return { ...options }
    },
    async register(who, party, { name, response }, by) {
      const credential = await registered(party, response, challenges.check(`register ${who.id}`))
      if (!credential) return undefined
      const { id, publicKey, counter, transports = [] } = credential
      return change(() => {
        const known = db.prepare('SELECT 1 FROM passkey WHERE id = ?').get(id)
        if (known || rowsOf(who.id).length >= passkeysMax) return undefined
        db.prepare('INSERT INTO passkey VALUES (?, ?, ?, ?, ?, ?, ?, NULL)').run(
          ...[id, who.id, name, publicKey, counter, transports.join(' '), clock.now()],
        )
        note(by, 'passkey-added', who, { before: null, after: { name } })
        return rowsOf(who.id)
          .map(passkeyOf)
          .find((key) => key.id === id)
      })
    },
    async request({ id }) {
      const challenge = challenges.make('sign in')
      return { ...(await generateAuthenticationOptions({ rpID: id, challenge, userVerification: 'required' })) }
    },
    async signedBy(party, response) {
      const row = db.prepare('SELECT * FROM passkey WHERE id = ?').get(response.id) as unknown as Row | undefined
      const handle = response.response.userHandle
      if (!row || typeof handle !== 'string' || Buffer.from(handle, 'base64url').toString() !== row.person)
        return undefined
      const counter = await verified(party, response, row, challenges.check('sign in'))
      if (counter === undefined) return undefined
      const used = db.prepare('UPDATE passkey SET counter = ?, used = ? WHERE id = ?').run(counter, clock.now(), row.id)
      return used.changes > 0 ? row.person : undefined
    },
    remove: (who, id, by) =>
      change(() => {
        const row = rowsOf(who.id).find((key) => key.id === id)
        if (!row) return false
        db.prepare('DELETE FROM passkey WHERE id = ?').run(id)
        note(by, 'passkey-removed', who, { before: { name: row.name }, after: null })
        return true
      }),
  }
}

function storedKeys(db: AuthDb['db'], clock: Pick<Clock, 'now'>) {
  return {
    rowsOf: (person: string) =>
      db.prepare('SELECT * FROM passkey WHERE person = ? ORDER BY created, id').all(person) as unknown as Row[],
    counts: () =>
      new Map(
        db
          .prepare('SELECT person, count(*) AS n FROM passkey GROUP BY person')
          .all()
          .map((row) => [String(row['person']), Number(row['n'])]),
      ),
    note: (by: Actor, action: AccessAction, who: Who, change: { readonly before: unknown; readonly after: unknown }) =>
      noteEvent(db, clock, by, { action, target: `user ${who.email}`, ...change }),
  }
}

interface Row {
  readonly id: string
  readonly person: string
  readonly name: string
  readonly public_key: Uint8Array<ArrayBuffer>
  readonly counter: number
  readonly transports: string
  readonly created: Instant
  readonly used: Instant | null
}

const passkeyOf = ({ id, name, created, used }: Row): Passkey => ({ id, name, created, used: used ?? undefined })

const transportsOf = ({ transports }: Row) =>
  transports.split(' ').filter((one) => one !== '') as AuthenticatorTransport[]

/** The library throws for everything that does not fit, also for what is no answer at all. */
async function registered(party: RelyingParty, response: RegistrationResponseJSON, check: Check) {
  try {
    const { verified: isRight, registrationInfo } = await verifyRegistrationResponse({
      ...{ response, expectedChallenge: check, expectedOrigin: party.origin, expectedRPID: party.id },
      ...{ requireUserVerification: true, supportedAlgorithmIDs },
    })
    return isRight ? registrationInfo.credential : undefined
  } catch {
    // Nothing is stored, and the caller reports it.
    return undefined
  }
}

/** The new counter; undefined where the signature, the address, the challenge or the counter is wrong. */
async function verified(party: RelyingParty, response: AuthenticationResponseJSON, row: Row, check: Check) {
  try {
    const { verified: isRight, authenticationInfo } = await verifyAuthenticationResponse({
      ...{ response, expectedChallenge: check, expectedOrigin: party.origin, expectedRPID: party.id },
      credential: { id: row.id, publicKey: row.public_key, counter: row.counter, transports: transportsOf(row) },
      requireUserVerification: true,
    })
    return isRight ? authenticationInfo.newCounter : undefined
  } catch {
    // The caller refuses the sign-in.
    return undefined
  }
}

type Check = (challenge: string) => boolean
const randomLength = 16
const timeLength = 8
const macLength = 32

/** Random, time, and what for, under a key of this process: a restart ends them. */
function createChallenges(clock: Pick<Clock, 'now'>) {
  const key = randomBytes(32)
  /** Until they are too old anyway. */
  const used = new Map<string, number>()
  const macOf = (head: Uint8Array, purpose: string) => createHmac('sha256', key).update(head).update(purpose).digest()
  return {
    make(purpose: string): Uint8Array<ArrayBuffer> {
      const time = Buffer.alloc(timeLength)
      time.writeDoubleLE(clock.now())
      const head = Buffer.concat([randomBytes(randomLength), time])
      return Uint8Array.from(Buffer.concat([head, macOf(head, purpose)]))
    },
    /** True once. */
    check:
      (purpose: string): Check =>
      (text) => {
        const bytes = Buffer.from(text, 'base64url')
        if (bytes.length !== randomLength + timeLength + macLength) return false
        const head = bytes.subarray(0, randomLength + timeLength)
        const at = head.readDoubleLE(randomLength)
        if (!timingSafeEqual(bytes.subarray(head.length), macOf(head, purpose))) return false
        if (clock.now() - at >= challengeMs || used.has(head.toString('hex'))) return false
        for (const [old, until] of used) if (clock.now() >= until) used.delete(old)
        if (used.size >= usedMax) return false
        used.set(head.toString('hex'), at + challengeMs)
        return true
      },
  }
}
