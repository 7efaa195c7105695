/** The reference: as data for programs and as a page for people. It describes all endpoints, itself included. */
import * as z from 'zod'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { type OpenApi, openApi } from '../openapi.ts'
import type { Assets } from '../pages/assets.ts'
import { referencePage } from '../pages/reference-page.ts'

const specSchema = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })

export function referenceRoutes(others: readonly Endpoint[], version: string, assets: Assets): Endpoint[] {
  const cacheControl = 'public, max-age=300'
  const own = [
    endpoint({
      method: 'GET',
      path: '/openapi.json',
      access: 'open',
      tag: 'Reference',
      summary: 'This reference as OpenAPI 3.1',
      answers: [{ status: 200, description: 'The document', schema: ['OpenApi', specSchema] }],
      handle: ({ reply }) => reply.type('application/json').header('cache-control', cacheControl).send(json()),
    }),
    endpoint({
      method: 'GET',
      path: '/docs',
      access: 'open',
      tag: 'Reference',
      summary: 'This reference as a page',
      answers: [{ status: 200, type: 'text/html', description: 'The page' }],
      handle: ({ reply }) => reply.type('text/html; charset=utf-8').header('cache-control', cacheControl).send(page()),
    }),
  ]
  const once = <T>(make: () => T) => {
    let made: T | undefined
    return () => (made ??= make())
  }
  const spec = once((): OpenApi => openApi([...others, ...own], version))
  const json = once(() => JSON.stringify(spec()))
  const page = once(() => referencePage(spec(), assets))
  return own
}
