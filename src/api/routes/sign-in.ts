/**
 * Signing in and out, and the links by which people get a password. Errors do not show whether an account exists; an unknown one takes as long as a
 * wrong password. A new session is made at every sign-in, and the one before it ends, so that no session can be planted.
 */
import type { signInRoutes } from '@baykeeper/contract/routes/sign-in.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { hashPassword, PasswordsBusy, passwordFault } from '../../auth/password.ts'
import type { Person } from '../../auth/people.ts'
import { createLimitedWarn } from '../../lib/limited-warn.ts'
import { clearSessionCookie, setSessionCookie } from '../access.ts'
import { callerAddress } from '../caller-address.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { localeOf, sendPage } from '../pages/locale.ts'
import { type PageWords, pageWords } from '../pages/page-words.ts'
import {
  codePage,
  enrolPage,
  passwordPage,
  recoveryPage,
  type SignInForm,
  setupPage,
  signInPage,
  usedLinkPage,
} from '../pages/sign-in-pages.ts'
import { createPendingSignIns } from '../pending-sign-ins.ts'
import { ProblemError } from '../problem.ts'
import { qrCode } from '../qr-code.ts'
import { relyingParty } from '../relying-party.ts'
import { requireSameOrigin } from '../security.ts'
import { addressed, createSignInLimit } from '../sign-in-limit.ts'
import { passkeySignInHandlers } from './passkeys.ts'

const wordsOf = (request: FastifyRequest) => pageWords(localeOf(request))

// Under `no-referrer` a browser sends a form with `Origin: null`, and without TLS that is all there is to know it by.
const formHeaders = { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }

const sendForm = (reply: FastifyReply, words: PageWords, text: string) =>
  sendPage(reply.headers(formHeaders), words.locale, text)

export function sendSignIn(
  { assets, accounts, publicUrl }: Pick<RouteContext, 'assets' | 'accounts' | 'publicUrl'>,
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
      isNew: !accounts.hasAdmin(),
      hasPasskeys: relyingParty(publicUrl, request) !== undefined,
    }),
  )
}

export function signInHandlers(context: RouteContext): Handlers<typeof signInRoutes> {
  const parts = beginnings(context)
  return {
    ...credentialHandlers(context, parts),
    ...secondStepHandlers(context, parts),
    ...passkeySignInHandlers(context, parts),
    ...setupHandlers(context, parts),
    ...linkHandlers(context, parts),
  }
}

type Some<Name extends keyof typeof signInRoutes> = Handlers<Pick<typeof signInRoutes, Name>>

