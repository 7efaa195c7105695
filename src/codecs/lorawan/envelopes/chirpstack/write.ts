/** ChirpStack v4, HTTP integration. */
import { base64, decodedAs, type EnvelopeWriter, isoOf } from '../writer.ts'

export const chirpStackWriter: EnvelopeWriter = {
  name: 'chirpstack',
  query: 'event=up',
  ...{ decodes: true, ports: true, times: true, sessions: true, names: 'decoder' },
  write: ({ device, session, seq, time, fPort, bytes, decoded, gateway, rssiDbm, snrDb, model }) => ({
    time: isoOf(time).replace('Z', '000000+00:00'),
    deviceInfo: {
      applicationId: 'fleet',
      deviceName: device,
      devEui: device.toLowerCase(),
      tags: model ? { payload: model.decoder } : {},
    },
    ...{ devAddr: session, adr: true, dr: 3, fCnt: seq, fPort, confirmed: false, data: base64(bytes) },
    ...decodedAs('object', decoded),
    rxInfo: [{ gatewayId: gateway.toLowerCase(), rssi: rssiDbm, snr: snrDb }],
  }),
}
