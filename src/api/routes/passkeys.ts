/** Passkeys: those of the own account, and signing in with one. */
import type { accountRoutes } from '@baykeeper/contract/routes/accounts.ts'
import type { signInRoutes } from '@baykeeper/contract/routes/sign-in.ts'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Passkey, passkeysMax, type RelyingParty } from '../../auth/passkeys.ts'
import type { Person } from '../../auth/people.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'
import { relyingParty } from '../relying-party.ts'
import { requireSameOrigin } from '../security.ts'
import { addressed, type SignInLimit } from '../sign-in-limit.ts'
import { iso } from '../wire.ts'
import type { OwnParts } from './accounts.ts'

type Own = Pick<typeof accountRoutes, 'passkeys' | 'beginPasskey' | 'addPasskey' | 'removePasskey'>

/** A person without a password proves by a session that has just begun who asks. */
const freshMs = 600_000

export function ownPasskeyHandlers(context: RouteContext, parts: OwnParts): Handlers<Own> {
  const { publicUrl, clock } = context
  const { passkeys } = context.accounts
  const { personOf, actorOf, requirePassword } = parts
  const partyOf = (request: FastifyRequest) => {
    const party = relyingParty(publicUrl, request)
    if (party) return party
    throw new ProblemError(
      409,
      'passkeys need a host name and TLS: set publicUrl in the configuration to the address that people open',
      { code: 'E_NO_PASSKEYS' },
    )
  }
  return {
    passkeys: ({ principal, request }) => ({
      items: passkeys.ofPerson(principal?.account ?? '').map(onWire),
      next: null,
      available: relyingParty(publicUrl, request) !== undefined,
    }),
    async beginPasskey({ body: { password }, principal, request, reply }) {
      reply.header('cache-control', 'no-store')
      const person = personOf(principal?.account)
      const party = partyOf(request)
      if (passkeys.ofPerson(person.id).length >= passkeysMax)
        throw new ProblemError(409, `there are ${passkeysMax} passkeys: remove one first`, { code: 'E_FULL' })
      if (person.hasPassword) await requirePassword(person, password ?? '', request, 'password')
      else if (clock.now() - (request.session?.created ?? 0) > freshMs)
        throw new ProblemError(409, 'you signed in too long ago: sign in again first', { code: 'E_SIGN_IN_AGAIN' })
      return await passkeys.registration(person, party)
    },
    async addPasskey({ body: { name, response }, principal, request }) {
      const person = personOf(principal?.account)
      const key = { name: name.trim(), response: response as unknown as RegistrationResponseJSON }
      const added = await passkeys.register(person, partyOf(request), key, actorOf(person, request))
      if (added) return onWire(added)
      throw new ProblemError(409, 'this passkey does not fit, is known already, or took too long: nothing was added', {
        code: 'E_PASSKEY',
      })
    },
    removePasskey({ params: { id }, principal, request, reply }) {
      const person = personOf(principal?.account)
      if (!passkeys.remove(person, id, actorOf(person, request)))
        throw new ProblemError(404, 'there is no such passkey of this account')
      return reply.code(204).send()
    },
  }
}

const onWire = ({ id, name, created, used }: Passkey) => ({
  ...{ id, name, created: iso(created), last_used: used === undefined ? null : iso(used) },
})

interface SignInParts {
  readonly limit: SignInLimit
  open(
    request: FastifyRequest,
    reply: FastifyReply,
    who: { person: Person; name: string; isStrong: true },
  ): FastifyReply
}

export function passkeySignInHandlers(
  { accounts, publicUrl }: RouteContext,
  { limit, open }: SignInParts,
): Handlers<Pick<typeof signInRoutes, 'passkeyOptions' | 'signInPasskey'>> {
  const { people, passkeys } = accounts
  const partyOf = (request: FastifyRequest): RelyingParty => {
    requireSameOrigin(request)
    const party = relyingParty(publicUrl, request)
    if (!party) throw new ProblemError(404, 'this address has no passkeys: sign in with the password')
    return party
  }
  return {
    async passkeyOptions({ request, reply }) {
      const options = await passkeys.request(partyOf(request))
      return reply.header('cache-control', 'no-store').send(options)
    },
    async signInPasskey({ body: { response }, request, reply }) {
      const party = partyOf(request)
      limit.check(addressed(request))
      const id = await passkeys.signedBy(party, response as unknown as AuthenticationResponseJSON)
      const person = people.byId(id ?? '')
      if (!person || person.isDisabled) {
        limit.failed(addressed(request))
        throw new ProblemError(401, 'this passkey is not known here, or its account is disabled', {
          code: 'E_PASSKEY',
        })
      }
      reply.header('cache-control', 'no-store')
      return open(request, reply, { person, name: person.name, isStrong: true }).code(204).send()
    },
  }
}
