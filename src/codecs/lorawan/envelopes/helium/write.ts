/** The former Helium console, whose `reported_at` is no time. */
import { base64, type EnvelopeWriter } from '../writer.ts'

export const heliumWriter: EnvelopeWriter = {
  name: 'helium',
  ...{ decodes: true, ports: true, times: false, sessions: true, names: 'nothing' },
  write: ({ device, session, seq, fPort, bytes, decoded, gateway, rssiDbm, snrDb }) => ({
    ...{ app_eui: '6948A4B59F4666AD', dev_eui: device, devaddr: session, fcnt: seq, port: fPort },
    ...{ id: device, name: device, payload: base64(bytes), reported_at: 15_868_685_461_234 },
    ...(decoded ? { decoded: { status: 'success', payload: decoded } } : {}),
    hotspots: [{ id: gateway, name: 'fleet', rssi: rssiDbm, snr: snrDb, status: 'success' }],
  }),
}
