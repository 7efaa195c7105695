/** What every way to sign in has in common: the page, the beginning of a session, the second step. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Person } from '../auth/people.ts'
import { setSessionCookie } from './access.ts'
import { callerAddress } from './caller-address.ts'
import type { RouteContext } from './context.ts'
import { localeOf, sendPage } from './pages/locale.ts'
import { type PageWords, pageWords } from './pages/page-words.ts'
import { codePage, enrolPage, type SignInForm, signInPage, usedLinkPage } from './pages/sign-in-pages.ts'
import { createPendingSignIns } from './pending-sign-ins.ts'
import { ProblemError } from './problem.ts'
import { qrCode } from './qr-code.ts'
import { relyingParty } from './relying-party.ts'
import { addressed, createSignInLimit } from './sign-in-limit.ts'

export const wordsOf = (request: FastifyRequest) => pageWords(localeOf(request))

// Under `no-referrer` a browser sends a form with `Origin: null`, and without TLS that is all there is to know it by.
const formHeaders = { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }

export const sendForm = (reply: FastifyReply, words: PageWords, text: string) =>
  sendPage(reply.headers(formHeaders), words.locale, text)

export function sendSignIn(
  { assets, accounts, publicUrl, oidc }: Pick<RouteContext, 'assets' | 'accounts' | 'publicUrl' | 'oidc'>,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Pick<SignInForm, 'failed' | 'email'> = {},
) {
  const words = wordsOf(request)
  return sendForm(
    reply,
    words,
    signInPage(assets, words, {
      ...form,
      provider: oidc?.settings.name,
      isNew: !accounts.hasAdmin(),
      hasPasskeys: relyingParty(publicUrl, request) !== undefined,
    }),
  )
}

/** What every way to sign in has in common. */
export function signInParts(context: RouteContext) {
  const { accounts, assets, clock, log } = context
  const { people, sessions, factors } = accounts
  const pending = createPendingSignIns(clock)
  const limit = createSignInLimit(clock, context.trustedProxies)
  const addressOf = callerAddress(context.trustedProxies)

  /** Ends the session that the browser had, and begins another one. */
  function open(request: FastifyRequest, reply: FastifyReply, who: Who) {
    if (request.session) sessions.endHash(request.session.hash)
    const address = addressOf(request)
    const agent = request.headers['user-agent'] ?? ''
    const { person, key, name, isStrong = false } = who
    const of = person ? { person: person.id, isStrong } : key === undefined ? {} : { key }
    const cookie = sessions.open({ ...of, address, agent })
    const target = person ? `user ${person.email}` : `api key ${name}`
    accounts.note({ name, account: person?.id, address }, { action: 'signed-in', target, before: null, after: null })
    log.info('signed in', { who: name, address })
    return setSessionCookie(request, reply, cookie)
  }
  const begin = (request: FastifyRequest, reply: FastifyReply, who: Who) =>
    open(request, reply, who).redirect('/desk', 303)
  /** The password, or a link by which it was set, is right, or the provider has proven who it is: the second step follows where there is one. */
  function beginAs(request: FastifyRequest, reply: FastifyReply, person: Person, onward = begin) {
    const words = wordsOf(request)
    const step = { person: person.id, passwordMark: people.passwordMark(person.id) }
    if (factors.has(person.id)) return sendForm(reply, words, codePage(assets, words, { step: pending.begin(step) }))
    if (!accounts.needsFactor(person)) return onward(request, reply, { person, name: person.name })
    const { secret, uri } = factors.begin(person)
    const form = { step: pending.begin({ ...step, enrolled: secret }), secret, qr: qrCode(uri) }
    return sendForm(reply, words, enrolPage(assets, words, form))
  }

  function usedLink(request: FastifyRequest, reply: FastifyReply, isSetup: boolean) {
    limit.failed(addressed(request))
    const words = wordsOf(request)
    return sendForm(reply.code(403), words, usedLinkPage(assets, words, isSetup))
  }
  return { limit, pending, addressOf, open, begin, beginAs, usedLink }
}
export interface Who {
  readonly person?: Person
  readonly key?: string
  readonly name: string
  readonly isStrong?: boolean
}
export type SignInParts = ReturnType<typeof signInParts>

export const refuseLookingAhead = ({ headers }: FastifyRequest) => {
  // A browser that only looks ahead must not see the form of a link that is used once.
  if (headers['sec-purpose'] !== undefined) throw new ProblemError(503, 'this link is not for looking ahead')
}
