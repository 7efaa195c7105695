/**
 * Four senders that behave like a correct sensor gateway when a server fails: they keep unacknowledged frames and send them again. They tell
 * the oracle before bytes leave and when the acknowledgement has come, and share no code with the product.
 */

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { type EmulatorTruth, emulateLine, ttySink } from '../../src/simulator/emulator.ts'
import type { Oracle, SentFrame } from '../fixtures/oracle.ts'

export interface ServerAddresses {
  readonly ingest: string
  readonly mqtt: string
  readonly tcp: string
  readonly token: string
}

export interface Sending {
  readonly oracle: Oracle
  readonly place: ServerAddresses
  readonly perSecond: number
  /** Aborted when no new frame is to be sent; what is under way is still brought home. */
  readonly signal: AbortSignal
}

const devicesEach = 12
const tickMs = 20
const retryMs = 50
const answerMsMax = 5_000
/** A gateway keeps so many in order; sent again out of order, more would look like a restarted sensor. */
const openMax = devicesEach * 300

/** Numbered frames of `devicesEach` sensors in turn; the content of a frame follows from its number. */
export function frameSource(via: string, salt: number) {
  let count = 0
  return (): SentFrame => {
    const seq = 1 + Math.floor(count / devicesEach)
    const device = `${via}-${salt}-${count++ % devicesEach}`
    return {
      device,
      seq,
      boot: `${salt}`,
      occupied: (seq * 2_654_435_761) % 7 < 3,
      battery_v: 3 + ((seq * 31) % 100) / 100,
    }
  }
}

/** Frames that are due now at this pace, in at most one tick's burst. */
function pace(perSecond: number) {
  const began = performance.now()
  let given = 0
  return () => {
    const due = Math.floor(((performance.now() - began) * perSecond) / 1_000) - given
    // After a fall the backlog is not made up for: the rate stays what it is.
    const now = Math.min(due, Math.ceil(perSecond / 4))
    given += due
    return now
  }
}

export async function sendHttp({ oracle, place, perSecond, signal }: Sending, salt: number) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  const url = new URL('/ingest/v1', place.ingest)
  const post = (body: string) =>
    new Promise<number>((resolve) => {
      const request = http.request(
        url,
        {
          method: 'POST',
          agent,
          timeout: answerMsMax,
          headers: { authorization: `Bearer ${place.token}`, 'content-type': 'application/x-ndjson' },
        },
        (answer) => {
          answer.resume()
          answer.on('end', () => resolve(answer.statusCode ?? 0)).on('error', () => resolve(0))
        },
      )
      request.on('error', () => resolve(0)).on('timeout', () => request.destroy())
      request.end(body)
    })
  const next = frameSource('http', salt)
  const due = pace(perSecond)
  while (!signal.aborted) {
    const frames = Array.from({ length: due() }, next)
    if (frames.length > 0) {
      oracle.sent(...frames)
      const body = frames.map((frame) => JSON.stringify(frame)).join('\n')
      while ((await post(body)) !== 202) await sleep(retryMs)
      oracle.acknowledged(...frames)
    }
    await sleep(tickMs)
  }
  agent.destroy()
}

export async function sendMqtt({ oracle, place, perSecond, signal }: Sending, salt: number) {
  const client = mqtt.connect(place.mqtt, {
    clientId: `oracle-${salt}`,
    clean: false,
    reconnectPeriod: retryMs,
    username: 'env',
    password: place.token,
  })
  client.on('error', () => {})
  const next = frameSource('mqtt', salt)
  const due = pace(perSecond)
  let open = 0
  /** The client's own store keeps a message over a reconnection; one that the client gave back is handed over again. */
  const publish = (frame: SentFrame) =>
    client.publish(`baykeeper/${frame.device}/reading`, JSON.stringify(frame), { qos: 1 }, (error) => {
      if (error) return void setTimeout(publish, retryMs, frame)
      oracle.acknowledged(frame)
      open--
    })
  while (!signal.aborted || open > 0) {
    for (let n = signal.aborted ? 0 : Math.min(due(), openMax - open); n > 0; n--) {
      const frame = next()
      oracle.sent(frame)
      open++
      publish(frame)
    }
    await sleep(tickMs)
  }
  await client.endAsync()
}

export async function sendTcp({ oracle, place, perSecond, signal }: Sending, salt: number) {
  const { hostname, port } = new URL(place.tcp)
  const next = frameSource('tcp', salt)
  const due = pace(perSecond)
  const unacknowledged: SentFrame[] = []
  const lines = (frames: readonly SentFrame[]) => frames.map((frame) => `${JSON.stringify(frame)}\n`).join('')
  const finished = () => signal.aborted && unacknowledged.length === 0
  while (!finished()) {
    const socket = net.connect(Number(port), hostname)
    let acknowledged = 0
    let received = ''
    let gone = false
    const closed = new Promise<void>((resolve) =>
      socket
        .on('error', () => {})
        .on('close', () => {
          gone = true
          resolve()
        }),
    )
    socket.on('data', (bytes) => {
      received += bytes
      const whole = received.split('\n')
      received = whole.pop() as string
      for (const answer of whole) {
        const upTo = Number(/^ACK (\d+)$/.exec(answer)?.[1])
        const frames = unacknowledged.splice(0, upTo - acknowledged)
        acknowledged = upTo
        oracle.acknowledged(...frames)
      }
    })
    socket.write(`#ack on\n${lines(unacknowledged)}`)
    while (!gone && !finished()) {
      const frames = signal.aborted ? [] : Array.from({ length: due() }, next)
      oracle.sent(...frames)
      unacknowledged.push(...frames)
      if (frames.length > 0) socket.write(lines(frames))
      await sleep(tickMs)
    }
    socket.destroy()
    await closed
    await sleep(retryMs)
  }
}

export interface SerialTruth extends EmulatorTruth {
  /** By the number of the line. */
  readonly frames: readonly SentFrame[]
}

/** Without a checksum, bytes lost on the wire could join two lines to one that looks right. */
const checked = (frame: SentFrame) => {
  const text = JSON.stringify(frame)
  return `${text}*${crcOf(Buffer.from(text)).toString(16).padStart(4, '0')}`
}

/** CRC-16/CCITT-FALSE, bit by bit. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc
}

/** A board that never waits: what finds its FIFO full is gone, and the emulator knows it. */
export async function sendSerial(
  { oracle, perSecond, signal }: Sending,
  device: string,
  salt: number,
): Promise<SerialTruth> {
  const frames: SentFrame[] = []
  const next = frameSource('serial', salt)
  function* lines() {
    while (!signal.aborted) {
      const frame = next()
      oracle.sent(frame)
      frames.push(frame)
      yield { number: frames.length - 1, text: checked(frame) }
    }
  }
  const bytesPerLine = 75
  await using file = await open(device, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  const truth = await emulateLine(lines(), { baud: perSecond * bytesPerLine * 10, sink: ttySink(file) })
  return { ...truth, frames }
}

/** After the storm: one more frame of each sensor, slowly, so that every gap has a number behind it. */
export async function closeGaps(device: string, truth: SerialTruth, oracle: Oracle) {
  await using file = await open(device, constants.O_WRONLY | constants.O_NOCTTY)
  // A torn line that is still open ends here.
  await file.write('\n')
  const last = new Map(truth.frames.map((frame) => [frame.device, frame]))
  for (const frame of last.values()) {
    const more = { ...frame, seq: frame.seq + 1 }
    oracle.sent(more)
    await file.write(`${checked(more)}\n`)
    await sleep(10)
  }
}
