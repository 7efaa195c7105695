/** LORIOT: first `rx`, and for another gateway that heard it `gw`. */
import { decodedAs, type EnvelopeWriter } from '../writer.ts'

export const loriotWriter: EnvelopeWriter = {
  name: 'loriot',
  ...{ decodes: true, ports: true, times: true, sessions: true, names: 'nothing' },
  write: ({ device, session, seq, time, fPort, bytes, decoded, gateway, rssiDbm, snrDb, isCopy }) => ({
    ...{ EUI: device, devaddr: session, ts: time, fcnt: seq, port: fPort, data: bytes.toHex() },
    ...decodedAs('decoded', decoded),
    ...(isCopy
      ? { cmd: 'gw', gws: [{ gweui: gateway, rssi: rssiDbm, snr: snrDb }] }
      : { cmd: 'rx', rssi: rssiDbm, snr: snrDb }),
  }),
}
