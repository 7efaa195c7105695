/** Users: invited, changed and disabled by an administrator. */
import type { MailOutcome, User, userPatchSchema } from '@baykeeper/contract/accounts.ts'
import type { accountRoutes } from '@baykeeper/contract/routes/accounts.ts'
import type { FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { Accounts } from '../../auth/accounts.ts'
import { type Actor, type Person, type PersonChange, PersonFault } from '../../auth/people.ts'
import { linkMs } from '../../auth/person-links.ts'
import { instant } from '../../lib/brand.ts'
import { callerAddress } from '../caller-address.ts'
import { NotifierUnavailable, type RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { isOfThisMachine, originOf } from '../own-origin.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

type Others = Pick<typeof accountRoutes, 'users' | 'inviteUser' | 'changeUser' | 'linkUser' | 'removeFactorOf'>

export function userHandlers(context: RouteContext): Handlers<Others> {
  const { clock } = context
  const { people } = context.accounts
  const addressOf = callerAddress(context.trustedProxies)
  const actor = (request: FastifyRequest) => {
    const { name = 'unknown', account } = request.principal ?? {}
    return { name, account, address: addressOf(request) }
  }
  const waysOf = (id: string) => waysOfOne(context.accounts, id)
  const invited = async (person: Person, request: FastifyRequest, isMailed: boolean) => {
    const by = actor(request)
    const secret = people.createLink(person.id, by)
    const expires = instant(clock.now() + linkMs)
    const mail = isMailed
      ? await mailed(context, request, {
          person,
          by: by.name,
          path: `/invite/${secret}`,
          expires,
        })
      : null
    return {
      user: userOnWire(person, waysOf(person.id)),
      link: `/password?link=${secret}`,
      expires: iso(expires),
      mail,
    }
  }
  return {
    users: () => ({ items: usersOnWire(context.accounts), next: null }),
    inviteUser({ body: { name, email, role, sites, mail }, request, reply }) {
      reply.header('cache-control', 'no-store')
      const person = inWords(() =>
        people.add({ name: name.trim(), email, role, sites: sites ?? undefined }, actor(request)),
      )
      return invited(person, request, mail)
    },
    changeUser: ({ params: { id }, body, request }) =>
      userOnWire(
        inWords(() => people.change(id, changeOf(body), actor(request))),
        waysOf(id),
      ),
    removeFactorOf({ params: { id }, request, reply }) {
      if (!removeFactors(context.accounts, people.byId(id), actor(request)))
        throw new ProblemError(
          404,
          `there is no user ${id} with a second factor or a passkey: GET /api/v1/users lists them`,
        )
      return reply.code(204).send()
    },
    linkUser({ params: { id }, query: { mail }, request, reply }) {
      reply.header('cache-control', 'no-store')
      const person = people.byId(id)
      if (!person) throw new ProblemError(404, `there is no user ${id}: GET /api/v1/users lists them`)
      if (person.isDisabled) throw new ProblemError(404, `${person.name} is disabled: enable the account first`)
      return invited(person, request, mail === 'true')
    },
  }
}

function usersOnWire({ people, factors, passkeys, identities }: Accounts): User[] {
  const [withFactor, keys, ofProvider] = [factors.all(), passkeys.counts(), identities.all()]
  const ways = ({ id }: Person): Ways => ({
    ...{ hasFactor: withFactor.has(id), keys: keys.get(id) ?? 0, isOfProvider: ofProvider.has(id) },
  })
  return people.all().map((person) => userOnWire(person, ways(person)))
}

const waysOfOne = ({ factors, passkeys, identities }: Accounts, id: string): Ways => ({
  ...{ hasFactor: factors.has(id), keys: passkeys.ofPerson(id).length, isOfProvider: identities.all().has(id) },
})

interface Mailing {
  readonly person: Person
  readonly by: string
  readonly path: string
  readonly expires: number
}

const noAddress =
  'The address of this server for others is not known: set publicUrl in the configuration to it. This page was opened under a name of the machine itself.'

/** The account is made in every case: what became of the mail is part of the answer. */
async function mailed(context: RouteContext, request: FastifyRequest, mailing: Mailing): Promise<MailOutcome> {
  const { notifier, log, publicUrl } = context
  const { person, path, ...more } = mailing
  const { email: address, name } = person
  if (!notifier) return { sent: false, detail: 'No channel of kind email is configured under notifications.channels.' }
  const link = new URL(path, originOf(context, request))
  // Opened through a tunnel: for the invited person that would be their own machine.
  if (publicUrl === undefined && isOfThisMachine(link)) return { sent: false, detail: noAddress }
  try {
    return await notifier.invite({ address, name, link: link.href, ...more })
  } catch (fault) {
    if (!(fault instanceof NotifierUnavailable)) throw fault
    log.warn('an invitation was not sent', { reason: fault.message })
    return { sent: false, detail: fault.message }
  }
}

/** False where there was nothing to remove; the sessions of this person end. */
function removeFactors({ factors, passkeys, sessions }: Accounts, person: Person | undefined, by: Actor): boolean {
  if (!person) return false
  const keys = passkeys.ofPerson(person.id)
  for (const { id } of keys) passkeys.remove(person, id, by)
  const hadFactor = factors.remove(person, by)
  if (keys.length === 0 && !hadFactor) return false
  for (const { id } of sessions.ofPerson(person.id)) sessions.end(person.id, id)
  return true
}

/** What is left out stays as it is. */
const changeOf = ({ name, role, sites, disabled }: z.output<typeof userPatchSchema>): PersonChange => ({
  ...(name === undefined ? {} : { name: name.trim() }),
  ...(role === undefined ? {} : { role }),
  ...(sites === undefined ? {} : { sites: sites ?? undefined }),
  ...(disabled === undefined ? {} : { isDisabled: disabled }),
})

interface Ways {
  readonly hasFactor: boolean
  /** Number of passkeys. */
  readonly keys: number
  readonly isOfProvider: boolean
}

/** A refusal in the words of the API. */
function inWords<T>(change: () => T): T {
  try {
    return change()
  } catch (fault) {
    if (!(fault instanceof PersonFault)) throw fault
    const status = fault.code === 'E_PERSON_UNKNOWN' ? 404 : 409
    throw new ProblemError(status, `${fault.message}. Nothing was changed.`, { code: fault.code })
  }
}

const userOnWire = (
  { id, name, email, role, sites, created, isDisabled, hasPassword }: Person,
  { hasFactor, keys, isOfProvider }: Ways,
): User => ({
  ...{ id, name, email, role, sites: sites ? [...sites] : null, created: iso(created) },
  ...{ disabled: isDisabled, invited: !hasPassword && !isOfProvider, provider: isOfProvider },
  ...{ second_factor: hasFactor, passkeys: keys },
})
