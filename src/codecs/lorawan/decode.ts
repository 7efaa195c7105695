/**
 * LoRaWAN by way of its network servers: a JSON envelope (envelopes/) around a sensor's bytes (payloads/). One frame is one
 * message of the network server and gives at most one reading.
 *
 * - The model of the device decides who reads the payload (choose-model.ts): its decoder of bytes, else the object that the network
 *   server decoded, through the mapping (mapping/).
 * - Without a model and without a sufficient object the frame is rejected, never guessed: a wrong decoder would show free bays
 *   that are not.
 * - A join begins the device's numbers again. An uplink without bytes is a sign of life.
 */
import { withCharge } from '../../domain/battery-charge.ts'
import { deviceModels } from '../../domain/device-models.ts'
import { withinRange } from '../../domain/measures.ts'
import { type DeviceId, type Measures, parseId, type Reading, type Rejection } from '../../domain/reading.ts'
import type { Instant } from '../../lib/brand.ts'
import { ok, type Result } from '../../lib/result.ts'
import type { Codec, FrameContext } from '../codec.ts'
import { quoted, reject } from '../rejection.ts'
import { decodeUtf8 } from '../utf8.ts'
import { chooseModel, type DecoderChoices } from './choose-model.ts'
import type { EnvelopeMeta, LorawanUplink, Message } from './envelopes/envelope.ts'
import { envelopes } from './envelopes/registry.ts'
import { objectOf } from './json.ts'
import { mapObject } from './mapping/map-object.ts'
import { candidatesFor, type Model, type PublishedScript } from './models.ts'
import type { ScriptFrame } from './script-answer.ts'
import { readScriptAnswer } from './script-payload.ts'

const noChoices: DecoderChoices = { ofDevice: () => undefined }

/** `choices`: what operators have chosen, of the source whose frames it decodes. */
export const createLorawanCodec = (choices: DecoderChoices): Codec => ({
  name: 'lorawan',
  decode(frame, { meta, arrivedAt }) {
    const message = messageOf(frame, meta)
    return message.ok ? readingsOf(message.value, choices, arrivedAt) : message
  },
})

export const lorawanCodec: Codec = createLorawanCodec(noChoices)

/** The device that a frame is from; undefined where it names none. */
export function deviceOfUplink(frame: Uint8Array, meta: FrameContext['meta']): DeviceId | undefined {
  const message = messageOf(frame, meta)
  return message.ok && message.value.kind !== 'silent' ? idOf(message.value.device) : undefined
}

/** The uplink in a frame; undefined where it is none. */
export function uplinkOf(frame: Uint8Array, meta: FrameContext['meta']): LorawanUplink | undefined {
  const message = messageOf(frame, meta)
  return message.ok && message.value.kind === 'uplink' ? message.value : undefined
}

type Answer = Result<readonly Reading[], Rejection>

function messageOf(frame: Uint8Array, meta: FrameContext['meta']): Result<Message, Rejection> {
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
    if (message) return ok(message)
  }
  return reject(
    'unknown-envelope',
    `no known network server sends an object with the keys ${quoted(Object.keys(body).slice(0, 8).join(', '))}; known are ${envelopes.map(({ name }) => name).join(', ')}; send plain readings to /ingest/v1 instead`,
  )
}

/** ChirpStack and MQTT integrations name the event outside the body. */
function eventOf(meta: FrameContext['meta']): string | undefined {
  const query = meta['query'] === undefined ? null : new URLSearchParams(meta['query']).get('event')
  if (query) return query
  const topic = meta['topic']
  return topic?.includes('/event/') ? topic.slice(topic.lastIndexOf('/') + 1) : undefined
}

const idOf = (device: string | undefined): DeviceId | undefined =>
  device?.isWellFormed() ? parseId<DeviceId>(device) : undefined

function readingsOf(message: Message, choices: DecoderChoices, arrivedAt: Instant): Answer {
  if (message.kind === 'silent') return ok([])
  const device = idOf(message.device)
  if (device === undefined)
    return reject('no-device', 'the envelope names no device; check the DevEUI in the network server')
  const at = message.time === undefined ? {} : { time: message.time, timeSource: 'network' as const }
  if (message.kind === 'status') return ok([{ device, ...at, kind: 'heartbeat', measures: message.measures }])
  const session = message.session === undefined ? {} : { session: message.session }
  if (message.kind === 'join') return ok([{ device, ...session, ...at, kind: 'restart', measures: {} }])
  const payload = readPayload(device, message, choices, arrivedAt)
  if (!payload.ok) return payload
  const { kind, measures, script } = payload.value
  return ok([
    {
      device,
      ...(message.seq === undefined ? {} : { seq: message.seq }),
      ...session,
      ...at,
      ...(kind === undefined ? {} : { kind }),
      ...(script === undefined ? {} : { script }),
      ...(message.gateways === undefined ? {} : { gateways: message.gateways }),
      measures: withinRange<Measures>({ ...message.radio, ...measures }),
    },
  ])
}

