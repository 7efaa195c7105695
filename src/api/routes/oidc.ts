/** Signing in by the organisation's provider. After any fault there, the sign-in page with its other ways comes back. */
import type { signInRoutes } from '@baykeeper/contract/routes/sign-in.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { OidcFault, type OidcFaultKind } from '../../auth/oidc/oidc-fault.ts'
import type { BegunSignIn, ProvenPerson } from '../../auth/oidc/provider.ts'
import type { Person } from '../../auth/people.ts'
import { createLimitedWarn } from '../../lib/limited-warn.ts'
import type { OidcPort, RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { originOf } from '../own-origin.ts'
import { signedInPage } from '../pages/sign-in-pages.ts'
import { ProblemError } from '../problem.ts'
import { createSealedCookie } from '../sealed-cookie.ts'
import { addressed } from '../sign-in-limit.ts'
import { refuseLookingAhead, type SignInParts, sendForm, sendSignIn, type Who, wordsOf } from '../sign-in-parts.ts'

const begunMs = 600_000
const callbackPath = '/sign-in/oidc/callback'

const statusOf: Readonly<Partial<Record<OidcFaultKind, number>>> = {
  ...{ denied: 401, state: 401, settings: 503, busy: 503 },
  ...{ 'no-role': 403, 'too-many-groups': 403, 'no-email': 403, taken: 403, disabled: 403, 'last-admin': 403 },
}
/** Repeating these is slowed down, as by wrong passwords: each may have asked the provider. */
const countedFaults: readonly OidcFaultKind[] = ['state', 'answer', 'client', 'audience', 'clock']
/** Of the provider. */
const faultyAnswer = 502

export function oidcHandlers(
  context: RouteContext,
  parts: SignInParts,
): Handlers<Pick<typeof signInRoutes, 'beginOidc' | 'finishOidc'>> {
  const { clock, oidc } = context
  const { limit, addressOf } = parts
  const begun = createSealedCookie<BegunSignIn>('baykeeper_oidc', begunMs, clock)
  const warn = createLimitedWarn(context.log, clock)
  const failed = (request: FastifyRequest, reply: FastifyReply, fault: unknown) => {
    if (!(fault instanceof OidcFault)) throw fault
    warn('a sign-in by the provider has failed', {
      reason: fault.message,
      kind: fault.kind,
      address: addressOf(request),
    })
    const form = { failed: wordsOf(request).oidcFaults[fault.kind] }
    return sendSignIn(context, request, reply.code(statusOf[fault.kind] ?? faultyAnswer), form)
  }

  return {
    async beginOidc({ query: { here }, request, reply }) {
      const { provider } = configured(oidc)
      refuseLookingAhead(request)
      const origin = originOf(context, request)
      // The cookie has to be of the name to which the provider sends people back. Once: a proxy may send another name on.
      if (here === undefined && new URL(origin).host !== request.headers.host)
        return reply.redirect(new URL('/sign-in/oidc?here=1', origin).href, 303)
      try {
        const { address, begun: kept } = await provider.begin(new URL(callbackPath, origin).href)
        begun.set(request, reply, kept)
        return reply.header('cache-control', 'no-store').redirect(address, 303)
      } catch (fault) {
        return failed(request, reply, fault)
      }
    },
    async finishOidc({ request, reply }) {
      const { settings, provider } = configured(oidc)
      limit.check(addressed(request))
      reply.header('cache-control', 'no-store')
      try {
        using place = limit.enter(addressed(request))
        if (!place) throw new OidcFault('busy', 'too many sign-ins are being checked with the provider')
        const kept = begun.take(request, reply)
        if (!kept) throw new OidcFault('state', 'no sign-in was begun in this browser within ten minutes')
        const proven = await provider.finish(new URL(request.url, originOf(context, request)), kept)
        const person = settled(context, { proven, settings, address: addressOf(request) })
        return signedIn(context, parts, { request, reply, person, proven })
      } catch (fault) {
        if (fault instanceof OidcFault && countedFaults.includes(fault.kind)) limit.failed(addressed(request))
        return failed(request, reply, fault)
      }
    },
  }
}

function configured(oidc: OidcPort | undefined): OidcPort {
  if (oidc) return oidc
  throw new ProblemError(404, 'no provider is configured: see signIn.oidc in the configuration')
}

interface Settling {
  readonly proven: ProvenPerson
  readonly settings: OidcPort['settings']
  readonly address: string
}

/** Who is proven and gets no access is in the audit log. */
function settled({ accounts }: RouteContext, { proven, settings, address }: Settling): Person {
  try {
    return accounts.identities.settle(proven, settings, address)
  } catch (fault) {
    if (fault instanceof OidcFault) {
      const { issuer, subject, claims } = proven
      const name = typeof claims['email'] === 'string' ? claims['email'] : subject
      const after = { reason: fault.kind, issuer, subject }
      const event = { action: 'sign-in-refused', target: `user ${name.slice(0, 254)}`, before: null, after } as const
      accounts.note({ name: name.slice(0, 254), address }, event)
    }
    throw fault
  }
}

interface Proven {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly person: Person
  readonly proven: ProvenPerson
}

function signedIn(
  { assets }: RouteContext,
  { open, beginAs }: SignInParts,
  { request, reply, person, proven }: Proven,
) {
  const onward = (asked: FastifyRequest, answer: FastifyReply, who: Who) => {
    open(asked, answer, who)
    const words = wordsOf(asked)
    return sendForm(answer, words, signedInPage(assets, words))
  }
  if (hasTwoFactors(proven)) return onward(request, reply, { person, name: person.name, isStrong: true })
  return beginAs(request, reply, person, onward)
}

/** RFC 8176: the provider has seen more than one factor. */
const hasTwoFactors = ({ claims: { amr } }: ProvenPerson) => Array.isArray(amr) && amr.includes('mfa')
