/** Kerlink Wanesy Management Center; it sends hexadecimal or base64. */
import { base64, type EnvelopeWriter, namedAs } from '../writer.ts'

export const wanesyWriter: EnvelopeWriter = {
  name: 'wanesy',
  ...{ decodes: false, ports: true, times: true, sessions: true, names: 'vendor and model' },
  write: ({ device, session, seq, time, fPort, bytes, gateway, rssiDbm, snrDb, model }) => ({
    ...{ adr: true, recvTime: time, fPort, fCntUp: seq, dataRate: 'SF9BW125' },
    endDevice: {
      devEui: device,
      devAddr: session,
      cluster: { id: 359 },
      ...namedAs(model, (vendor, id) => ({ profile: { name: `${vendor} ${id}` } })),
    },
    ...(seq % 2 === 0
      ? { encodingType: 'HEXA', payload: bytes.toHex() }
      : { encodingType: 'BASE64', payload: base64(bytes) }),
    gwInfo: [{ gwEui: gateway, rssi: rssiDbm, snr: snrDb }],
  }),
}
