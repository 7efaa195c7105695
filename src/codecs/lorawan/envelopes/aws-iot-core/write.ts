/** AWS IoT Core for LoRaWAN; the port is spelled `FPort` or `Fport`. */
import { base64, type EnvelopeWriter, isoOf } from '../writer.ts'

export const awsIotCoreWriter: EnvelopeWriter = {
  name: 'aws-iot-core',
  ...{ decodes: false, ports: true, times: true, sessions: true, names: 'nothing' },
  write: ({ device, session, seq, time, fPort, bytes, gateway, rssiDbm, snrDb }) => ({
    WirelessDeviceId: `5b58245e-146c-4c30-${device.slice(0, 4)}-${device.slice(4)}`,
    PayloadData: base64(bytes),
    WirelessMetadata: {
      LoRaWAN: {
        ...{ ADR: false, DevAddr: session, DevEui: device.toLowerCase(), FCnt: seq, Timestamp: isoOf(time) },
        [seq % 2 === 0 ? 'FPort' : 'Fport']: fPort,
        Gateways: [{ GatewayEui: gateway, Snr: snrDb, Rssi: rssiDbm }],
        MType: 'UnconfirmedDataUp',
      },
    },
  }),
}
