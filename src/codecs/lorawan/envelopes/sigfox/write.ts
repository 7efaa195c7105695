/** Sigfox callback with the usual template: no port, no session, whole seconds, a counter of 12 bits. */
import { decodedAs, type EnvelopeWriter } from '../writer.ts'

export const sigfoxWriter: EnvelopeWriter = {
  name: 'sigfox',
  ...{ decodes: true, ports: false, times: true, sessions: false, seqMax: 4_095 },
  write: ({ device, seq, time, bytes, decoded, gateway, rssiDbm, snrDb, isCopy }) => ({
    ...{ device, seqNumber: seq, time: Math.floor(time / 1_000), data: bytes.toHex() },
    ...{ duplicate: isCopy, station: gateway.slice(-4), rssi: rssiDbm, snr: snrDb },
    ...decodedAs('decoded', decoded),
  }),
}
