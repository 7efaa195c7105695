/** The former Helium console. Networks of today send ChirpStack's envelope. `reported_at` of a real message was no time. */
import { addressOf, base64Of, bestRadio, euiOf, gatewaysIn, objectOf, textOf, wholeOf } from '../../json.ts'
import type { Envelope } from '../envelope.ts'

export const helium: Envelope = {
  name: 'helium',
  read(body) {
    if (body['dev_eui'] === undefined || body['hotspots'] === undefined) return undefined
    return {
      kind: 'uplink',
      device: euiOf(body['dev_eui']) ?? textOf(body['id']),
      seq: wholeOf(body['fcnt']),
      session: addressOf(body['devaddr']),
      time: undefined,
      fPort: wholeOf(body['port']),
      bytes: base64Of(body['payload']),
      decoded: objectOf(objectOf(body['decoded'])?.['payload']),
      identifiers: [],
      radio: bestRadio(body['hotspots'], 'rssi', 'snr'),
      gateways: gatewaysIn(body['hotspots'], (hotspot) => hotspot['id']),
    }
  },
}
