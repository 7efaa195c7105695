/**
 * Emulated boards on real lines, as real ones behave: what was not acknowledged is sent again, in order, on the next connection; a request without an
 * answer is posted again; an MQTT message without PUBACK comes again with DUP. Now and then a board loses its connection. Each resolves
 * when everything is acknowledged.
 */
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate, parser } from 'mqtt-packet'
import type { Random } from '../../src/simulator/random.ts'
import type { ServerAddresses } from './senders-under-fault.ts'

export interface BoardLine {
  readonly device: string
  /** Frames in order. */
  readonly texts: readonly string[]
  readonly place: ServerAddresses
  readonly random: Random
  /** Before frame i is sent: its pace, and the calm that the last ones wait for. */
  due(i: number): Promise<void>
}

const retryMs = 60
const answerMsMax = 5_000
const bodyFramesMax = 6
const inFlightMax = 8
/** A board on a bad radio link. */
const cutShare = 0.02

/** `#ack on`: sends again from the first line that was not acknowledged. */
export async function boardOnTcp({ texts, place, random, due }: BoardLine): Promise<void> {
  const { hostname, port } = new URL(place.tcp)
  let acknowledged = 0
  let given = 0
  while (acknowledged < texts.length) {
    const socket = net.connect(Number(port), hostname)
    const closed = closing(socket)
    const begin = acknowledged
    let received = ''
    socket.on('data', (bytes) => {
      received += bytes
      const whole = received.split('\n')
      received = whole.pop() as string
      for (const answer of whole) acknowledged = begin + Number(/^ACK (\d+)$/.exec(answer)?.[1] ?? 0)
    })
    socket.write(`#ack on\n${texts.slice(begin, given).map(asLine).join('')}`)
    while (!closed.is && acknowledged < texts.length) {
      if (given < texts.length) {
        await due(given)
        if (closed.is) break
        socket.write(asLine(texts[given++] as string))
        if (random() < cutShare) socket.destroy()
      } else await sleep(5)
    }
    socket.destroy()
    await closed.promise
    await sleep(retryMs)
  }
}

const asLine = (text: string) => `${text}\n`

/** A few readings in one body; the same body again until it is answered. */
export async function boardOnHttp({ texts, place, random, due }: BoardLine): Promise<void> {
  for (let at = 0; at < texts.length; ) {
    const count = 1 + Math.floor(random() * Math.min(bodyFramesMax, texts.length - at))
    await due(at + count - 1)
    const body = `[${texts.slice(at, at + count).join(',')}]`
    while ((await post(place, body, random() < cutShare)) !== 202) await sleep(retryMs)
    at += count
  }
}

/** `isCut`: the sender is gone before the answer. */
function post(place: ServerAddresses, body: string, isCut: boolean): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${place.token}`, 'content-type': 'application/json', connection: 'close' }
    const url = new URL('/ingest/v1', place.ingest)
    const request = http.request(url, { method: 'POST', agent: false, timeout: answerMsMax, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(isCut ? 0 : (answer.statusCode ?? 0))).on('error', () => resolve(0))
    })
    request.on('error', () => resolve(0)).on('timeout', () => request.destroy())
    request.end(body)
  })
}

/** QoS 1 with packet ids; after a reconnection everything in flight again with DUP, in order. */
export async function boardOnMqtt({ device, texts, place, random, due }: BoardLine): Promise<void> {
  const { hostname, port } = new URL(place.mqtt)
  const topic = `baykeeper/${device}/reading`
  /** Frame by packet id. */
  const inFlight = new Map<number, number>()
  let given = 0
  while (given < texts.length || inFlight.size > 0) {
    const socket = net.connect(Number(port), hostname)
    const closed = closing(socket)
    const connected = Promise.withResolvers<void>()
    const reader = parser({ protocolVersion: 4 })
    reader.on('packet', (packet) => {
      if (packet.cmd === 'connack') connected.resolve()
      if (packet.cmd === 'puback') inFlight.delete(packet.messageId ?? 0)
    })
    reader.on('error', () => socket.destroy())
    socket.on('data', (bytes) => reader.parse(bytes as Buffer))
    const publish = (id: number, frame: number, dup: boolean) =>
      socket.write(
        generate({ cmd: 'publish', topic, payload: texts[frame] as string, qos: 1, messageId: id, dup, retain: false }),
      )
    socket.write(
      generate({
        ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: device, clean: false, keepalive: 30 },
        ...{ username: 'env', password: Buffer.from(place.token) },
      }),
    )
    await Promise.race([connected.promise, closed.promise, sleep(answerMsMax)])
    for (const [id, frame] of inFlight) publish(id, frame, true)
    while (!closed.is && (given < texts.length || inFlight.size > 0)) {
      if (given < texts.length && inFlight.size < inFlightMax) {
        await due(given)
        if (closed.is) break
        const id = 1 + (given % 65_535)
        inFlight.set(id, given)
        publish(id, given++, false)
        if (random() < cutShare) socket.destroy()
      } else await sleep(5)
    }
    socket.destroy()
    await closed.promise
    await sleep(retryMs)
  }
}

function closing(socket: net.Socket) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const state = { is: false, promise }
  socket.on('error', () => {})
  socket.on('close', () => {
    state.is = true
    resolve()
  })
  return state
}
