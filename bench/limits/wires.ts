/** The protocols, bare: a batch of lines goes out, and the promise resolves when the last of them is acknowledged. */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Open } from './load.ts'

export interface BareWire {
  /** `lines` is only valid until the next call of its owner, so it is copied at once. */
  send(lines: Buffer, count: number): Promise<void>
}

export async function openWire({ wire, url, token }: Pick<Open, 'wire' | 'url' | 'token'>): Promise<BareWire> {
  switch (wire) {
    case 'http':
      return httpWire(url, token)
    case 'tcp':
      return tcpWire(url)
    case 'mqtt':
      return mqttWire(url)
    case 'serial':
      return serialWire(Number(process.argv[2]))
  }
}

/** An overloaded server rejects the batch; the same batch is sent again. */
const refusedWaitMs = 100

function httpWire(url: string, token: string): BareWire {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const { hostname, port } = new URL(url)
  const post = (body: Buffer) =>
    new Promise<boolean>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/x-ndjson',
        'content-length': body.length,
      }
      const options = { agent, hostname, port, path: '/ingest/v1', method: 'POST', headers }
      const request = http.request(options, (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode === 202))
      })
      request.once('error', reject)
      request.end(body)
    })
  return {
    async send(lines) {
      while (!(await post(lines))) await sleep(refusedWaitMs)
    },
  }
}

async function connected(url: string): Promise<net.Socket> {
  const { hostname, port } = new URL(url)
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return socket
}

async function tcpWire(url: string): Promise<BareWire> {
  const socket = await connected(url)
  let sent = 0
  let rest = ''
  let waiting: { readonly upTo: number; resolve(): void } | undefined
  socket.on('data', (bytes) => {
    const answers = (rest + bytes.toString('latin1')).split('\n')
    rest = answers.pop() ?? ''
    const durable = Number(answers.at(-1)?.slice('ACK '.length) ?? 0)
    if (waiting && durable >= waiting.upTo) waiting.resolve()
  })
  socket.write('#ack on\n')
  return {
    send(lines, count) {
      sent += count
      const upTo = sent
      socket.write(Buffer.from(lines))
      return new Promise((resolve) => {
        waiting = { upTo, resolve }
      })
    },
  }
}

/** MQTT 3.1.1, 3.3 and 3.4: PUBLISH with QoS 1 is 0x32, PUBACK four bytes that begin with 0x40. */
const publishQos1 = 0x32
const pubackBytes = 4
const topic = Buffer.from('\0\u0016baykeeper/load/reading', 'latin1')
const packetIdsMax = 65_535

async function mqttWire(url: string): Promise<BareWire> {
  const socket = await connected(url)
  const name = Buffer.from(`load-${process.pid}-${Math.random().toString(36).slice(2)}`)
  // CONNECT: MQTT, level 4, clean session, no keep-alive.
  const head = Buffer.from('\0\u0004MQTT\u0004\u0002\0\0', 'latin1')
  socket.write(
    Buffer.concat([Buffer.from([0x10, head.length + 2 + name.length]), head, Buffer.from([0, name.length]), name]),
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (answer[0] !== 0x20 || answer[3] !== 0)
    throw new Error(`the broker at ${url} refuses the load: ${answer.toString('hex')}`)
  let packetId = 0
  let open = 0
  let partial = 0
  let resolveOpen: (() => void) | undefined
  socket.on('data', (bytes) => {
    partial += bytes.length
    open -= Math.floor(partial / pubackBytes)
    partial %= pubackBytes
    if (open === 0) resolveOpen?.()
  })
  return {
    send(lines, count) {
      const packets = Buffer.alloc(lines.length + count * (topic.length + 2 + 3))
      let at = 0
      for (let begin = 0; begin < lines.length; ) {
        const end = lines.indexOf(0x0a, begin)
        const length = topic.length + 2 + (end - begin)
        packets[at++] = publishQos1
        if (length > 127) packets[at++] = (length & 127) | 128
        packets[at++] = length > 127 ? length >> 7 : length
        at += topic.copy(packets, at)
        packetId = (packetId % packetIdsMax) + 1
        at = packets.writeUInt16BE(packetId, at)
        at += lines.copy(packets, at, begin, end)
        begin = end + 1
      }
      open += count
      socket.write(packets.subarray(0, at))
      return new Promise((resolve) => {
        resolveOpen = resolve
      })
    },
  }
}

/** A full terminal is tried again this soon. */
const fullWaitMs = 1

function serialWire(terminal: number): BareWire {
  return {
    async send(lines) {
      const bytes = Buffer.from(lines)
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(terminal, bytes, at)
        } catch (fault) {
          if ((fault as NodeJS.ErrnoException).code !== 'EAGAIN') throw fault
          await sleep(fullWaitMs)
        }
      }
    },
  }
}
