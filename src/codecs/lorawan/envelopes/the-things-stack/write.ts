/** The Things Stack v3, webhook: fields that are zero are left out. */
import { base64, decodedAs, type EnvelopeWriter, isoOf, namedAs } from '../writer.ts'

export const theThingsStackWriter: EnvelopeWriter = {
  name: 'the-things-stack',
  ...{ decodes: true, ports: true, times: true, sessions: true, names: 'vendor and model' },
  write: ({ device, session, seq, time, fPort, bytes, decoded, gateway, rssiDbm, snrDb, model }) => ({
    end_device_ids: {
      device_id: `eui-${device.toLowerCase()}`,
      application_ids: { application_id: 'fleet' },
      ...{ dev_eui: device, dev_addr: session },
    },
    received_at: isoOf(time),
    uplink_message: {
      session_key_id: btoa(session),
      ...(fPort ? { f_port: fPort } : {}),
      ...(seq === 0 ? {} : { f_cnt: seq }),
      frm_payload: base64(bytes),
      ...decodedAs('decoded_payload', decoded),
      rx_metadata: [{ gateway_ids: { gateway_id: gateway.toLowerCase() }, rssi: rssiDbm, snr: snrDb }],
      received_at: isoOf(time),
      ...namedAs(model, (brand_id, model_id) => ({ version_ids: { brand_id, model_id } })),
    },
  }),
}
