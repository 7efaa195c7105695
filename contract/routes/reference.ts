/** The reference: as data for programs and as a page for people. */
import * as z from 'zod'
import { route } from '../route.ts'

export const referenceRoutes = {
  openapi: route({
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    tag: 'Reference',
    summary: 'This reference as OpenAPI 3.1',
    answers: [
      {
        status: 200,
        description: 'The document',
        schema: ['OpenApi', z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })],
      },
    ],
  }),
  docs: route({
    method: 'GET',
    path: '/docs',
    access: 'open',
    tag: 'Reference',
    summary: 'This reference as a page',
    answers: [{ status: 200, type: 'text/html', description: 'The page' }],
  }),
}
