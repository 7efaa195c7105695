/**
 * LORIOT. One frame is sent twice, first as `rx` and again as `gw` with every gateway that heard it. The two may carry different times:
 * they are the network's, and no part of the frame's identity.
 */
import { addressOf, bestRadio, euiOf, gatewaysIn, hexOf, msOf, numberOf, objectOf, wholeOf } from '../../json.ts'
import type { Envelope } from '../envelope.ts'

export const loriot: Envelope = {
  name: 'loriot',
  read(body) {
    if (typeof body['cmd'] !== 'string' || body['EUI'] === undefined) return undefined
    if (body['cmd'] !== 'rx' && body['cmd'] !== 'gw') return { kind: 'silent' }
    return {
      kind: 'uplink',
      device: euiOf(body['EUI']),
      seq: wholeOf(body['fcnt']),
      session: addressOf(body['devaddr']),
      time: msOf(body['ts']),
      fPort: wholeOf(body['port']),
      bytes: hexOf(body['data']),
      decoded: objectOf(body['decoded']),
      identifiers: [],
      radio: 'gws' in body ? bestRadio(body['gws'], 'rssi', 'snr') : radio(body['rssi'], body['snr']),
      gateways: gatewaysIn(body['gws'], (gateway) => gateway['gweui']),
    }
  },
}

function radio(rssi: unknown, snr: unknown) {
  const rssiDbm = numberOf(rssi)
  const snrDb = numberOf(snr)
  return { ...(rssiDbm === undefined ? {} : { rssiDbm }), ...(snrDb === undefined ? {} : { snrDb }) }
}
