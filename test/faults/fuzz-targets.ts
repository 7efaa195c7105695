/**
 * Every framer and decoder behind the sources, each with what must hold for any bytes at all. A target throws when it does not; a throw
 * of the code itself is a failure as well.
 */
import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import type { FrameContext } from '../../src/codecs/codec.ts'
import { codecOf } from '../../src/codecs/registry.ts'
import { decodeUplink, encodeUplink } from '../../src/domain/uplink.ts'
import { recordKinds } from '../../src/journal/journal.ts'
import { instant } from '../../src/lib/brand.ts'
import { countFrames, type Framing, frameSpans, framings, headerRow } from '../../src/lib/frames.ts'
import { decodeRecord, framesOf } from '../../src/processing/decode-record.ts'
import { routes } from '../../src/sources/http/routes.ts'
import { createLineSplitter } from '../../src/sources/line-splitter.ts'
import { PacketGate } from '../../src/sources/mqtt/packet-gate.ts'
import { createTopicMatch } from '../../src/sources/mqtt/topic-filter.ts'
import { countersOf, driverOf } from '../../src/sources/serial/driver-counters.ts'
import { createSift } from '../../src/sources/serial/sift.ts'
import { createAckWriter } from '../../src/sources/tcp/acks.ts'
import { dropsOf } from '../../src/sources/udp/kernel-drops.ts'
import type { FuzzInput } from './fuzz-inputs.ts'

export type FuzzTarget = (input: FuzzInput, seed: number) => void

const arrivedAt = instant(Date.parse('2026-11-23T08:00:00Z'))

function framing(name: Framing): FuzzTarget {
  return ({ bytes }) => {
    const spans = frameSpans(name, bytes)
    assert.equal(spans.length / 2, countFrames(name, bytes))
    let last = 0
    for (let i = 0; i < spans.length; i += 2) {
      const start = spans[i] as number
      const end = spans[i + 1] as number
      if (start < last || end < start || end > bytes.length) assert.fail(`${name} spans ${spans.slice(i - 2, i + 2)}`)
      last = end
    }
  }
}

function codec(name: string): FuzzTarget {
  const { decode } = codecOf(name) ?? assert.fail(`no codec ${name}`)
  return ({ bytes, meta }) => {
    const context: FrameContext = { arrivedAt, meta }
    const result = decode(bytes, context)
    if (!result.ok) {
      if (!result.error.code || result.error.detail.length > detailCharsMax) assert.fail(JSON.stringify(result.error))
      return
    }
    for (const { device, time, seq, measures } of result.value) {
      if (typeof device !== 'string' || device === '') assert.fail('a reading without a device')
      if (time !== undefined && !Number.isSafeInteger(time)) assert.fail(`time ${time}`)
      if (seq !== undefined && seq !== null && !(Number.isSafeInteger(seq) && seq >= 0)) assert.fail(`seq ${seq}`)
      for (const value of Object.values(measures))
        if (typeof value === 'number' && !Number.isFinite(value)) assert.fail(`measure ${value}`)
    }
  }
}

/** A rejection is read by people and stored with each dead letter. */
const detailCharsMax = 2_000

/** Cut into two chunks, as a wire would: no byte may come out twice or not at all, blank lines excepted. */
function splitting(sifting: boolean): FuzzTarget {
  return ({ bytes }, seed) => {
    const sift = sifting ? { sift: createSift({ firstIsPartial: () => false }) } : {}
    const splitter = createLineSplitter(sift)
    const cut = seed % (bytes.length + 1)
    let out = 0
    for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)])
      for (const piece of splitter.push(chunk)) {
        out += visible(piece.bytes)
        if (piece.kind === 'lines') assert.equal(piece.lines, countFrames('lines', piece.bytes))
      }
    out += visible(splitter.rest())
    // A column line keeps its bytes, blanks and line ends come and go with blank lines.
    assert.equal(out, visible(bytes))
  }
}

