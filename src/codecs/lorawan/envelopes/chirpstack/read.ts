/**
 * ChirpStack v4, HTTP and MQTT integration in JSON. The kind of event stands in the query (`?event=up`) or at the end of the
 * topic, not in the body; where neither is known the shape decides.
 */
import type { Measures } from '../../../../domain/reading.ts'
import type { Identifier } from '../../choose-model.ts'
import {
  addressOf,
  base64Of,
  bestRadio,
  euiOf,
  gatewaysIn,
  type Json,
  nameOf,
  numberOf,
  objectOf,
  pairOf,
  textOf,
  timeOf,
  wholeOf,
} from '../../json.ts'
import type { Envelope, Message } from '../envelope.ts'

export const chirpStack: Envelope = {
  name: 'chirpstack',
  read(body, { event }) {
    const info = objectOf(body['deviceInfo'])
    if (!info || (info['devEui'] === undefined && info['deviceName'] === undefined)) return undefined
    const device = euiOf(info['devEui']) ?? textOf(info['deviceName'])
    const time = timeOf(body['time'])
    switch (event ?? eventByShape(body)) {
      case 'up':
        return uplink(body, info, device, time)
      case 'join':
        return { kind: 'join', device, time, session: addressOf(body['devAddr']) }
      case 'status':
        return { kind: 'status', device, time, measures: battery(body) }
      case 'ack':
      case 'txack':
      case 'log':
      case 'location':
      case 'integration':
        return { kind: 'silent' }
      default:
        return undefined
    }
  },
}

function eventByShape(body: Json): string | undefined {
  if ('fPort' in body || 'data' in body || 'object' in body || 'rxInfo' in body) return 'up'
  if ('batteryLevel' in body || 'margin' in body || 'externalPowerSource' in body) return 'status'
  if ('level' in body && 'code' in body) return 'log'
  if ('acknowledged' in body) return 'ack'
  if ('downlinkId' in body) return 'txack'
  if ('location' in body) return 'location'
  if ('integrationName' in body) return 'integration'
  return 'devAddr' in body ? 'join' : undefined
}

function uplink(body: Json, info: Json, device: string | undefined, time: ReturnType<typeof timeOf>): Message {
  return {
    kind: 'uplink',
    device,
    seq: wholeOf(body['fCnt'] ?? 0),
    session: addressOf(body['devAddr']),
    time,
    fPort: wholeOf(body['fPort']),
    bytes: base64Of(body['data']),
    decoded: objectOf(body['object']),
    identifiers: identifiersOf(info),
    application: textOf(info['applicationId']),
    radio: bestRadio(body['rxInfo'], 'rssi', 'snr'),
    gateways: gatewaysIn(body['rxInfo'], (gateway) => gateway['gatewayId'] ?? gateway['gatewayID']),
  }
}

/** Tags are set by hand for us; the profile may be named after its model. */
function identifiersOf(info: Json): readonly Identifier[] {
  const tags = objectOf(info['tags'])
  const decoder = textOf(tags?.['payload'])
  return [
    ...(decoder === undefined ? [] : [{ decoder }]),
    ...pairOf(tags?.['brand'], tags?.['model']),
    ...nameOf(info['deviceProfileName']),
  ]
}

/** DevStatusAns as ChirpStack reports it: percent, unless the device runs on mains or cannot tell. */
function battery(body: Json): Measures {
  const level = numberOf(body['batteryLevel'])
  const known = body['batteryLevelUnavailable'] !== true && body['externalPowerSource'] !== true
  return known && level !== undefined && level >= 0 && level <= 100 ? { batteryPct: level } : {}
}
