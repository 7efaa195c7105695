/** The pages by which people sign in: with a password, by the setup link, or by a link to set a password. */

import type { QrCode } from '../qr-code.ts'
import type { Assets } from './assets.ts'
import { plainPage } from './frame.ts'
import { type Html, html } from './html.ts'
import type { PageWords } from './page-words.ts'

/** A form that failed, and a link that was used, have no address of their own in another language. */
const path = '/signin'

const alerted = (failed: string | undefined): Html | undefined =>
  failed === undefined ? undefined : html`<p class="note" role="alert">${failed}</p>`

export interface SignInForm {
  readonly failed?: string | undefined
  /** As it was typed. */
  readonly email?: string
  /** Before the first administrator exists. */
  readonly isNew: boolean
  /** Name of the organisation's provider, where there is one. */
  readonly provider?: string | undefined
  /** This address can have them. */
  readonly hasPasskeys: boolean
}

export const signInPage = (
  assets: Assets,
  words: PageWords,
  { failed, email = '', isNew, hasPasskeys, provider }: SignInForm,
): string =>
  plainPage(assets, words, {
    ...{ title: words.signInTitle, path, ...(hasPasskeys ? { page: 'sign-in' as const } : {}) },
    body: html`${alerted(failed)}
${isNew ? html`<p>${words.signInFirst}</p>` : undefined}
<form method="post" action="/signin">
<label for="email">${words.email}</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email}">
<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024">
<br><button type="submit">${words.signIn}</button>
</form>
${provider === undefined ? undefined : html`<p><a class="button" href="/sign-in/oidc">${words.oidcDo(provider)}</a></p>`}
${hasPasskeys ? html`<p id="passkey" data-failed="${words.passkeyFailed}" data-unknown="${words.passkeyUnknown}" hidden><button type="button">${words.passkeyDo}</button> <span role="alert"></span></p>` : undefined}
<details><summary>${words.keyInstead}</summary>
<form method="post" action="/signin">
<label for="key">${words.apiKey}</label>
<input id="key" name="key" type="password" autocomplete="off" required maxlength="512">
<br><button type="submit">${words.signInByKey}</button>
</form></details>
<p class="muted">${words.forgotten}</p>`,
  })

export interface CodeForm {
  /** Of the step before. */
  readonly step: string
  readonly failed?: string
}

/** The second step where the person has an app. */
export const codePage = (assets: Assets, words: PageWords, { step, failed }: CodeForm): string =>
  plainPage(assets, words, {
    ...{ title: words.codeTitle, path },
    body: html`${alerted(failed)}
<p>${words.codeHow}</p>
<form method="post" action="/sign-in/code">
<input type="hidden" name="step" value="${step}">
${codeField(words, 32)}
<br><button type="submit">${words.signIn}</button>
</form>
<p class="muted">${words.codeLost}</p>`,
  })

/** The second step where the role needs an app and the person has none. */
export const enrolPage = (
  assets: Assets,
  words: PageWords,
  { step, failed, secret, qr }: CodeForm & { readonly secret: string; readonly qr: QrCode },
): string =>
  plainPage(assets, words, {
    ...{ title: words.enrolTitle, path },
    body: html`${alerted(failed)}
<p>${words.enrolHow}</p>
<svg class="qr" role="img" aria-label="${words.enrolPicture}" viewBox="0 0 ${qr.size} ${qr.size}"><rect width="100%" height="100%" fill="#fff"/><path d="${qr.path}" fill="#000"/></svg>
<p>${words.enrolByHand} <code>${secret.replaceAll(/.{4}(?=.)/g, '$& ')}</code></p>
<form method="post" action="/sign-in/enrol">
<input type="hidden" name="step" value="${step}">
${codeField(words, 6)}
<br><button type="submit">${words.enrolDo}</button>
</form>`,
  })

const codeField = (words: PageWords, charsMax: number): Html => html`<label for="code">${words.code}</label>
<input id="code" name="code" inputmode="${charsMax === 6 ? 'numeric' : 'text'}" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required maxlength="${charsMax}" autofocus>`

/** After setting up the app at sign-in. */
export const recoveryPage = (assets: Assets, words: PageWords, codes: readonly string[]): string =>
  plainPage(assets, words, {
    ...{ title: words.recoveryTitle, path },
    body: html`<p>${words.recoveryHow}</p>
<ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<p><a href="/desk">${words.recoveryDone}</a></p>`,
  })

interface NewPassword {
  readonly secret: string
  readonly failed?: string
}

export const setupPage = (
  assets: Assets,
  words: PageWords,
  { secret, failed, name = '', email = '' }: NewPassword & { readonly name?: string; readonly email?: string },
): string =>
  plainPage(assets, words, {
    ...{ title: words.setupTitle, path },
    body: html`${alerted(failed)}
<p>${words.setupHow}</p>
<form method="post" action="/setup">
<input type="hidden" name="key" value="${secret}">
<label for="name">${words.ownName}</label>
<input id="name" name="name" autocomplete="name" required maxlength="64" value="${name}">
<label for="email">${words.email}</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email}">
${newPassword(words)}
<br><button type="submit">${words.setupDo}</button>
</form>`,
  })

export const passwordPage = (
  assets: Assets,
  words: PageWords,
  { secret, failed, name, email }: NewPassword & { readonly name: string; readonly email: string },
): string =>
  plainPage(assets, words, {
    ...{ title: words.passwordTitle, path },
    body: html`${alerted(failed)}
<p>${words.passwordFor(`${name} (${email})`)}</p>
<form method="post" action="/password">
<input type="hidden" name="link" value="${secret}">
<input type="text" name="email" autocomplete="username" value="${email}" hidden>
${newPassword(words)}
<br><button type="submit">${words.passwordDo}</button>
</form>`,
  })

const newPassword = (words: PageWords): Html => html`<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="256" aria-describedby="rule">
<p class="muted" id="rule">${words.passwordRule}</p>`

/** The session's cookie is not sent where another site has begun the way here: this page begins another one. */
export const signedInPage = (assets: Assets, words: PageWords): string =>
  plainPage(assets, words, {
    ...{ title: words.oidcDone, path: '/desk', onward: '/desk' },
    body: html`<p><a href="/desk">${words.desk}</a></p>`,
  })

export const usedLinkPage = (assets: Assets, words: PageWords, isSetup: boolean): string =>
  plainPage(assets, words, {
    ...{ title: words.linkUsedTitle, path },
    body: html`<p>${isSetup ? words.linkUsed : words.passwordLinkUsed}</p>
<p><a href="/signin">${words.signIn}</a></p>`,
  })