/** A byte order mark before nothing is blank too. */
function visible(bytes: Uint8Array): number {
  let count = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) count++
  }
  return count
}

const upliftable: FuzzTarget = ({ bytes, meta }, seed) => {
  const uplink = {
    source: 'fuzz',
    codec: 'generic',
    framing: framings[seed % framings.length] as Framing,
    arrivedAt,
    bytes,
    meta,
  }
  const encoded = encodeUplink(uplink)
  const back = decodeUplink(encoded)
  if (!back || Buffer.compare(back.bytes, bytes) !== 0) assert.fail('an uplink came back as another')
  const record = {
    number: 1,
    kind: recordKinds.data,
    frames: countFrames(uplink.framing, bytes),
    acceptedFrames: 0,
    noiseFrames: 0,
  }
  const decoded = decodeRecord({ ...record, bytes: encoded }, codecOf, 0)
  assert.equal(framesOf(decoded).length, record.frames)
  // Bytes that are not an uplink of this release, as in a damaged journal or one of another release.
  const foreign = decodeRecord({ ...record, frames: 1, bytes }, codecOf, 0)
  assert.equal(framesOf(foreign).length, 1)
}

const posted: FuzzTarget = ({ bytes }) => {
  const text = bytes.toString('latin1')
  headerRow(bytes)
  for (const route of routes.values()) {
    route.framing(text, bytes)
    route.framing('text/csv', bytes)
    route.meta(text, { 'content-type': text })
  }
}

const kernelText: FuzzTarget = ({ bytes }) => {
  const text = bytes.toString('latin1')
  const drops = dropsOf(text, text.slice(0, 4))
  if (drops !== undefined && !Number.isFinite(drops)) assert.fail(`drops ${drops}`)
  driverOf(text, 4, 64)
  countersOf(text, 0)
  createTopicMatch(['baykeeper/+/reading', '#'])(text)
}

class Wire extends Duplex {
  override _read() {}
  override _write(_chunk: unknown, _encoding: string, done: () => void) {
    done()
  }
}

const gate: FuzzTarget = ({ bytes }, seed) => {
  const socket = new Wire() as unknown as ConstructorParameters<typeof PacketGate>[0]
  const guarded = new PacketGate(socket, {
    limits: { receiveMax: 100, packetBytesMax: 65_536, subscriptionsMax: 10 },
    bytesMax: 256,
    onTooLarge: () => {},
    onFault: () => {},
  })
  const cut = seed % (bytes.length + 1)
  socket.push(bytes.subarray(0, cut))
  guarded.read()
  if (!socket.destroyed) {
    socket.push(bytes.subarray(cut))
    guarded.read()
  }
  guarded.destroy()
}

const acknowledging: FuzzTarget = ({ bytes }, seed) => {
  const socket = { writable: false, write: () => true } as unknown as Parameters<typeof createAckWriter>[0]
  const acks = createAckWriter(socket)
  const cut = seed % (bytes.length + 1)
  const out = Buffer.concat([
    acks.withoutRequest(bytes.subarray(0, cut)),
    acks.withoutRequest(bytes.subarray(cut)),
    acks.rest(),
  ])
  const taken = bytes.length - out.length
  if (taken !== 0 && !/^#ack on\r?\n/.test(bytes.toString('latin1', 0, 10)))
    assert.fail(`${taken} bytes were taken away`)
}

export const fuzzTargets: readonly (readonly [name: string, target: FuzzTarget])[] = [
  ...framings.map((name) => [`framing ${name}`, framing(name)] as const),
  ['codec generic', codec('generic')],
  ['codec lorawan', codec('lorawan')],
  ['line splitter', splitting(false)],
  ['line splitter of serial lines', splitting(true)],
  ['journal record', upliftable],
  ['HTTP routes', posted],
  ['tables of the kernel', kernelText],
  ['MQTT packet gate', gate],
  ['TCP acknowledgements', acknowledging],
]
