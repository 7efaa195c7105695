/**
 * The Things Stack v3, webhook and MQTT, and its storage, which wraps the same object as `{"result":{...}}`. Fields that are zero or empty are left out, so a missing f_cnt is 0; other message types
 * come to the same URL.
 */

import type { Json } from '../../json.ts'
import {
  addressOf,
  base64Of,
  bestRadio,
  euiOf,
  gatewaysIn,
  objectOf,
  pairOf,
  sessionOf,
  textOf,
  timeOf,
  wholeOf,
} from '../../json.ts'
import type { Envelope } from '../envelope.ts'

/** `uplink_normalized` repeats an uplink under the same number. */
const silent = [
  'uplink_normalized',
  'downlink_ack',
  'downlink_nack',
  'downlink_sent',
  'downlink_failed',
  'downlink_queued',
  'downlink_queue_invalidated',
  'location_solved',
  'service_data',
]

export const theThingsStack: Envelope = {
  name: 'the-things-stack',
  read(whole) {
    const body = objectOf(whole['result']) ?? whole
    const ids = objectOf(body['end_device_ids'])
    if (!ids) return undefined
    const device = euiOf(ids['dev_eui']) ?? textOf(ids['device_id'])
    const received = timeOf(body['received_at'])
    const address = addressOf(ids['dev_addr'])
    const join = objectOf(body['join_accept'])
    if (join) return { kind: 'join', device, time: received, session: sessionOf(join['session_key_id']) ?? address }
    const uplink = objectOf(body['uplink_message'])
    if (!uplink) return silent.some((name) => name in body) ? { kind: 'silent' } : undefined
    const version = objectOf(uplink['version_ids'])
    return {
      kind: 'uplink',
      device,
      seq: wholeOf(uplink['f_cnt'] ?? 0),
      session: sessionOf(uplink['session_key_id']) ?? address,
      time: timeOf(uplink['received_at']) ?? received,
      fPort: wholeOf(uplink['f_port']),
      bytes: base64Of(uplink['frm_payload']),
      decoded: objectOf(uplink['decoded_payload']),
      identifiers: pairOf(version?.['brand_id'], version?.['model_id']),
      application: textOf(objectOf(ids['application_ids'])?.['application_id']),
      radio: bestRadio(uplink['rx_metadata'], 'rssi', 'snr'),
      gateways: gatewaysIn(uplink['rx_metadata'], gatewayId),
    }
  },
}

/** Behind the packet broker there are gateways of others, and it is not known which. */
function gatewayId(gateway: Json): unknown {
  const id = objectOf(gateway['gateway_ids'])?.['gateway_id']
  return id === 'packetbroker' ? undefined : id
}
