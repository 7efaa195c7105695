/** The reference: as data for programs and as a page for people. It describes all routes, itself included. */
import type { referenceRoutes } from '@baykeeper/contract/routes/reference.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import type { Locale } from '@baykeeper/contract/vocabulary.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { openApi } from '../openapi.ts'
import { localeOf, sendPage } from '../pages/locale.ts'
import { pageWords } from '../pages/page-words.ts'
import { referencePage } from '../pages/reference-page.ts'

const cacheControl = 'public, max-age=300'

export function referenceHandlers({ status, assets }: RouteContext): Handlers<typeof referenceRoutes> {
  const spec = once(() => openApi(Object.values(routes), status().version))
  const json = once(() => JSON.stringify(spec()))
  const pages = new Map<Locale, string>()
  const page = (locale: Locale) =>
    pages.getOrInsertComputed(locale, () => referencePage({ spec: spec(), words: pageWords(locale) }, assets))
  return {
    openapi: ({ reply }) => reply.type('application/json').header('cache-control', cacheControl).send(json()),
    docs({ request, reply }) {
      const locale = localeOf(request)
      return sendPage(reply.header('cache-control', cacheControl), locale, page(locale))
    },
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
