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
import { clearSessionCookie } from '../access.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import type { PageWords } from '../pages/page-words.ts'
import { codePage, enrolPage, passwordPage, recoveryPage, setupPage } from '../pages/sign-in-pages.ts'
import { ProblemError } from '../problem.ts'
import { qrCode } from '../qr-code.ts'
import { requireSameOrigin } from '../security.ts'
import { addressed } from '../sign-in-limit.ts'
import { refuseLookingAhead, type SignInParts, sendForm, sendSignIn, signInParts, wordsOf } from '../sign-in-parts.ts'
import { iso } from '../wire.ts'
import { oidcHandlers } from './oidc.ts'
import { passkeySignInHandlers } from './passkeys.ts'

export function signInHandlers(context: RouteContext): Handlers<typeof signInRoutes> {
  const parts = signInParts(context)
  return {
    ...credentialHandlers(context, parts),
    ...secondStepHandlers(context, parts),
    ...passkeySignInHandlers(context, parts),
    ...oidcHandlers(context, parts),
    ...setupHandlers(context, parts),
    ...linkHandlers(context, parts),
  }
}

type Some<Name extends keyof typeof signInRoutes> = Handlers<Pick<typeof signInRoutes, Name>>

interface Attempt {
  readonly email: string
  readonly password: string
  readonly key: string
  readonly account: string | undefined
}

function credentialHandlers(
  context: RouteContext,
  { limit, addressOf, begin, beginAs }: SignInParts,
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
  { limit, pending, addressOf, open, begin }: SignInParts,
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
  const byOf = (request: FastifyRequest, { id, name }: Person) => ({ name, account: id, address: addressOf(request) })
  return {
    signInCode({ body: { step, code }, request, reply }) {
      const person = personOf(request, step)
      if (!person) return again(request, reply)
      if (factors.use(person, code, byOf(request, person))) {
        pending.end(step)
        return begin(request, reply.header('cache-control', 'no-store'), { person, name: person.name, isStrong: true })
      }
      failed(request, step, person)
      const words = wordsOf(request)
      const until = factors.blockedUntil(person.id)
      const why =
        until === undefined ? words.codeWrong : words.codeBlocked(`${iso(until).slice(0, 16).replace('T', ' ')} UTC`)
      return sendForm(reply.code(401), words, codePage(assets, words, { step, failed: why }))
    },
    signInEnrol({ body: { step, code }, request, reply }) {
      const person = personOf(request, step)
      const enrolment = person && factors.waiting(person)
      // Who has one already confirms it by a code of it, and never by a new one.
      const isOwn = enrolment !== undefined && enrolment.secret === pending.find(step)?.enrolled
      if (!person || !isOwn || factors.has(person.id)) return again(request, reply)
      const words = wordsOf(request)
      const codes = factors.confirm(person, code, byOf(request, person))
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
  { limit, addressOf, beginAs, usedLink }: SignInParts,
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
  { limit, addressOf, beginAs, usedLink }: SignInParts,
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
