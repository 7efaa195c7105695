/** The reference: as data for programs and as a page for people. It describes all routes, itself included. */
import type { referenceRoutes } from '@baykeeper/contract/routes/reference.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { openApi } from '../openapi.ts'
import { referencePage } from '../pages/reference-page.ts'

const cacheControl = 'public, max-age=300'

export function referenceHandlers({ status, assets }: RouteContext): Handlers<typeof referenceRoutes> {
  const spec = once(() => openApi(Object.values(routes), status().version))
  const json = once(() => JSON.stringify(spec()))
  const page = once(() => referencePage(spec(), assets))
  return {
    openapi: ({ reply }) => reply.type('application/json').header('cache-control', cacheControl).send(json()),
    docs: ({ reply }) => reply.type('text/html; charset=utf-8').header('cache-control', cacheControl).send(page()),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
