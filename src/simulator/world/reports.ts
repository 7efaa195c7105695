/** Histories that people reported of real networks, boards and clients, each as small as it shows the fault. */
import type { Delivery, History, Kind, Transport, TrueReading, Wire } from './history.ts'

interface Frame {
  /** Boot or session, from 0. */
  readonly run?: number
  readonly seq?: number
  /** Where the counter has wrapped: its number before that. */
  readonly number?: number
  /** Minutes since the begin, when it was made. */
  readonly at: number
  readonly occupied: boolean
  /** Its device clock, where it is not `at`. */
  readonly time?: number
  /** Minutes, where it arrived later than it was made. */
  readonly arrives?: number
  readonly dup?: true
  /** LoRaWAN: time of the network in minutes, where it is not `at`. */
  readonly heard?: number
  readonly rssi?: number
}

export interface Report {
  readonly what: string
  readonly url: string
  readonly history: History
}

const begin = Date.UTC(2026, 10, 23, 8)
const minute = 60_000

function report(
  what: string,
  url: string,
  [kind, transport]: readonly [Kind, Transport],
  frames: readonly Frame[],
  more: { readonly clockTrusted?: boolean; readonly oneSession?: true } = {},
): Report {
  const readings: TrueReading[] = []
  const indexOf = new Map<string, number>()
  const deliveries: Delivery[] = []
  for (const frame of frames.toSorted((a, b) => a.at - b.at)) {
    const wire = wireOf(kind, frame, more.oneSession === true)
    const key = `${frame.at} ${JSON.stringify(wire)}`
    if (indexOf.has(key)) continue
    indexOf.set(key, readings.length)
    readings.push({
      run: frame.run ?? 0,
      number: frame.number ?? frame.seq ?? readings.length,
      at: begin + frame.at * minute,
      wire,
    })
  }
  let arrived = 0
  for (const [i, frame] of frames.entries()) {
    const { at, arrives = at, dup, heard = at, rssi = -80 } = frame
    const reading = indexOf.get(`${at} ${JSON.stringify(wireOf(kind, frame, more.oneSession === true))}`) as number
    arrived = Math.max(arrived + 100, begin + arrives * minute + 500)
    deliveries.push({
      ...{ reading, arrived, record: i + 1 },
      ...(dup ? { dup } : {}),
      ...(kind === 'session' ? { network: { time: begin + heard * minute, rssi, gateway: `gw${rssi}` } } : {}),
    })
  }
  const traits = more.oneSession ? ['counter reset'] : []
  const seed = 0
  return {
    what,
    url,
    history: {
      seed,
      kind,
      transport,
      fair: true,
      clockTrusted: more.clockTrusted ?? true,
      traits,
      readings,
      deliveries,
    },
  }
}

function wireOf(kind: Kind, { run = 0, seq, at, occupied, time = at }: Frame, isOneSession: boolean): Wire {
  const hasClock = kind === 'clock' || kind === 'clock-number'
  return {
    ...(kind === 'session' ? { session: isOneSession ? 's' : `s${run}` } : {}),
    ...(seq === undefined ? {} : { seq }),
    ...(hasClock ? { time: begin + time * minute } : {}),
    occupied,
  }
}

const on = true
const off = false
const years = 365 * 24 * 60

