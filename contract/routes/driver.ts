/** The pages for drivers, and the same as data for pages of others. All of it is open. */
import * as z from 'zod'
import { driverLotSchema } from '../driver.ts'
import { idParams, route } from '../route.ts'

const page = (description: string, status = 200) => ({ status, type: 'text/html', description })
const unknownLot = page('There is no such lot', 404)
/** What else an address carries, as links from elsewhere do, is left aside. A value that is not understood is too. */
const text = (about: string) => z.string().max(64).optional().describe(about)
const asked = {
  at: text('a time within the next 24 hours by the clock of the lot: `18:30`'),
  type: text('kind of bay: disabled, ev, ...'),
  lang: text('en or de'),
}
const open = { access: 'open', tag: 'Public page' } as const

export const driverRoutes = {
  publicPage: route({
    ...{ method: 'GET', path: '/', ...open, summary: 'The public page' },
    query: z.object(asked),
    answers: [page('Free bays by lot and level, now and at a later time')],
  }),
  lotPage: route({
    ...{ method: 'GET', path: '/lot/{id}', ...open, summary: 'One lot, for drivers' },
    params: idParams,
    query: z.object(asked),
    answers: [page('Free bays by kind and level, a later time, opening hours, directions'), unknownLot],
  }),
  boardPage: route({
    ...{ method: 'GET', path: '/board/{id}', ...open, summary: 'A board with free bays, for a large screen' },
    description: 'The id of a lot (its levels) or of a sign, or `all` for every lot.',
    params: idParams,
    query: z.object({
      theme: text('led, light or dark; default led'),
      lang: text('languages that alternate: `de,en`'),
      floor: text('fewer free bays are FULL: 1 to 999'),
      arrows: text('one for each row: up, right, down, left or none, comma separated'),
    }),
    answers: [page('The board'), unknownLot],
  }),
  kioskPage: route({
    ...{ method: 'GET', path: '/kiosk/{id}', ...open, summary: 'A touch screen for drivers' },
    description: 'The id of a lot, or `all` for every lot. Left alone for a minute it begins again.',
    params: idParams,
    query: z.object({
      lot: z.string().max(128).optional().describe('the lot that was tapped'),
      type: asked.type,
      lang: asked.lang,
      big: text('1: larger text'),
    }),
    answers: [page('The touch screen'), unknownLot],
  }),
  embedPage: route({
    ...{ method: 'GET', path: '/embed/{id}', ...open, summary: 'Lots for a frame in a page of somebody else' },
    description:
      'The id of a lot, or `all` for every lot. Only the origins of the setting `embedIn` may show it in a frame.',
    params: idParams,
    query: z.object({ theme: text('light or dark; default: that of the browser'), lang: asked.lang }),
    answers: [page('The lots'), unknownLot],
  }),
  publicLot: route({
    ...{ method: 'GET', path: '/public/lots/{id}', ...open, summary: 'One lot as data' },
    params: idParams,
    query: z.object({ at: asked.at }),
    problems: [404],
    answers: [{ status: 200, description: 'The lot', schema: ['DriverLot', driverLotSchema] }],
  }),
  publicLotText: route({
    ...{ method: 'GET', path: '/public/lots/{id}/text', ...open, summary: 'One lot as a line of text' },
    params: idParams,
    query: z.object({ lang: asked.lang }),
    problems: [404],
    answers: [{ status: 200, type: 'text/plain', description: 'Name, free bays, and of how many' }],
  }),
  publicLotBadge: route({
    ...{ method: 'GET', path: '/public/lots/{id}/badge', ...open, summary: 'One lot as a small picture' },
    params: idParams,
    query: z.object({ lang: asked.lang }),
    problems: [404],
    answers: [{ status: 200, type: 'image/svg+xml', description: 'Name and free bays' }],
  }),
}
