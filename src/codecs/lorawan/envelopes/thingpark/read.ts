/** Actility ThingPark. Numbers come as text or as numbers, by the version of the platform. */
import { bestRadio, euiOf, hexOf, numberOf, objectOf, textOf, timeOf, wholeOf } from '../../json.ts'
import type { Envelope } from '../envelope.ts'

const silent = ['DevEUI_location', 'DevEUI_downlink_Sent', 'DevEUI_downlink_Rejected', 'DevEUI_multicast_summary']

export const thingPark: Envelope = {
  name: 'thingpark',
  read(body) {
    const join = objectOf(body['DevEUI_notification'])
    if (join) {
      const joined = textOf(join['Type'])?.toLowerCase() === 'join'
      return joined ? { kind: 'join', device: euiOf(join['DevEUI']), time: timeOf(join['Time']) } : { kind: 'silent' }
    }
    const uplink = objectOf(body['DevEUI_uplink'])
    if (!uplink) return silent.some((name) => name in body) ? { kind: 'silent' } : undefined
    const gateways = bestRadio(objectOf(uplink['Lrrs'])?.['Lrr'], 'LrrRSSI', 'LrrSNR')
    const rssiDbm = gateways.rssiDbm ?? numberOf(uplink['LrrRSSI'])
    const snrDb = gateways.snrDb ?? numberOf(uplink['LrrSNR'])
    return {
      kind: 'uplink',
      device: euiOf(uplink['DevEUI']),
      seq: wholeOf(uplink['FCntUp']),
      time: timeOf(uplink['Time']),
      fPort: wholeOf(uplink['FPort']),
      bytes: hexOf(uplink['payload_hex']),
      decoded: objectOf(uplink['payload']),
      hints: [textOf(uplink['ModelCfg']), textOf(objectOf(uplink['DriverCfg'])?.['app']), textOf(uplink['modelId'])],
      radio: { ...(rssiDbm === undefined ? {} : { rssiDbm }), ...(snrDb === undefined ? {} : { snrDb }) },
    }
  },
}