interface PayloadRead {
  readonly kind?: Reading['kind']
  readonly script?: string
  readonly measures: Measures
}
type Payload = Result<PayloadRead, Rejection>

function readPayload(device: DeviceId, uplink: LorawanUplink, choices: DecoderChoices, arrivedAt: Instant): Payload {
  const { decoded, bytes, fPort } = uplink
  if (bytes === undefined)
    return reject(
      'bad-field',
      `the payload of ${quoted(device)} is neither base64 nor hex as its network server sends it`,
    )
  // Port 0 carries commands of the network itself.
  if (fPort === 0 || (!decoded && bytes.length === 0)) return ok({ kind: 'heartbeat', measures: {} })
  const choice = chooseModel(device, uplink.identifiers, choices, uplink.application)
  if (choice.kind === 'ambiguous')
    return reject(
      'unknown-payload',
      `the network server names ${choice.names.length} models for ${quoted(device)}, ${choice.names.join(' and ')}; ${howToChoose}`,
    )
  const model = choice.kind === 'model' ? choice.model : undefined
  if (model?.script && bytes.length > 0)
    return readByScript(
      { ...model, script: model.script },
      { bytes, fPort, recvTime: uplink.time ?? arrivedAt },
      choices,
    )
  if (model?.decode && bytes.length > 0) return readBytes(model, bytes, fPort)
  return decoded
    ? readObject(uplink, bytes, model)
    : reject('unknown-payload', `nothing names the model of ${quoted(device)}: ${candidates(bytes, fPort)}`)
}

function readBytes({ name, decode }: Model, bytes: Uint8Array, fPort: number | undefined): Payload {
  const read = decode?.(bytes, fPort)
  if (read) return ok({ ...read, measures: withCharge(read.measures, deviceModels.get(name)) })
  return reject('unknown-payload', `${name} sends nothing like ${candidates(bytes, fPort)}`)
}

/** Its label stands in the reason, so that it is known which version has rejected a frame. */
function readByScript(
  { script, table }: Model & Pick<PublishedScript, 'script'>,
  frame: ScriptFrame,
  { answerOf }: DecoderChoices,
): Payload {
  const answer = answerOf?.(script, frame)
  if (!answer) return reject('codec-not-run', `${script.label} was not run; requeue the frame`)
  if (answer.notRun) return reject('codec-not-run', `${script.label}: ${answer.failed}; requeue the frame`)
  const read = readScriptAnswer(answer, table)
  return read.ok
    ? ok({ ...read.value, script: script.hash })
    : reject('codec-failed', `${script.label} ${read.error}; publish a version that reads it, and requeue`)
}

function readObject(
  { device, decoded = {}, fPort }: LorawanUplink,
  bytes: Uint8Array,
  model: Model | undefined,
): Payload {
  const mapped = mapObject(decoded, model?.table)
  if (mapped.aside === undefined)
    return ok({
      ...(Object.keys(mapped.measures).length === 0 ? { kind: 'heartbeat' } : {}),
      measures: mapped.measures,
    })
  return reject(
    'unknown-payload',
    `the decoded object of ${quoted(device)} was not understood: ${mapped.aside}; ${couldBe(candidatesFor(bytes, fPort))}${howToChoose}`,
  )
}

const howToChoose = 'choose with "baykeeper dlq requeue ID --decoder NAME"; the names are in "baykeeper decoder list"'

/** The bytes, and the models that could read them. */
function candidates(bytes: Uint8Array, fPort: number | undefined): string {
  const shown = `port ${fPort ?? '(none)'}, ${bytes.length} bytes ${quoted(bytes.subarray(0, 16).toHex())}`
  const names = candidatesFor(bytes, fPort)
  return `${shown}; ${names.length === 0 ? 'no built-in decoder takes them; ' : couldBe(names)}${howToChoose}`
}

const couldBe = (names: readonly string[]) => (names.length === 0 ? '' : `the bytes could be of ${names.join(', ')}; `)
