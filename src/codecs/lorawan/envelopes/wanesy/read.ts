/** Kerlink Wanesy Management Center. `encodingType` says how the payload is written. */
import { instant } from '../../../../lib/brand.ts'
import { base64Of, bestRadio, euiOf, hexOf, objectOf, textOf, wholeOf } from '../../json.ts'
import type { Envelope } from '../envelope.ts'

export const wanesy: Envelope = {
  name: 'wanesy',
  read(body) {
    const end = objectOf(body['endDevice'])
    if (!end || body['fCntUp'] === undefined) return undefined
    const ms = wholeOf(body['recvTime'])
    return {
      kind: 'uplink',
      device: euiOf(end['devEui']),
      seq: wholeOf(body['fCntUp']),
      time: ms === undefined || ms > 8.64e15 ? undefined : instant(ms),
      fPort: wholeOf(body['fPort']),
      bytes: body['encodingType'] === 'BASE64' ? base64Of(body['payload']) : hexOf(body['payload']),
      decoded: undefined,
      hints: [textOf(objectOf(end['profile'])?.['name'])],
      radio: bestRadio(body['gwInfo'], 'rssi', 'snr'),
    }
  },
}
