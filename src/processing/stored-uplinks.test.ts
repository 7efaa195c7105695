/** Uplinks of a network server that come by webhook, by MQTT and from its storage: each is stored once, wherever it came first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { play, type Sent } from './testing/history.ts'

const eui = '70B3D57ED0000017'
interface Uplink {
  readonly session?: string
  readonly minute?: number
}
const uplink = (f_cnt: number, { session = 'ESIzRA==', minute = f_cnt }: Uplink = {}) => ({
  end_device_ids: { device_id: 'north-7', dev_eui: eui },
  received_at: `2026-11-23T10:${String(minute).padStart(2, '0')}:01Z`,
  uplink_message: {
    session_key_id: session,
    f_port: 1,
    ...(f_cnt === 0 ? {} : { f_cnt }),
    frm_payload: Buffer.from([f_cnt % 2]).toString('base64'),
    version_ids: { brand_id: 'bosch', model_id: 'tps110' },
    rx_metadata: [{ gateway_ids: { gateway_id: 'gtw1' }, rssi: -80 - f_cnt }],
    received_at: `2026-11-23T10:${String(minute).padStart(2, '0')}:00Z`,
  },
})
const sent = { codec: 'lorawan', source: 'lot' }
const webhook = (f_cnt: number, more?: Uplink): Sent => ({ ...sent, body: JSON.stringify(uplink(f_cnt, more)) })
const overMqtt = (f_cnt: number): Sent => ({
  ...webhook(f_cnt),
  meta: { topic: 'v3/lot@ttn/devices/north-7/up' },
})
const storage = (f_cnt: number, more?: Uplink): Sent => {
  const { rx_metadata: _radio, ...message } = uplink(f_cnt, more).uplink_message
  // The storage writes an uplink as it was, or without what the radio added.
  const body = JSON.stringify({ result: { ...uplink(f_cnt, more), uplink_message: message } })
  return { ...sent, body, meta: { storage: '1' } }
}

test('numbers of a gap that come late from the storage fill it, and live state stays with the newest', async () => {
  const { store, device } = await play([webhook(1), webhook(2), webhook(5), storage(3), storage(4)])
  const { missing, occupied } = device(eui)
  assert.deepEqual([missing, occupied, store.readings.length], [0, true, 5])
  assert.deepEqual(store.gaps(), [])
})

test('an uplink that came by webhook, MQTT and storage is stored once, in any order', async () => {
  const copies = [webhook, overMqtt, storage]
  for (const first of copies)
    for (const second of copies) {
      const { store, device } = await play([webhook(1), first(2), second(2), webhook(3), storage(2), storage(1)])
      assert.deepEqual([device(eui).missing, store.readings.length], [0, 3])
    }
})

test('a new session counts from 0 and opens no gap; the end of the old one is filled late', async () => {
  const next = { session: 'AXA50tHUGU==' }
  const rejoined = [webhook(7), webhook(8), webhook(0, { ...next, minute: 20 }), webhook(1, { ...next, minute: 21 })]
  const { store, device } = await play(rejoined)
  assert.deepEqual([device(eui).missing, store.readings.length], [0, 4])
  const filled = await play([...rejoined, storage(9), storage(10)])
  assert.deepEqual(
    [filled.device(eui).missing, filled.store.readings.length, filled.device(eui).occupied],
    [0, 6, true],
  )
})
