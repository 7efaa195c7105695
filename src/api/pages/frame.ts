/** The frame of every page the server writes, and the small pages that say one thing. */
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import type { Assets, PageName } from './assets.ts'
import { type Html, html, jsonBlock } from './html.ts'

export interface Frame {
  readonly title: string
  readonly assets: Assets
  readonly page?: PageName
  readonly config?: PageConfig
  readonly body: Html
  /** Seconds after which a browser without scripts asks again. */
  readonly refreshS?: number
  readonly bodyClass?: string
}

export function pageText({ title, assets, page, config, body, refreshS, bodyClass = 'plain' }: Frame): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${refreshS === undefined ? undefined : html`<noscript><meta http-equiv="refresh" content="${refreshS}"></noscript>`}
${assets.tags(page)}
</head>
<body class="${bodyClass}">
${body}
${config ? jsonBlock('config', config) : undefined}
</body>
</html>
`.html
}

/** One heading and a few words: sign-in failed, link used, page not found. */
export const plainPage = (assets: Assets, title: string, body: Html): string =>
  pageText({
    title: `${title} · Baykeeper`,
    assets,
    body: html`<header><h1>Baykeeper</h1><a href="/">Public page</a></header>
<main><section class="card"><h2>${title}</h2>
${body}</section></main>`,
  })

export const signInPage = (assets: Assets, failed?: string): string =>
  plainPage(
    assets,
    'Sign in to the desk',
    html`${failed === undefined ? undefined : html`<p class="note" role="alert">${failed}</p>`}
<p>Open the setup link that the server printed when it started. It works once, for an hour;
<code>baykeeper setup-link</code> makes a new one. Or sign in with an API key:</p>
<form method="post" action="/signin">
<input type="text" name="user" autocomplete="username" value="baykeeper" hidden>
<label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required maxlength="512">
<br><button type="submit">Sign in</button>
</form>`,
  )

export const usedLinkPage = (assets: Assets): string =>
  plainPage(
    assets,
    'This setup link no longer works',
    html`<p>A setup link works once, for an hour, and ends when a newer one is made. On the machine that runs the server,
<code>baykeeper setup-link</code> makes a new one.</p>
<p><a href="/desk">Sign in with an API key instead</a></p>`,
  )
