/** Made-up sources, losses and dead letters for the tests of the pipeline's pages. */
import { type DeadLetter, deadLetterSchema, type LedgerReport, type SourceStatus } from '@baykeeper/contract/ledger.ts'
import type { Loss, SensorDay } from '@baykeeper/contract/losses.ts'

export const sampleSources = (): SourceStatus[] => [
  {
    name: 'http',
    kind: 'http',
    state: 'up',
    detail: 'listening on 127.0.0.1:8081',
    received: 97_870,
    accepted: 97_866,
    refused: 3,
  },
  {
    name: 'mqtt',
    kind: 'mqtt',
    state: 'up',
    detail: 'listening on 127.0.0.1:1883, 12 clients',
    received: 20_200,
    accepted: 20_200,
    refused: 0,
  },
  {
    name: 'udp',
    kind: 'udp',
    state: 'up',
    detail: 'listening on 127.0.0.1:7001',
    received: 20,
    accepted: 20,
    refused: 0,
    lossy: 'UDP has no acknowledgement',
    warnings: ['the kernel grants 208 KiB of the 8192 KiB receive buffer: raise net.core.rmem_max'],
    figures: { kernelDrops: 2, receiveBufferBytes: 212_992, overruns: 'not available' },
  },
]

/** Losses of every cause over the last weeks, some of unknown size. */
export function sampleLosses(): { losses: Loss[]; sensors: SensorDay[]; rows: LedgerReport['rows'] } {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  const losses: Loss[] = []
  const sensors: SensorDay[] = []
  for (let ago = 0; ago < 26; ago++) {
    const lossOf = (one: Partial<Loss> & Pick<Loss, 'cause' | 'source' | 'detail'>) =>
      losses.push({ device: null, day: day(ago), frames: null, from: null, to: null, ...one })
    for (let k = 0; k < (ago * 7) % 4; k++) {
      const device = `bay-${17 + ((ago * 5 + k * 3) % 9)}`
      const frames = 1 + ((ago * 3 + k) % 6)
      lossOf({
        cause: 'sequence-gap',
        source: 'serial',
        device,
        frames,
        detail: `Sensor ${device}: ${frames} numbers after ${400 + ago} never came.`,
      })
      sensors.push({
        day: day(ago),
        source: 'serial',
        device,
        committed: 96,
        duplicate: k,
        quarantined: 0,
        lost: frames,
      })
    }
    if (ago === 3)
      lossOf({
        cause: 'overrun',
        source: 'serial',
        detail: 'The driver dropped 212 bytes: a lower baud rate or flow control prevents it.',
      })
    if (ago === 4)
      lossOf({
        cause: 'kernel-drop',
        source: 'udp',
        frames: 41,
        detail: 'The receive buffer was full: 41 datagrams were dropped. Raise net.core.rmem_max.',
      })
    if (ago === 0 || ago === 9)
      lossOf({
        cause: 'port-down',
        source: 'serial',
        from: `${day(ago)}T05:02:11.000Z`,
        to: ago === 0 ? null : `${day(ago)}T05:09:40.000Z`,
        detail: 'The adapter was unplugged; messages sent meanwhile were not received.',
      })
    if (ago === 6)
      lossOf({
        cause: 'refused',
        source: 'http',
        frames: 3,
        detail: '3 requests came without a valid token (401).',
      })
  }
  return {
    losses,
    sensors,
    rows: [
      {
        source: 'serial',
        day: day(0),
        committed: 2_400,
        duplicate: 3,
        quarantined: 0,
        tentative: 0,
        lost: 4,
        damaged: 0,
      },
      {
        source: 'serial',
        day: day(30),
        committed: 2_400,
        duplicate: 3,
        quarantined: 0,
        tentative: 0,
        lost: 0,
        damaged: 0,
      },
    ],
  }
}

export function sampleLetters(count = 24): DeadLetter[] {
  const kinds = [
    [
      'no-device',
      'http',
      'generic',
      'field "device" is missing: name the device that sent this',
      '{"occupied":true,"battery_v":3.58}',
    ],
    ['not-json', 'mqtt', 'generic', 'the bytes begin like JSON and break off at character 19', '{"device":"A-017","o'],
    ['bad-line', 'serial', 'generic', 'no key=value pair in this line', 'BOOT v2.1.0 \u0000\u0007\u00ff ready'],
    [
      'unknown-payload',
      'lorawan',
      'lorawan',
      'no codec knows port 222 of this device',
      '\u0001\u0010\u00fe\u0003\u0080',
    ],
  ] as const
  return Array.from({ length: count }, (_, i) => {
    const [code, source, codec, detail, text] = kinds[i % kinds.length] as (typeof kinds)[number]
    const bytes = Buffer.from(i === 0 ? text.repeat(6) : text, 'latin1')
    return deadLetterSchema.parse({
      id: `${912 - i}.0`,
      source,
      codec,
      arrived: new Date(Date.now() - i * 760_000).toISOString(),
      code,
      detail,
      state: i % 7 === 5 ? 'requeued' : 'new',
      size: bytes.length,
      bytes: bytes.toString('base64'),
      cut: false,
      text: bytes
        .toString('latin1')
        .replaceAll(/\p{Cc}/gu, '·')
        .slice(0, 400),
    })
  })
}
