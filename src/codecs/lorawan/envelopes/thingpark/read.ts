/** Actility ThingPark. Numbers come as text or as numbers, by the version of the platform. */

import type { Identifier } from '../../choose-model.ts'
import {
  addressOf,
  bestRadio,
  euiOf,
  gatewaysIn,
  hexOf,
  type Json,
  numberOf,
  objectOf,
  pairOf,
  textOf,
  timeOf,
  wholeOf,
} from '../../json.ts'
import type { Envelope } from '../envelope.ts'

const silent = ['DevEUI_location', 'DevEUI_downlink_Sent', 'DevEUI_downlink_Rejected', 'DevEUI_multicast_summary']

export const thingPark: Envelope = {
  name: 'thingpark',
  read(body) {
    const join = objectOf(body['DevEUI_notification'])
    if (join) {
      const joined = textOf(join['Type'])?.toLowerCase() === 'join'
      if (!joined) return { kind: 'silent' }
      const session = addressOf(join['DevAddr'])
      return { kind: 'join', device: euiOf(join['DevEUI']), time: timeOf(join['Time']), session }
    }
    const uplink = objectOf(body['DevEUI_uplink'])
    if (!uplink) return silent.some((name) => name in body) ? { kind: 'silent' } : undefined
    const lrrs = objectOf(uplink['Lrrs'])?.['Lrr']
    const gateways = bestRadio(lrrs, 'LrrRSSI', 'LrrSNR')
    const rssiDbm = gateways.rssiDbm ?? numberOf(uplink['LrrRSSI'])
    const snrDb = gateways.snrDb ?? numberOf(uplink['LrrSNR'])
    return {
      kind: 'uplink',
      device: euiOf(uplink['DevEUI']),
      seq: wholeOf(uplink['FCntUp']),
      session: addressOf(uplink['DevAddr']),
      time: timeOf(uplink['Time']),
      fPort: wholeOf(uplink['FPort']),
      bytes: hexOf(uplink['payload_hex']),
      decoded: objectOf(uplink['payload']),
      identifiers: identifiersOf(uplink),
      gateways: gatewaysIn(lrrs, (lrr) => lrr['Lrrid']),
      radio: { ...(rssiDbm === undefined ? {} : { rssiDbm }), ...(snrDb === undefined ? {} : { snrDb }) },
    }
  },
}

/** The driver names publisher and model; the older profile is "VENDOR/MODEL". */
function identifiersOf(uplink: Json): readonly Identifier[] {
  const driver = objectOf(uplink['DriverCfg'])
  const parts = [objectOf(driver?.['mod']), objectOf(driver?.['app'])]
  const [vendor, model] = textOf(objectOf(objectOf(uplink['CustomerData'])?.['alr'])?.['pro'])?.split('/') ?? []
  return [...parts.flatMap((part) => pairOf(part?.['pId'], part?.['mId'])), ...pairOf(vendor, model)]
}
