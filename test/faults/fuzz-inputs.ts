/**
 * Inputs for the fuzzer: valid frames of every codec (their cases) and of every wire, and what a seed makes of them. The same seed
 * always makes the same input, so a failure is found again by its seed alone.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { generate, type Packet } from 'mqtt-packet'
import { createTopicRules, rulesOf, topicMapping } from '../../src/domain/topic-mapping.ts'
import { createRandom } from './random.ts'

export interface FuzzInput {
  readonly bytes: Buffer
  readonly meta: Readonly<Record<string, string>>
}

interface CaseFile {
  readonly frame?: unknown
  readonly hex?: string
  readonly meta?: Record<string, string>
  /** Of a mapped topic: its text, and the rule or the preset that reads it. */
  readonly payload?: string
  readonly topic?: string
  readonly rule?: object
  readonly preset?: string
  readonly base?: string
}

const codecs = path.join(import.meta.dirname, '../../src/codecs')

/** The cases of every codec, with what its transport knew. */
export function codecCorpus(): readonly FuzzInput[] {
  const files = readdirSync(codecs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /cases\/[^/]+\.json$/.test(name),
  )
  const cases = files.sort().flatMap((name) => JSON.parse(readFileSync(path.join(codecs, name), 'utf8')) as CaseFile[])
  const own = cases.map((one) => {
    const { frame, hex, payload } = one
    const text = payload ?? (typeof frame === 'string' ? frame : JSON.stringify(frame))
    return { bytes: hex === undefined ? Buffer.from(text) : Buffer.from(hex, 'hex'), meta: metaOf(one) }
  })
  return [...own, ...streams.map((text) => ({ bytes: Buffer.from(text), meta: {} }))]
}

/** What the transport knows of a case: of a mapped topic the rule that its message goes with. */
function metaOf({ meta = {}, topic, rule, preset, base }: CaseFile): Record<string, string> {
  if (topic === undefined || (rule ?? preset) === undefined) return meta
  const mapping = topicMapping.parse([rule ?? { preset, ...(base === undefined ? {} : { base }) }])
  const found = createTopicRules(rulesOf(mapping))(topic)
  return { ...meta, topic, ...(found === undefined ? {} : { rule: found }) }
}

/** Several frames in one go, in every framing. */
const streams = [
  'device,seq,time,occupied\nA,1,,true\nB,2,,false\n',
  '\uFEFF"Device" ,seq\r\n"two\nlines",1\r\n\r\n',
  '{"device":"A","seq":1}\n{"device":"B","seq":2}\n',
  '[{"device":"A","occupied":true},{"device":"B","note":"]}\\"["}]',
  'device=A seq=1 occupied=1\ndevice=B seq=2 occupied=0\n',
  '\x1b[32mboot\x1b[0m\r\n\0\0A,1,,true*29B1\r\n',
  '#ack on\r\nA,1,,true\n',
]

const packets: Packet[] = [
  {
    cmd: 'publish',
    topic: 'baykeeper/A/reading',
    payload: '{"seq":1}',
    qos: 1,
    messageId: 7,
    dup: false,
    retain: false,
  },
  { cmd: 'publish', topic: 'baykeeper/A/reading', payload: 'x', qos: 0, dup: false, retain: true },
  { cmd: 'publish', topic: 'other', payload: 'x', qos: 2, messageId: 65_535, dup: true, retain: false },
  { cmd: 'pubrel', messageId: 65_535 },
  { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/+/#', qos: 1 }] },
  { cmd: 'pingreq' },
]
export const mqttCorpus: readonly Buffer[] = packets.map((packet) => generate(packet))
export const mqttConnect = generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clientId: 'fuzz',
  clean: true,
  keepalive: 0,
})

export const httpCorpus: readonly Buffer[] = [
  ['/ingest/v1', 'application/json', '[{"device":"A","seq":1,"occupied":true}]'],
  ['/ingest/v1', 'text/csv; header=present', 'device,seq\nA,1\n'],
  ['/ingest/v1', 'application/x-ndjson', '{"device":"A"}\n'],
  ['/ingest/lorawan?event=up', 'application/json', '{"deviceInfo":{"devEui":"0102030405060708"},"fCnt":1}'],
].map(([where, type, body = '']) =>
  Buffer.from(
    `POST ${where} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  ),
)

/** Inputs of a seed: mostly a mutation of one of its inputs, sometimes random bytes. */
export function fuzzInput<T extends Buffer | FuzzInput>(corpus: readonly T[], seed: number): FuzzInput {
  const random = createRandom(seed)
  const upTo = (max: number) => Math.floor(random() * max)
  const pick = () => corpus[upTo(corpus.length)] as T
  const bytesOf = (input: T): Buffer => (Buffer.isBuffer(input) ? input : input.bytes)
  const chosen = pick()
  const meta = Buffer.isBuffer(chosen) ? {} : chosen.meta
  if (random() < 0.1) {
    const bytes = Buffer.alloc(upTo(upTo(20) === 0 ? 4_000 : 200))
    for (let i = 0; i < bytes.length; i++) bytes[i] = upTo(256)
    return { bytes, meta }
  }
  let bytes: Buffer = Buffer.from(bytesOf(chosen))
  for (let times = upTo(4); times >= 0; times--) bytes = mutate(bytes, () => bytesOf(pick()), random)
  return { bytes: bytes.length > inputBytesMax ? bytes.subarray(0, inputBytesMax) : bytes, meta }
}

const inputBytesMax = 128 * 1024

/** Words that parsers stumble over. */
const words = [
  '[',
  '{',
  ']',
  '}',
  '"',
  ',',
  '\n',
  '\r\n',
  '=',
  '\\',
  '\0',
  '\xff',
  'device',
  'null',
  '-0',
  '1e999',
  '9007199254740993',
  '"__proto__":',
  '\\ud800',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  '*FFFF',
  '#ack on\n',
  '\x1b[',
  '\uFEFF',
]

function mutate(bytes: Buffer, other: () => Buffer, random: () => number): Buffer {
  const upTo = (max: number) => Math.floor(random() * max)
  const at = upTo(bytes.length + 1)
  switch (upTo(9)) {
    case 0: {
      if (bytes.length > 0) bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ (1 << upTo(8))
      return bytes
    }
    case 1:
      return bytes.subarray(0, at)
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + upTo(9)))])
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(upTo(bytes.length))])
    case 4: {
      const text = words[upTo(words.length)] as string
      // Rarely a word very often: deep nesting, long lines.
      const times = upTo(2_000) === 0 ? upTo(20_000) : upTo(50) === 0 ? upTo(300) : 1
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(text.repeat(times)), bytes.subarray(at)])
    }
    case 5: {
      const more = other()
      return Buffer.concat([bytes.subarray(0, at), more.subarray(upTo(more.length))])
    }
    case 6:
      return bytes.fill(upTo(256), at, Math.min(bytes.length, at + upTo(8)))
    case 7: {
      const digits = bytes.toString('latin1').replace(/\d+/, () => String(Math.round(random() * 2 ** upTo(70))))
      return Buffer.from(digits, 'latin1')
    }
    default:
      return Buffer.from(bytes.toString('latin1').replaceAll('"', random() < 0.5 ? '' : "'"), 'latin1')
  }
}
