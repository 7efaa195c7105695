/** Every text of the pages that the server writes, in English: the form that other languages must match. */
import type { OidcFaultKind } from '../../auth/oidc/oidc-fault.ts'
import { driverEn } from './driver/en.ts'
import { html } from './html.ts'

export const en = {
  publicPage: 'Public page',
  desk: 'Operator desk',
  apiReference: 'API reference',
  parking: 'Parking',
  freeNow: 'free bays now',
  simulated: 'Simulated',
  lots: 'Lots',
  driver: driverEn,

  deskTitle: 'Baykeeper desk',
  deskNeedsScript: html`The desk needs JavaScript; <a href="/">the public page</a> does not.`,
  deskNotBuilt: html`The web part is not built: run <code>npm run build --workspace web</code> and start again.`,

  signInTitle: 'Sign in to the desk',
  signInFirst: html`No administrator exists yet. Open the setup link that the server printed when it started: it makes the first one. It works
once, for an hour; <code>baykeeper setup-link</code> makes a new one.`,
  email: 'E-mail',
  password: 'Password',
  signInWrong: 'E-mail or password is not right, or the account is disabled.',
  signInByKey: 'Sign in with this key',
  forgotten: html`Password forgotten? An administrator makes a new link under Users, or <code>baykeeper user reset</code> on the machine of the server.`,
  passkeyDo: 'Sign in with a passkey',
  passkeyFailed: 'The browser made no use of a passkey.',
  passkeyUnknown: 'This passkey is not known here, or its account is disabled.',
  oidcDo: (provider: string) => `Sign in with ${provider}`,
  oidcDone: 'Signed in',
  oidcFaults: {
    unreachable: 'The provider does not answer now. Try again later, or sign in with a password.',
    busy: 'Too many people are signing in by the provider at this moment. Wait some seconds, and begin again.',
    settings:
      'This way to sign in is not set up completely. An administrator finds what is missing with "baykeeper doctor".',
    client:
      'The provider does not accept this server: client id, client secret or redirect address is not the one registered there.',
    denied: 'The sign-in was broken off at the provider.',
    state: 'This sign-in was begun in another window, or took too long. Begin again.',
    clock:
      'The time of the provider and of this server differ too much. An administrator has to set the clock of the server.',
    audience:
      'The answer of the provider is for another application or from another provider. The log of the server has the details.',
    answer: 'The answer of the provider cannot be used. The log of the server has the details.',
    'no-role': 'The provider has proven who you are, and your account there gives no role here. Ask an administrator.',
    'too-many-groups':
      'The provider leaves out your groups, as there are too many: which role you have is not known. An administrator lets it name the groups of this application alone.',
    'no-email':
      'The provider gives no e-mail address of your account, and an account needs one here. Ask an administrator.',
    taken:
      'There is an account with your e-mail address here already, which does not belong to the provider. Sign in with its password, or ask an administrator.',
    disabled: 'Your account here is disabled. Ask an administrator.',
    'last-admin':
      'You are the last administrator here, and the provider gives you another role. Sign in with the password, and make another administrator first.',
  } as Readonly<Record<OidcFaultKind, string>>,
  codeTitle: 'Enter the code',
  codeHow: 'Enter the six digits that your app shows now, or one of your recovery codes.',
  code: 'Code',
  codeWrong: 'This code is not right, was used before, or is too old. Wait for the next one.',
  codeBlocked: (time: string) =>
    `There were too many wrong codes within a day: no code is taken before ${time}. A passkey still signs you in, and an administrator can remove the second factor.`,
  codeOver: 'This took too long, or there were too many wrong codes. Sign in again.',
  codeLost: html`Phone and recovery codes lost? An administrator removes the second factor under Users, or <code>baykeeper user reset --second-factor</code>
on the machine of the server.`,
  enrolTitle: 'Set up an app for codes',
  enrolHow:
    'Your role signs in with a code beside the password. Scan this picture with an authenticator app and enter the six digits that it shows.',
  enrolPicture: 'QR code for the app',
  enrolByHand: 'Or type this key into the app:',
  enrolDo: 'Confirm',
  recoveryTitle: 'Your recovery codes',
  recoveryHow:
    'Each signs you in once when the phone is lost. Keep them where others cannot read them: they are not shown again.',
  recoveryDone: 'I have kept them: open the desk',
  setupTitle: 'Make the first administrator',
  setupHow: 'The administrator invites the others, and may do everything.',
  setupDo: 'Make the account and open the desk',
  ownName: 'Name',
  passwordTitle: 'Set a password',
  passwordFor: (who: string) => `For ${who}.`,
  passwordDo: 'Set it and open the desk',
  passwordRule: 'At least 12 letters, digits or signs. A few words in a row are good; name and e-mail are not.',
  passwordLinkUsed: html`A link to set a password works once, for three days, and ends when a newer one is made. An administrator makes a new one
under Users, or <code>baykeeper user reset</code> on the machine of the server.`,
  nameMissing: 'Enter your name.',
  emailWrong: 'Enter an e-mail address such as ada@example.org.',
  passwordFaults: {
    short: 'This password is too short: at least 12 letters, digits or signs.',
    long: 'This password is too long: at most 256 letters, digits or signs.',
    simple: 'This password is a common one, repeats or counts: choose one that is harder to guess.',
    personal: 'This password is mostly your name, your e-mail or a common word: choose another one.',
  } as Readonly<Record<'short' | 'long' | 'simple' | 'personal', string>>,
  apiKey: 'API key',
  signIn: 'Sign in',
  keyUnknown: 'This API key is not known, or was revoked.',

  linkUsedTitle: 'This setup link no longer works',
  linkUsed: html`A setup link works once, for an hour, and ends when a newer one is made. On the machine that runs the server,
<code>baykeeper setup-link</code> makes a new one.`,
  keyInstead: 'Sign in with an API key instead',

  notFoundTitle: 'Page not found',
  notFound: html`Go to the <a href="/">public page</a> or the <a href="/desk">desk</a>.`,

  reference: {
    sameAsData: html`The same as data: <a href="/openapi.json">openapi.json</a>.`,
    access: html`Unless marked <em>open</em>, an endpoint needs <code>Authorization: Bearer KEY</code> or the session of the desk.`,
    curl: html`The examples use two variables: <code>BAYKEEPER</code> is the address of this server without a path, <code>KEY</code> an API key. Names in braces are for you to fill in.`,
    sections: 'Sections',
    open: 'open',
    scope: 'scope',
    parameter: 'parameter',
    in: 'in',
    type: 'type',
    meaning: 'meaning',
    required: 'required',
    places: { path: 'path', query: 'query' } as Readonly<Record<string, string>>,
    body: 'Body',
    field: 'field',
    fieldOfItem: 'field of an item',
    or: 'or',
    listOf: 'list of',
    any: 'any',
    default: 'default',
    /** Names of the sections and summaries of the endpoints, where the reader's language has others than the contract. */
    tags: {} as Readonly<Record<string, string>>,
    summaries: {} as Readonly<Record<string, string>>,
  },
}

export type PageTexts = typeof en
