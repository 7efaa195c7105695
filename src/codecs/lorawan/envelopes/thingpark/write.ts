/** Actility ThingPark: numbers as text. */
import { decodedAs, type EnvelopeWriter, isoOf, namedAs } from '../writer.ts'

export const thingParkWriter: EnvelopeWriter = {
  name: 'thingpark',
  ...{ decodes: true, ports: true, times: true, sessions: true, names: 'vendor and model' },
  write: ({ device, session, seq, time, fPort, bytes, decoded, gateway, rssiDbm, snrDb, model }) => ({
    DevEUI_uplink: {
      ...{ Time: isoOf(time).replace('Z', '+00:00'), DevEUI: device, DevAddr: session, FCntUp: String(seq) },
      ...(fPort === undefined ? {} : { FPort: String(fPort) }),
      payload_hex: bytes.toHex(),
      ...decodedAs('payload', decoded),
      ...namedAs(model, (vendor, id) => ({ CustomerData: { alr: { pro: `${vendor}/${id}`, ver: '1' } } })),
      ...{ LrrRSSI: rssiDbm.toFixed(6), LrrSNR: snrDb.toFixed(6), Lrrid: gateway.slice(-8) },
      Lrrs: { Lrr: [{ Lrrid: gateway.slice(-8), LrrRSSI: rssiDbm.toFixed(6), LrrSNR: snrDb.toFixed(6) }] },
    },
  }),
}
