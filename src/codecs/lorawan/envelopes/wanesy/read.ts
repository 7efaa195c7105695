/** Kerlink Wanesy Management Center. `encodingType` is the encoding of the payload. */
import {
  addressOf,
  base64Of,
  bestRadio,
  euiOf,
  gatewaysIn,
  hexOf,
  msOf,
  nameOf,
  objectOf,
  wholeOf,
} from '../../json.ts'
import type { Envelope } from '../envelope.ts'

export const wanesy: Envelope = {
  name: 'wanesy',
  read(body) {
    const end = objectOf(body['endDevice'])
    if (!end || body['fCntUp'] === undefined) return undefined
    return {
      kind: 'uplink',
      device: euiOf(end['devEui']),
      seq: wholeOf(body['fCntUp']),
      session: addressOf(end['devAddr']),
      time: msOf(body['recvTime']),
      fPort: wholeOf(body['fPort']),
      bytes: body['encodingType'] === 'BASE64' ? base64Of(body['payload']) : hexOf(body['payload']),
      decoded: undefined,
      identifiers: nameOf(objectOf(end['profile'])?.['name']),
      radio: bestRadio(body['gwInfo'], 'rssi', 'snr'),
      gateways: gatewaysIn(body['gwInfo'], (gateway) => gateway['gwEui']),
    }
  },
}
