/**
 * LoRaWAN by way of its network servers: a JSON envelope (envelopes/) around a sensor's bytes (payloads/). One frame is one
 * message of the network server and gives at most one reading.
 *
 * - Presence comes from the envelope's decoded object if it has any, else from the built-in decoder that a hint names: the
 *   source's `payload` setting first, then the device profile, brand or model in the envelope.
 * - Without either the frame is rejected, never guessed: a wrong decoder would show free bays that are not.
 * - A join begins the device's numbers anew. An uplink without bytes is a sign of life.
 */
import { type DeviceId, type Measures, parseId, type Reading, type Rejection } from '../../domain/reading.ts'
import { ok, type Result } from '../../lib/result.ts'
import type { Codec, FrameContext } from '../codec.ts'
import { quoted, reject } from '../rejection.ts'
import { decodeUtf8 } from '../utf8.ts'
import { readDecodedObject } from './decoded-object.ts'
import type { EnvelopeMeta, LorawanUplink, Message } from './envelopes/envelope.ts'
import { envelopes } from './envelopes/registry.ts'
import { objectOf } from './json.ts'
import { payloadDecoderFor, payloadDecoders } from './payloads/registry.ts'

export const lorawanCodec: Codec = { name: 'lorawan', decode }

type Answer = Result<readonly Reading[], Rejection>

function decode(frame: Uint8Array, { meta }: FrameContext): Answer {
  const text = decodeUtf8(frame)
  if (text === undefined) return reject('bad-utf8', 'the frame is not UTF-8 text: network servers send JSON')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return reject('not-json', `the frame is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
  const body = objectOf(value)
  if (!body) return reject('not-an-object', `${quoted(value)} is not the object a network server sends`)
  const envelopeMeta: EnvelopeMeta = { event: eventOf(meta) }
  for (const { read } of envelopes) {
    const message = read(body, envelopeMeta)
    if (message) return readingsOf(message, meta)
  }
  return reject(
    'unknown-envelope',
    `no known network server sends an object with the keys ${quoted(Object.keys(body).slice(0, 8).join(', '))}; known are ${envelopes.map(({ name }) => name).join(', ')}; send plain readings to the generic ingest instead`,
  )
}

/** ChirpStack and MQTT integrations name the event outside the body. */
function eventOf(meta: FrameContext['meta']): string | undefined {
  const query = meta['query'] === undefined ? null : new URLSearchParams(meta['query']).get('event')
  if (query) return query
  const topic = meta['topic']
  return topic?.includes('/event/') ? topic.slice(topic.lastIndexOf('/') + 1) : undefined
}

function readingsOf(message: Message, meta: FrameContext['meta']): Answer {
  if (message.kind === 'silent') return ok([])
  const device = message.device === undefined ? undefined : parseId<DeviceId>(message.device)
  if (device === undefined)
    return reject('no-device', 'the envelope names no device; check the DevEUI in the network server')
  const at = message.time === undefined ? {} : { time: message.time }
  if (message.kind === 'join') return ok([{ device, ...at, kind: 'restart', measures: {} }])
  if (message.kind === 'status') return ok([{ device, ...at, kind: 'heartbeat', measures: message.measures }])
  const payload = readPayload(message, meta['payload'])
  if (!payload.ok) return payload
  const { kind, measures } = payload.value
  return ok([
    {
      device,
      ...(message.seq === undefined ? {} : { seq: message.seq }),
      ...at,
      ...(kind === undefined ? {} : { kind }),
      measures: { ...message.radio, ...measures },
    },
  ])
}

type Payload = Result<{ readonly kind?: Reading['kind']; readonly measures: Measures }, Rejection>

function readPayload({ device, decoded, bytes, fPort, hints }: LorawanUplink, configured: string | undefined): Payload {
  const measures = decoded ? readDecodedObject(decoded) : {}
  if (measures.occupied !== undefined) return ok({ measures })
  if (bytes === undefined)
    return reject(
      'bad-field',
      `the payload of ${quoted(device)} is neither base64 nor hex as its network server sends it`,
    )
  // Port 0 carries commands of the network itself.
  if (!decoded && (bytes.length === 0 || fPort === 0)) return ok({ kind: 'heartbeat', measures })
  const decoder = payloadDecoderFor([configured, ...hints])
  const read = decoder?.decode(bytes, fPort)
  if (read) return ok({ ...read, measures: { ...measures, ...read.measures } })
  if (Object.keys(measures).length > 0) return ok({ measures })
  const shown = `port ${fPort ?? '(none)'}, ${bytes.length} bytes ${quoted(bytes.subarray(0, 16).toHex())}`
  return decoder
    ? reject(
        'unknown-payload',
        `${decoder.name} sends nothing like ${shown}; correct the device profile if this is another sensor`,
      )
    : reject(
        'unknown-payload',
        `nothing says how to read ${shown}; name the device profile after one of ${payloadDecoders.map(({ name }) => name).join(', ')}, set payload on the source, or decode in the network server`,
      )
}