export const reports: readonly Report[] = [
  report(
    'a board without join restarts and begins at counter 0 again; nothing was seen until the old counter was passed',
    'https://github.com/TheThingsNetwork/lorawan-stack/issues/3728',
    ['session', 'lorawan'],
    [1, 2, 3]
      .map((seq): Frame => ({ seq, at: seq, occupied: on }))
      .concat([0, 1, 2, 3].map((seq): Frame => ({ run: 1, seq, at: 20 + seq, occupied: off }))),
    { oneSession: true },
  ),
  report(
    'a board is restarted after its first frame: counter 0 comes twice, and the second one is new',
    'https://github.com/TheThingsNetwork/lorawan-stack/issues/4502',
    ['session', 'lorawan'],
    [
      { seq: 0, at: 0, occupied: on },
      { run: 1, seq: 0, at: 5, occupied: off },
      { run: 1, seq: 1, at: 6, occupied: off },
    ],
    { oneSession: true },
  ),
  report(
    'one uplink comes twice by the webhook, 48 s later and with another signal strength',
    'https://github.com/brocaar/chirpstack-application-server/issues/460',
    ['session', 'lorawan'],
    [
      { seq: 103, at: 0, occupied: off },
      { seq: 104, at: 1, occupied: on, rssi: -73 },
      { seq: 104, at: 1, occupied: on, heard: 1.8, arrives: 1.8, rssi: -76 },
      { seq: 105, at: 2, occupied: on },
    ],
  ),
  report(
    'the webhook is tried up to seven times with the same body',
    'https://www.thethingsindustries.com/docs/integrations/webhooks/retries/',
    ['session', 'lorawan'],
    [0, 0, 0, 0, 0, 0, 0]
      .map((seq): Frame => ({ seq, at: 0, occupied: on }))
      .concat([{ seq: 1, at: 9, occupied: off }]),
  ),
  report(
    'a gateway buffers while it is offline and sends what it kept behind newer frames',
    'https://github.com/lorabasics/basicstation/issues/115',
    ['session', 'lorawan'],
    [
      { seq: 4, at: 4, occupied: on },
      { seq: 9, at: 9, occupied: off },
      ...[5, 6, 7, 8].map((seq): Frame => ({ seq, at: seq, arrives: 10, occupied: on })),
    ],
  ),
  report(
    'new packets go before the backlog, across a new session',
    'https://github.com/helium/gateway-rs/issues/435',
    ['session', 'lorawan'],
    [
      { run: 1, seq: 1, at: 30, occupied: off },
      { run: 1, seq: 0, at: 29, arrives: 31, occupied: off },
      { seq: 19, at: 19, arrives: 31, occupied: on },
      { seq: 18, at: 18, arrives: 31, occupied: off },
      { run: 1, seq: 2, at: 32, occupied: off },
    ],
  ),
  ...['https://github.com/mqttjs/MQTT.js/issues/692', 'https://github.com/espressif/esp-mqtt/issues/151'].map((url) =>
    report(
      'QoS 1 is delivered again without DUP',
      url,
      ['number', 'mqtt'],
      [
        { seq: 4, at: 4, occupied: off },
        { seq: 5, at: 5, occupied: on },
        { seq: 5, at: 5, arrives: 6, occupied: on },
        ...[6, 7, 8].map((seq): Frame => ({ seq, at: seq, occupied: seq === 7 })),
      ],
    ),
  ),
  report(
    'a pending message is published again after the reconnection, with DUP',
    'https://github.com/eclipse-paho/paho.mqtt.golang/issues/649',
    ['neither', 'mqtt'],
    [
      { at: 1, occupied: on },
      { at: 1, arrives: 2, occupied: on, dup: true },
      { at: 3, occupied: off },
      { at: 4, occupied: on },
      { at: 5, occupied: off },
    ],
  ),
  report(
    'a counter of 16 bits passes 65,535',
    'https://github.com/helium/router/issues/643',
    ['number', 'serial'],
    [65_533, 65_534, 65_535, 65_536, 65_537, 65_538].map(
      (n): Frame => ({ seq: n % 65_536, number: n, at: n - 65_530, occupied: n % 2 > 0 }),
    ),
  ),
  report(
    'a sender restarts its numbers; all was dropped until it had passed the old ones',
    'https://github.com/livekit/media-sdk/pull/95',
    ['number', 'serial'],
    [1_000, 1_001, 1_002]
      .map((seq): Frame => ({ seq, at: seq - 1_000, occupied: on }))
      .concat([7, 8, 9, 10].map((seq): Frame => ({ run: 1, seq, at: seq, occupied: off }))),
  ),
  report(
    'a board sleeps between two frames and forgets its number: each is number 0',
    'https://github.com/PaulStoffregen/RadioHead/pull/19',
    ['number', 'serial'],
    [on, off, on, off].map((occupied, run): Frame => ({ run, seq: 0, at: run, occupied })),
  ),
  report(
    'a message that was made a second before the newest one arrives behind it',
    'https://github.com/0x5e/homebridge-tuya-platform/issues/32',
    ['clock', 'mqtt'],
    [
      { at: 1, occupied: off },
      { at: 2.02, occupied: on },
      { at: 2, arrives: 2.03, occupied: off },
      { at: 3, occupied: on },
    ],
  ),
  report(
    'what was kept during an outage is sent at the same time as what is new',
    'https://github.com/mqttjs/MQTT.js/issues/978',
    ['clock-number', 'mqtt'],
    [
      { seq: 0, at: 0, occupied: off },
      { seq: 4, at: 14, occupied: on },
      { seq: 1, at: 11, arrives: 15, occupied: on },
      { seq: 5, at: 16, occupied: off },
      { seq: 2, at: 12, arrives: 16, occupied: off },
      { seq: 3, at: 13, arrives: 17, occupied: on },
    ],
  ),
  report(
    'the clock is in 1970 until the time server answers',
    'https://github.com/arendst/Tasmota/issues/2571',
    ['clock-number', 'mqtt'],
    [0, 1, 2, 3].map((seq): Frame => ({ seq, at: seq, time: seq - 56 * years, occupied: seq % 2 > 0 })),
    { clockTrusted: false },
  ),
  report(
    'the clock is in 2036 after some restarts',
    'https://github.com/letscontrolit/ESPEasy/issues/814',
    ['clock-number', 'http'],
    [5, 6, 7]
      .map((seq): Frame => ({ seq, at: seq, time: seq + 10 * years, occupied: on }))
      .concat(
        [0, 1, 2, 3].map((seq): Frame => ({ run: 1, seq, at: 20 + seq, time: 20 + seq + 10 * years, occupied: off })),
      ),
    { clockTrusted: false },
  ),
]
