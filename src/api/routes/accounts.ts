/** The own account of who has signed in. */
import type { accountRoutes } from '@baykeeper/contract/routes/accounts.ts'
import type { FastifyRequest } from 'fastify'
import { passwordFault } from '../../auth/password.ts'
import type { Actor, Person } from '../../auth/people.ts'
import type { Session } from '../../auth/sessions.ts'
import { callerAddress } from '../caller-address.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { pageWords } from '../pages/page-words.ts'
import { ProblemError } from '../problem.ts'
import { qrCode } from '../qr-code.ts'
import { addressed, createSignInLimit, type SignInLimit } from '../sign-in-limit.ts'
import { iso } from '../wire.ts'
import { ownPasskeyHandlers } from './passkeys.ts'
import { busy } from './sign-in.ts'

type Own = Pick<
  typeof accountRoutes,
  | 'account'
  | 'changePassword'
  | 'accountSessions'
  | 'endSession'
  | 'ownFactor'
  | 'enrolFactor'
  | 'confirmFactor'
  | 'renewRecovery'
  | 'removeFactor'
  | 'passkeys'
  | 'beginPasskey'
  | 'addPasskey'
  | 'removePasskey'
>

export function accountHandlers(context: RouteContext): Handlers<Own> {
  const { accounts, clock } = context
  const { people, sessions } = accounts
  const addressOf = callerAddress(context.trustedProxies)
  const limit = createSignInLimit(clock, context.trustedProxies)
  const personOf = (account: string | undefined) => {
    const person = people.byId(account ?? '')
    if (!person) throw new ProblemError(404, 'this account does not exist any more')
    return person
  }
  const actorOf = (person: Person, request: FastifyRequest) => ({
    ...{ name: person.name, account: person.id, address: addressOf(request) },
  })
  /** What weakens the account, or opens it to another device, is not done by a browser that was left open. */
  async function requirePassword(person: Person, password: string, request: FastifyRequest, field: string) {
    const account = person.email.toLowerCase()
    await limit.inTurn(addressed(request), account, async () => {
      limit.check(addressed(request), account)
      if (await busy(() => people.withPassword(person.email, password))) return
      limit.failed(addressed(request), account)
      throw new ProblemError(409, `body ${field}: this is not the password of this account: nothing was changed`, {
        code: 'E_WRONG_PASSWORD',
      })
    })
  }
  return {
    ...factorHandlers(context, { personOf, actorOf, requirePassword, limit }),
    ...ownPasskeyHandlers(context, { personOf, actorOf, requirePassword, limit }),
    account({ principal, request }) {
      const { id, name, email, role, sites, created } = personOf(principal?.account)
      const own = { id, name, email, role, sites: sites ? [...sites] : null, created: iso(created) }
      return { ...own, session: request.session?.id ?? '' }
    },
    async changePassword({ body, principal, request, reply }) {
      const person = personOf(principal?.account)
      await requirePassword(person, body.current, request, 'current')
      const fault = passwordFault(body.new, person)
      if (fault)
        throw new ProblemError(400, `body new: ${pageWords('en').passwordFaults[fault]}`, {
          code: `E_PASSWORD_${fault.toUpperCase()}`,
        })
      await busy(() => people.setPassword(person.id, body.new, actorOf(person, request), request.session?.hash))
      return reply.code(204).send()
    },
    accountSessions({ principal, request }) {
      const items = sessions.ofPerson(principal?.account ?? '')
      return { items: items.map((session) => onWire(session, request.session)), next: null }
    },
    endSession({ params: { id }, principal, request, reply }) {
      const { account = '', name = '' } = principal ?? {}
      if (!sessions.end(account, id)) throw new ProblemError(404, `there is no session ${id} of this account`)
      const event = { action: 'session-ended', target: `session ${id}`, before: null, after: null } as const
      accounts.note({ name, account, address: addressOf(request) }, event)
      return reply.code(204).send()
    },
  }
}

export interface OwnParts {
  personOf(account: string | undefined): Person
  actorOf(person: Person, request: FastifyRequest): Actor
  requirePassword(person: Person, password: string, request: FastifyRequest, field: string): Promise<void>
  readonly limit: SignInLimit
}

function factorHandlers(
  { accounts }: RouteContext,
  { personOf, actorOf, requirePassword, limit }: OwnParts,
): Handlers<
  Pick<typeof accountRoutes, 'ownFactor' | 'enrolFactor' | 'confirmFactor' | 'renewRecovery' | 'removeFactor'>
> {
  const { factors } = accounts
  return {
    ownFactor({ principal }) {
      const person = personOf(principal?.account)
      const [active, required] = [factors.has(person.id), accounts.needsFactor(person)]
      return { active, required, recovery_codes_left: factors.recoveryLeft(person.id) }
    },
    async enrolFactor({ body: { password }, principal, request, reply }) {
      reply.header('cache-control', 'no-store')
      const person = personOf(principal?.account)
      await requirePassword(person, password, request, 'password')
      const { secret, uri } = factors.begin(person)
      return { secret, uri, qr: qrCode(uri) }
    },
    confirmFactor({ body: { code }, principal, request, reply }) {
      reply.header('cache-control', 'no-store')
      const person = personOf(principal?.account)
      limit.check(addressed(request), person.email.toLowerCase())
      const codes = factors.confirm(person, code, actorOf(person, request), request.session?.hash)
      if (codes) return { recovery_codes: [...codes] }
      limit.failed(addressed(request), person.email.toLowerCase())
      throw new ProblemError(409, 'body code: is not the code that the app shows now: nothing was changed', {
        code: 'E_WRONG_CODE',
      })
    },
    async renewRecovery({ body: { password }, principal, request, reply }) {
      reply.header('cache-control', 'no-store')
      const person = personOf(principal?.account)
      await requirePassword(person, password, request, 'password')
      const codes = factors.renewRecovery(person, actorOf(person, request))
      if (!codes) throw new ProblemError(409, 'there is no app for codes yet: set it up first', { code: 'E_NO_FACTOR' })
      return { recovery_codes: [...codes] }
    },
    async removeFactor({ body: { password }, principal, request, reply }) {
      const person = personOf(principal?.account)
      if (accounts.needsFactor(person))
        throw new ProblemError(409, `the role ${person.role} needs a second factor here: it was not removed`, {
          code: 'E_REQUIRED',
        })
      await requirePassword(person, password, request, 'password')
      factors.remove(person, actorOf(person, request))
      return reply.code(204).send()
    },
  }
}

const onWire = ({ id, created, used, expires, address, agent, hash }: Session, current: Session | undefined) => ({
  ...{ id, created: iso(created), used: iso(used), expires: iso(expires), address, agent },
  current: hash === current?.hash,
})
