/** Sigfox callback with the usual template: no port, no session, whole seconds, a counter of 12 bits. */
import { decodedAs, type EnvelopeWriter, namedAs } from '../writer.ts'

export const sigfoxWriter: EnvelopeWriter = {
  name: 'sigfox',
  ...{ decodes: true, ports: false, times: true, sessions: false, seqMax: 4_095, names: 'vendor and model' },
  write: ({ device, seq, time, bytes, decoded, gateway, rssiDbm, snrDb, isCopy, model }) => ({
    ...namedAs(model, (vendor, id) => ({ deviceType: `${vendor} ${id}` })),
    ...{ device, seqNumber: seq, time: Math.floor(time / 1_000), data: bytes.toHex() },
    ...{ duplicate: isCopy, station: gateway.slice(-4), rssi: rssiDbm, snr: snrDb },
    ...decodedAs('decoded', decoded),
  }),
}
