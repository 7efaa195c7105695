/** Vendors' scripts that decode LoRaWAN payloads. */
import * as z from 'zod'
import {
  codecAcceptedSchema,
  codecBodyBytesMax,
  codecHeadSchema,
  codecId,
  codecSchema,
  newCodecSchema,
} from '../codec.ts'
import { pageOf } from '../page.ts'
import { route } from '../route.ts'
import { shownText } from '../shown-text.ts'

const params = z.strictObject({ id: codecId })
const tag = 'Decoders'
const accepted = {
  status: 202,
  description: 'Safe in the journal, not in effect in the database yet',
  schema: ['CodecAccepted', codecAcceptedSchema],
} as const

export const codecRoutes = {
  codecs: route({
    method: 'GET',
    path: '/api/v1/codecs',
    access: 'read',
    tag,
    summary: 'Scripts that decode LoRaWAN payloads, and whose frames each reads',
    answers: [{ status: 200, description: 'Those in force', schema: ['CodecPage', pageOf(codecHeadSchema)] }],
  }),
  codec: route({
    method: 'GET',
    path: '/api/v1/codecs/{id}',
    access: 'read',
    tag,
    summary: 'One script with its text and its versions',
    params,
    problems: [404],
    answers: [{ status: 200, description: 'The script', schema: ['Codec', codecSchema] }],
  }),
  putCodec: route({
    method: 'PUT',
    path: '/api/v1/codecs/{id}',
    access: 'devices',
    tag,
    summary: 'Publish a script, or a new version of it',
    description:
      'It is a record of the journal, and reads every frame behind it that it is assigned to. Frames that were rejected before are read by it when they are requeued. A script that does not load is refused. At most 200 scripts. Where processing has not committed it within 5 s the answer is 202.',
    params,
    body: newCodecSchema,
    bodyName: 'NewCodec',
    bodyBytesMax: codecBodyBytesMax,
    problems: [409, 503],
    answers: [{ status: 200, description: 'The version', schema: ['CodecVersion', codecHeadSchema] }, accepted],
  }),
  deleteCodec: route({
    method: 'DELETE',
    path: '/api/v1/codecs/{id}',
    access: 'devices',
    tag,
    summary: 'Withdraw a script',
    description: 'It reads no frame behind the record of this change. Its versions are kept.',
    params,
    query: z.strictObject({ reason: shownText(500).optional() }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'Withdrawn', schema: ['CodecAccepted', codecAcceptedSchema] }, accepted],
  }),
}
