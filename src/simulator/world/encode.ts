/** A history as bytes on the wire: what sources would put into the journal, record by record. */
import type { Framing } from '../../lib/frames.ts'
import { type Delivery, type History, readingOf, recordsOf } from './history.ts'

export interface WireRecord {
  /** Delivery of its first frame. */
  readonly first: number
  readonly frames: number
  readonly arrived: number
  readonly codec: 'generic' | 'lorawan'
  readonly framing: Framing
  readonly meta: Readonly<Record<string, string>>
  readonly body: string
}

export function encode(history: History, device: string): WireRecord[] {
  return recordsOf(history).map(([first, deliveries]) => {
    const arrived = Math.max(...deliveries.map((delivery) => delivery.arrived))
    const texts = deliveries.map((delivery) => textOf(history, delivery, device))
    return { first, frames: deliveries.length, arrived, ...formOf(history, deliveries[0] as Delivery, texts) }
  })
}

function formOf(
  { transport }: History,
  { dup, connection }: Delivery,
  texts: readonly string[],
): Pick<WireRecord, 'codec' | 'framing' | 'meta' | 'body'> {
  const [only = ''] = texts
  switch (transport) {
    case 'lorawan':
      return { codec: 'lorawan', framing: 'whole', meta: { 'content-type': 'application/json' }, body: only }
    case 'http':
      return { codec: 'generic', framing: 'json', meta: { body: '1' }, body: `[${texts.join(',')}]` }
    case 'mqtt':
      return { codec: 'generic', framing: 'whole', meta: { topic: 'world', ...(dup ? { dup: '1' } : {}) }, body: only }
    case 'tcp':
      return { codec: 'generic', framing: 'lines', meta: { conn: `c${connection}` }, body: texts.join('\n') }
    case 'serial':
      return { codec: 'generic', framing: 'lines', meta: {}, body: texts.join('\n') }
  }
}

export function textOf(history: History, delivery: Delivery, device: string): string {
  const { wire } = readingOf(history, delivery)
  if (delivery.network) return uplinkOf(wire, delivery.network, device)
  const { time, occupied, batteryPct, countIn, session: _, ...names } = wire
  return JSON.stringify({
    ...{ device, ...names },
    ...(time === undefined ? {} : { time: iso(time) }),
    occupied,
    ...(batteryPct === undefined ? {} : { battery_pct: batteryPct }),
    ...(countIn === undefined ? {} : { count_in: countIn }),
  })
}

/** As The Things Stack v3 posts it: zero fields are left out. */
function uplinkOf(
  { session, seq, occupied, batteryPct }: ReturnType<typeof readingOf>['wire'],
  network: NonNullable<Delivery['network']>,
  device: string,
): string {
  const at = iso(network.time)
  const battery = batteryPct === undefined ? {} : { temperature: batteryPct - 40 }
  return JSON.stringify({
    end_device_ids: { device_id: device, dev_eui: device, dev_addr: '26011F22' },
    received_at: at,
    uplink_message: {
      session_key_id: session,
      ...{ f_port: 1, ...(seq ? { f_cnt: seq } : {}) },
      frm_payload: 'AQ==',
      decoded_payload: { occupied, ...battery },
      rx_metadata: [{ gateway_ids: { gateway_id: network.gateway }, rssi: network.rssi }],
      received_at: at,
    },
  })
}

const iso = (ms: number) => new Date(ms).toISOString()
