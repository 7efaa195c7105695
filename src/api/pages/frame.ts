/** The frame of every page the server writes, and the small pages with one message. */
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import type { Assets, PageName, StyleName } from './assets.ts'
import { type Html, html, jsonBlock } from './html.ts'
import { otherLanguages, type PageWords } from './page-words.ts'

export interface Frame {
  readonly title: string
  readonly words: Pick<PageWords, 'locale'>
  readonly assets: Assets
  readonly page?: PageName
  readonly config?: PageConfig
  readonly body: Html
  /** Seconds after which a browser without scripts asks again. */
  readonly refreshS?: number
  readonly bodyClass?: string
  /** More styles than those of every page. */
  readonly styles?: StyleName
  /** In place of that of the browser. */
  readonly theme?: 'light' | 'dark' | undefined
  /** Every browser goes there at once. */
  readonly onward?: string | undefined
  /** A browser without scripts goes there after so long. */
  readonly refresh?: { readonly afterS: number; readonly to: string }
}

export function pageText(frame: Frame): string {
  const { title, words, assets, page, config, body, refreshS, bodyClass = 'plain', styles, theme } = frame
  const refresh = frame.refresh === undefined ? refreshS : `${frame.refresh.afterS}; url=${frame.refresh.to}`
  return html`<!doctype html>
<html lang="${words.locale}"${theme === undefined ? undefined : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme ?? 'light dark'}">
<title>${title}</title>
${frame.onward === undefined ? undefined : html`<meta http-equiv="refresh" content="0; url=${frame.onward}">`}
${refresh === undefined ? undefined : html`<noscript><meta http-equiv="refresh" content="${refresh}"></noscript>`}
${assets.tags(page, styles)}
</head>
<body class="${bodyClass}">
${body}
${config ? jsonBlock('config', config) : undefined}
</body>
</html>
`.html
}

interface PlainPage {
  readonly title: string
  readonly body: Html
  /** Where the page is in the other languages; default: at its own address. */
  readonly path?: string
  readonly page?: PageName
  readonly onward?: string
}

/** One heading and a few words: sign-in failed, link used, page not found. */
export const plainPage = (assets: Assets, words: PageWords, { title, body, path, page, onward }: PlainPage): string =>
  pageText({
    title: `${title} · Baykeeper`,
    ...{ words, assets, onward, ...(page ? { page } : {}) },
    body: html`<header><h1>Baykeeper</h1><a href="/">${words.publicPage}</a></header>
<main><section class="card"><h2>${title}</h2>
${body}</section></main>
<footer>Baykeeper${otherLanguages(words, path)}</footer>`,
  })
