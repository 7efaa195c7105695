/** Signs: what they show, for people and for the controllers of panels; and how people set them. */
import * as z from 'zod'
import { pageOf } from '../page.ts'
import { cursorField, limitField, route } from '../route.ts'
import {
  signAcceptedSchema,
  signChangeSchema,
  signId,
  signModeSchema,
  signSchema,
  signSettingsSchema,
} from '../sign.ts'

const params = z.strictObject({ id: signId })
const tag = 'Signs'
const etag = 'strong: the same as long as the text is; send it as If-None-Match'
const headers = {
  etag,
  'cache-control': 'private, no-cache: it may be blank a moment later',
  'x-sign-show': 'blank, number, full, closed or test',
  'x-sign-reason': 'why it shows that',
}
const accepted = {
  status: 202,
  description: 'Safe in the journal, not in effect in the database yet',
  schema: ['SignAccepted', signAcceptedSchema] as const,
}
const sign = { status: 200, description: 'The sign', schema: ['Sign', signSchema] as const }

export const signRoutes = {
  signs: route({
    method: 'GET',
    path: '/api/v1/signs',
    access: 'read',
    sites: 'public',
    tag,
    summary: 'What every sign shows, and why',
    answers: [{ status: 200, description: 'All signs', schema: ['SignPage', pageOf(signSchema)] }],
  }),
  sign: route({
    ...{ method: 'GET', path: '/api/v1/signs/{id}', access: 'read', tag, summary: 'What one sign shows, and why' },
    ...{ sites: 'public', params, problems: [404], answers: [sign] },
  }),
  signText: route({
    method: 'GET',
    path: '/api/v1/signs/{id}/text',
    access: 'read',
    sites: 'public',
    tag,
    summary: 'What a driver reads, as plain text: for the controller of a panel',
    description:
      'An empty body is a blank sign. A controller that gets no answer for longer than it may be wrong blanks on its own.',
    params,
    problems: [404],
    answers: [
      { status: 200, description: 'The text', type: 'text/plain', example: '42', headers },
      { status: 304, description: 'As it was' },
    ],
  }),
  signPicture: route({
    method: 'GET',
    path: '/api/v1/signs/{id}/svg',
    access: 'read',
    sites: 'public',
    tag,
    summary: 'A picture of the sign',
    params,
    problems: [404],
    answers: [
      { status: 200, description: 'SVG', type: 'image/svg+xml', headers },
      { status: 304, description: 'As it was' },
    ],
  }),
  signHistory: route({
    method: 'GET',
    path: '/api/v1/signs/{id}/history',
    access: 'read',
    tag,
    summary: 'What a sign has shown, newest first',
    description:
      'As processing has decided it. A sign that was blank only because processing was behind or stopped is not in it: that is decided where it is shown.',
    params,
    query: z.strictObject({ cursor: cursorField, limit: limitField(500, 50) }),
    problems: [404],
    answers: [{ status: 200, description: 'A page', schema: ['SignHistoryPage', pageOf(signChangeSchema)] }],
  }),
  putSign: route({
    method: 'PUT',
    path: '/api/v1/signs/{id}',
    access: 'operate',
    tag,
    summary: 'Set up a sign, or change it',
    description:
      'It is a record of the journal, in effect for every reading behind it. Where processing has not committed it within 5 s the answer is 202: it is safe and takes effect at its place.',
    params,
    body: signSettingsSchema,
    bodyName: 'SignSettings',
    problems: [409, 503],
    answers: [sign, accepted],
  }),
  deleteSign: route({
    method: 'DELETE',
    path: '/api/v1/signs/{id}',
    access: 'operate',
    tag,
    summary: 'Remove a sign; its history stays',
    params,
    problems: [404, 503],
    answers: [{ status: 200, description: 'Removed', schema: ['SignAccepted', signAcceptedSchema] }],
  }),
  setSignMode: route({
    method: 'POST',
    path: '/api/v1/signs/{id}/mode',
    access: 'operate',
    tag,
    summary: 'Decide what a sign shows: full, closed, blank, test, or what is counted',
    params,
    body: signModeSchema,
    bodyName: 'SignMode',
    problems: [404, 503],
    answers: [sign, accepted],
  }),
}
