/**
 * Sigfox callback, with the field names of the usual template. No LoRaWAN, but the same webhook: a device id, a counter of 12
 * bits that wraps, and the bytes in hex. One uplink is sent again for each station that heard it when `duplicate` is on.
 */
import { instant } from '../../../../lib/brand.ts'
import { hexOf, nameOf, numberOf, objectOf, textOf, wholeOf } from '../../json.ts'
import type { Envelope } from '../envelope.ts'

export const sigfox: Envelope = {
  name: 'sigfox',
  read(body) {
    if (body['device'] === undefined || body['seqNumber'] === undefined || body['data'] === undefined) return undefined
    const seconds = wholeOf(body['time'] ?? body['baseStationTime'])
    const rssiDbm = numberOf(body['rssi'])
    const snrDb = numberOf(body['snr'])
    return {
      kind: 'uplink',
      device: textOf(body['device'])?.toUpperCase(),
      seq: wholeOf(body['seqNumber']),
      session: undefined,
      time: seconds === undefined || seconds > 1e11 ? undefined : instant(seconds * 1_000),
      fPort: undefined,
      bytes: hexOf(body['data']),
      decoded: objectOf(body['decoded']),
      identifiers: [...nameOf(body['deviceTypeId']), ...nameOf(body['deviceType'])],
      gateways: undefined,
      radio: { ...(rssiDbm === undefined ? {} : { rssiDbm }), ...(snrDb === undefined ? {} : { snrDb }) },
    }
  },
}
