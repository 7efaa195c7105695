/** How a browser signs in: with e-mail and password, or an API key; and the links by which people get a password. */
import * as z from 'zod'
import { passkeyAnswerSchema, webAuthnOptionsSchema } from '../accounts.ts'
import { route } from '../route.ts'

const page = (description: string, status = 200) => ({ status, type: 'text/html', description })
const signedIn = { status: 303, description: 'Signed in: on to /desk' }
const secret = z.string().max(128).default('')
const typed = z.string().max(1_024).default('')
const fromProvider = z.string().max(8_192).optional()

export const signInRoutes = {
  signInPage: route({
    ...{ method: 'GET', path: '/signin', access: 'open', tag: 'Pages', summary: 'The page to sign in' },
    answers: [page('The form')],
  }),
  signIn: route({
    ...{ method: 'POST', path: '/signin', access: 'open', tag: 'Pages' },
    summary: 'Sign in with e-mail and password, or with an API key',
    description: 'A form post from the sign-in page.',
    body: z.object({ email: typed, password: typed, key: z.string().max(512).default('') }),
    bodyName: 'SignIn',
    problems: [403, 429, 503],
    answers: [signedIn, page('Not the right credentials', 401)],
  }),
  signInCode: route({
    ...{ method: 'POST', path: '/sign-in/code', access: 'open', tag: 'Pages' },
    summary: 'The second step of signing in: a code of the app, or a recovery code',
    description: 'A form post from the page that a right password leads to.',
    body: z.object({ step: secret, code: z.string().max(64).default('') }),
    bodyName: 'SignInCode',
    problems: [403, 429],
    answers: [signedIn, page('Not the right code', 401)],
  }),
  signInEnrol: route({
    ...{ method: 'POST', path: '/sign-in/enrol', access: 'open', tag: 'Pages' },
    summary: 'Set up the app for codes where the role needs one',
    description: 'A form post from the page that a right password leads to. Answers the recovery codes.',
    body: z.object({ step: secret, code: z.string().max(64).default('') }),
    bodyName: 'SignInCode',
    problems: [403, 429],
    answers: [page('Signed in: the recovery codes'), page('Not the right code', 401)],
  }),
  passkeyOptions: route({
    ...{ method: 'POST', path: '/sign-in/passkey/options', access: 'open', tag: 'Pages' },
    summary: 'What a passkey is asked to sign',
    problems: [403, 404],
    answers: [{ status: 200, description: 'For the browser', schema: ['WebAuthnOptions', webAuthnOptionsSchema] }],
  }),
  signInPasskey: route({
    ...{ method: 'POST', path: '/sign-in/passkey', access: 'open', tag: 'Pages', summary: 'Sign in with a passkey' },
    body: passkeyAnswerSchema,
    bodyName: 'PasskeyAnswer',
    bodyBytesMax: 65_536,
    problems: [401, 403, 404, 429],
    answers: [{ status: 204, description: 'Signed in: go on to /desk' }],
  }),
  beginOidc: route({
    ...{ method: 'GET', path: '/sign-in/oidc', access: 'open', tag: 'Pages' },
    summary: 'Sign in with the account of the organisation (OpenID Connect)',
    query: z.object({ here: z.string().max(8).optional().describe('not sent to the address of publicUrl first') }),
    head: false,
    problems: [404, 503],
    answers: [{ status: 303, description: 'On to the provider' }, page('The provider cannot be used now', 502)],
  }),
  finishOidc: route({
    ...{ method: 'GET', path: '/sign-in/oidc/callback', access: 'open', tag: 'Pages' },
    summary: 'Where the provider sends people back',
    description: 'To be registered at the provider as the redirect address: that of publicUrl with this path.',
    query: z.object({ code: fromProvider, state: fromProvider, error: fromProvider }),
    head: false,
    problems: [404, 429, 503],
    answers: [
      page('Signed in: on to /desk, or the second step'),
      page('Broken off, or begun elsewhere', 401),
      page('Proven, and without access here', 403),
      page('The answer of the provider cannot be used', 502),
    ],
  }),
  signOut: route({
    ...{ method: 'POST', path: '/signout', access: 'open', tag: 'Pages', summary: 'End this session' },
    problems: [403],
    answers: [{ status: 303, description: 'Signed out: on to /' }],
  }),
  setup: route({
    ...{ method: 'GET', path: '/setup', access: 'open', tag: 'Pages' },
    summary: 'The setup link: makes the first administrator',
    query: z.object({ key: secret }),
    head: false,
    problems: [429, 503],
    answers: [page('The form'), page('The link was used or has expired', 403)],
  }),
  makeFirstAdmin: route({
    ...{ method: 'POST', path: '/setup', access: 'open', tag: 'Pages', summary: 'Make the first administrator' },
    description: 'A form post from the page of the setup link.',
    body: z.object({ key: secret, name: typed, email: typed, password: typed }),
    bodyName: 'FirstAdmin',
    problems: [403, 429, 503],
    answers: [signedIn, page('Something to correct', 400), page('The link was used or has expired', 403)],
  }),
  passwordPage: route({
    ...{ method: 'GET', path: '/password', access: 'open', tag: 'Pages', summary: 'The link to set a password' },
    query: z.object({ link: secret }),
    head: false,
    problems: [429],
    answers: [page('The form'), page('The link was used or has expired', 403)],
  }),
  setPassword: route({
    ...{ method: 'POST', path: '/password', access: 'open', tag: 'Pages', summary: 'Set a password by a link' },
    body: z.object({ link: secret, password: typed }),
    bodyName: 'LinkedPassword',
    problems: [403, 429, 503],
    answers: [signedIn, page('Something to correct', 400), page('The link was used or has expired', 403)],
  }),
}