/** What every way to sign in has in common. */
function beginnings(context: RouteContext) {
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
  /** The password, or a link by which it was set, is right: the second step follows where there is one. */
  function beginAs(request: FastifyRequest, reply: FastifyReply, person: Person) {
    const words = wordsOf(request)
    const step = { person: person.id, passwordMark: people.passwordMark(person.id) }
    if (factors.has(person.id)) return sendForm(reply, words, codePage(assets, words, { step: pending.begin(step) }))
    if (!accounts.needsFactor(person)) return begin(request, reply, { person, name: person.name })
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
interface Who {
  readonly person?: Person
  readonly key?: string
  readonly name: string
  readonly isStrong?: boolean
}
type Beginnings = ReturnType<typeof beginnings>

const refuseLookingAhead = ({ headers }: FastifyRequest) => {
  // A browser that only looks ahead must not see the form of a link that is used once.
  if (headers['sec-purpose'] !== undefined) throw new ProblemError(503, 'this link is not for looking ahead')
}

interface Attempt {
  readonly email: string
  readonly password: string
  readonly key: string
  readonly account: string | undefined
}

function credentialHandlers(
  context: RouteContext,
  { limit, addressOf, begin, beginAs }: Beginnings,
): Some<'signInPage' | 'signIn' | 'signOut'> {
  const { accounts, keyring, log, clock } = context
  const { people, sessions } = accounts
  const warn = createLimitedWarn(log, clock)
  async function attempt({ email, password, key, account }: Attempt, request: FastifyRequest, reply: FastifyReply) {
    limit.check(addressed(request), account)
    if (key.trim() !== '') {
      const principal = keyring.apiKey(key.trim())
      if (principal) return begin(request, reply, { key: keyring.hashOf(key.trim()), name: principal.name })
    } else {
      const person = await busy(() => people.withPassword(email, password))
      if (person) return beginAs(request, reply, person)
    }
    warn('sign-ins have failed', { address: addressOf(request) })
    limit.failed(addressed(request), account)
    const words = wordsOf(request)
    const failed = key.trim() === '' ? words.signInWrong : words.keyUnknown
    return sendSignIn(context, request, reply.code(401), { failed, email })
  }
  return {
    signInPage: ({ request, reply }) => sendSignIn(context, request, reply),
    async signIn({ body: { email, password, key }, request, reply }) {
      requireSameOrigin(request)
      const account = email.trim().toLowerCase() || undefined
      reply.header('cache-control', 'no-store')
      return limit.inTurn(addressed(request), account, () => attempt({ email, password, key, account }, request, reply))
    },
    signOut({ request, reply }) {
      requireSameOrigin(request)
      const { session, principal } = request
      if (session && principal) {
        sessions.endHash(session.hash)
        const by = { name: principal.name, account: principal.account, address: addressOf(request) }
        accounts.note(by, { action: 'signed-out', target: principal.name, before: null, after: null })
      }
      return clearSessionCookie(request, reply.header('cache-control', 'no-store')).redirect('/', 303)
    },
  }
}

function secondStepHandlers(
  context: RouteContext,
  { limit, pending, addressOf, open, begin }: Beginnings,
): Some<'signInCode' | 'signInEnrol'> {
  const { accounts, assets, log, clock } = context
  const { people, factors } = accounts
  const warn = createLimitedWarn(log, clock)
  /** The person of the step before, who may have been disabled since; undefined: to begin again. */
  function personOf(request: FastifyRequest, step: string): Person | undefined {
    requireSameOrigin(request)
    const begun = pending.find(step)
    const person = people.byId(begun?.person ?? '')
    limit.check(addressed(request), person?.email.toLowerCase())
    if (!person || person.isDisabled || people.passwordMark(person.id) !== begun?.passwordMark) return undefined
    return person
  }
  function failed(request: FastifyRequest, step: string, person: Person) {
    pending.failed(step)
    warn('codes of a second step were wrong', { who: person.name, address: addressOf(request) })
    limit.failed(addressed(request), person.email.toLowerCase())
  }
  const again = (request: FastifyRequest, reply: FastifyReply) =>
    sendSignIn(context, request, reply.code(401), { failed: wordsOf(request).codeOver })
  return {
    signInCode({ body: { step, code }, request, reply }) {
      const person = personOf(request, step)
      if (!person) return again(request, reply)
      const by = { name: person.name, account: person.id, address: addressOf(request) }
      if (factors.use(person, code, by)) {
        pending.end(step)
        return begin(request, reply.header('cache-control', 'no-store'), { person, name: person.name, isStrong: true })
      }
      failed(request, step, person)
      const words = wordsOf(request)
      return sendForm(reply.code(401), words, codePage(assets, words, { step, failed: words.codeWrong }))
    },
    signInEnrol({ body: { step, code }, request, reply }) {
      const person = personOf(request, step)
      const enrolment = person && factors.waiting(person)
      // Who has one already confirms it by a code of it, and never by a new one.
      const isOwn = enrolment !== undefined && enrolment.secret === pending.find(step)?.enrolled
      if (!person || !isOwn || factors.has(person.id)) return again(request, reply)
      const words = wordsOf(request)
      const codes = factors.confirm(person, code, {
        name: person.name,
        account: person.id,
        address: addressOf(request),
      })
      if (!codes) {
        failed(request, step, person)
        const form = { step, failed: words.codeWrong, secret: enrolment.secret, qr: qrCode(enrolment.uri) }
        return sendForm(reply.code(401), words, enrolPage(assets, words, form))
      }
      pending.end(step)
      open(request, reply, { person, name: person.name, isStrong: true })
      return sendForm(reply, words, recoveryPage(assets, words, codes))
    },
  }
}

function setupHandlers(
  context: RouteContext,
  { limit, addressOf, beginAs, usedLink }: Beginnings,
): Some<'setup' | 'makeFirstAdmin'> {
  const { accounts, assets, keyring, log } = context
  const { people } = accounts
  return {
    async setup({ query: { key }, request, reply }) {
      refuseLookingAhead(request)
      limit.check(addressed(request))
      if (accounts.hasAdmin() || !(await keyring.isSetup(key))) return usedLink(request, reply, true)
      const words = wordsOf(request)
      return sendForm(reply, words, setupPage(assets, words, { secret: key }))
    },
    async makeFirstAdmin({ body: { key, name, email, password }, request, reply }) {
      requireSameOrigin(request)
      limit.check(addressed(request))
      if (accounts.hasAdmin() || !(await keyring.isSetup(key))) return usedLink(request, reply, true)
      const words = wordsOf(request)
      const failed = personFault(words, { name, email }) ?? wordOf(words, passwordFault(password, { name, email }))
      if (failed !== undefined) {
        const form = { secret: key, failed, name, email }
        return sendForm(reply.code(400), words, setupPage(assets, words, form))
      }
      // First: the link is not used up where too many passwords are checked just then.
      const hashed = await busy(() => hashPassword(password))
      // Of two who race for it one wins here.
      if (!(await keyring.consumeSetup(key))) return usedLink(request, reply, true)
      log.info('the setup link was used', { address: addressOf(request) })
      const by = { name: name.trim(), address: addressOf(request) }
      // An administrator who was added by a command and has no password yet is not in the way.
      const person =
        people.byEmail(email) ??
        people.add({ name: name.trim(), email: email.trim(), role: 'admin', sites: undefined }, by)
      if (person.role !== 'admin' || person.isDisabled || person.sites)
        people.change(person.id, { role: 'admin', isDisabled: false, sites: undefined }, by)
      people.setHash(person.id, hashed, { ...by, account: person.id })
      // With the role that it has now.
      return beginAs(request, reply, people.byId(person.id) ?? person)
    },
  }
}

function linkHandlers(
  { accounts, assets }: RouteContext,
  { limit, addressOf, beginAs, usedLink }: Beginnings,
): Some<'passwordPage' | 'setPassword'> {
  const { people } = accounts
  return {
    passwordPage({ query: { link }, request, reply }) {
      refuseLookingAhead(request)
      limit.check(addressed(request))
      const person = people.ofLink(link)
      if (!person) return usedLink(request, reply, false)
      const words = wordsOf(request)
      return sendForm(reply, words, passwordPage(assets, words, { secret: link, ...person }))
    },
    async setPassword({ body: { link, password }, request, reply }) {
      requireSameOrigin(request)
      limit.check(addressed(request))
      const person = people.ofLink(link)
      if (!person) return usedLink(request, reply, false)
      const words = wordsOf(request)
      const failed = wordOf(words, passwordFault(password, person))
      if (failed !== undefined) {
        const { name, email } = person
        return sendForm(reply.code(400), words, passwordPage(assets, words, { secret: link, failed, name, email }))
      }
      const used = await busy(() => people.useLink(link, password, { address: addressOf(request) }))
      return used ? beginAs(request, reply, used) : usedLink(request, reply, false)
    },
  }
}

const wordOf = (words: PageWords, fault: ReturnType<typeof passwordFault>) => fault && words.passwordFaults[fault]

function personFault(words: PageWords, { name, email }: { name: string; email: string }): string | undefined {
  if (name.trim() === '' || name.length > 64) return words.nameMissing
  return z.email().safeParse(email.trim()).success ? undefined : words.emailWrong
}

/** Checks of passwords cost a core: a flood of them is refused, so that the pages go on. */
export async function busy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (fault) {
    if (!(fault instanceof PasswordsBusy)) throw fault
    throw new ProblemError(503, 'too many people sign in at once: try again in a few seconds', {
      code: 'E_BUSY',
      headers: { 'retry-after': '5' },
    })
  }
}
