/** AWS IoT Core for LoRaWAN. The port is `FPort` in the reference and `Fport` in real messages. */
import { addressOf, base64Of, bestRadio, euiOf, gatewaysIn, objectOf, textOf, timeOf, wholeOf } from '../../json.ts'
import type { Envelope } from '../envelope.ts'

export const awsIotCore: Envelope = {
  name: 'aws-iot-core',
  read(body) {
    const lorawan = objectOf(objectOf(body['WirelessMetadata'])?.['LoRaWAN'])
    if (!lorawan) return undefined
    return {
      kind: 'uplink',
      device: euiOf(lorawan['DevEui']) ?? textOf(body['WirelessDeviceId']),
      seq: wholeOf(lorawan['FCnt']),
      session: addressOf(lorawan['DevAddr']),
      time: timeOf(lorawan['Timestamp']),
      fPort: wholeOf(lorawan['FPort'] ?? lorawan['Fport']),
      bytes: base64Of(body['PayloadData']),
      decoded: undefined,
      identifiers: [],
      radio: bestRadio(lorawan['Gateways'], 'Rssi', 'Snr'),
      gateways: gatewaysIn(lorawan['Gateways'], (gateway) => gateway['GatewayEui']),
    }
  },
}
