/** The listening sources on real sockets of the loopback, fed with what a seed makes of valid traffic. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { httpSource } from '../../src/sources/http/http-source.ts'
import { mqttBrokerSource } from '../../src/sources/mqtt/broker-source.ts'
import { publish, rawClient } from '../../src/sources/mqtt/raw-client.ts'
import { tcpSource } from '../../src/sources/tcp/tcp-source.ts'
import { udpSource } from '../../src/sources/udp/udp-source.ts'
import { type FuzzInput, fuzzInput, httpCorpus, mqttConnect, mqttCorpus } from './fuzz-inputs.ts'
import { createSinkContext, runFor } from './sink-context.ts'

export interface SocketFuzz extends AsyncDisposable {
  /** Sends `count` inputs made from `seed` on; resolves when every connection is closed. Throws when one is not. */
  send(seed: number, count: number): Promise<void>
  /** An honest sender of each kind is served; resolves with the slowest answer in milliseconds. */
  honest(): Promise<number>
}

const tokens = { ingest: (token: string) => (token === 'good' ? { source: 'fuzz' } : undefined) }
const listen = { host: '127.0.0.1', port: 0 }
const inputsPerConnection = 8
const closedMsMax = 5_000
const datagramBytesMax = 60_000

export async function openSocketFuzz(corpus: readonly FuzzInput[]): Promise<SocketFuzz> {
  const context = createSinkContext()
  const ports = { http: 0, mqtt: 0, tcp: 0, udp: 0 }
  const portOf = (url: string) => Number(new URL(url).port)
  const stops = [
    runFor(
      httpSource({ listen, tokens, onListening: (url) => (ports.http = portOf(url)), limits: shortLimits }).run,
      context,
    ),
    runFor(
      mqttBrokerSource({ listen, tokens, anonymous: true, onListening: (url) => (ports.mqtt = portOf(url)) }).run,
      context,
    ),
    runFor(tcpSource({ listen, onListening: (url) => (ports.tcp = portOf(url)) }).run, context),
    runFor(udpSource({ listen, onListening: (port) => (ports.udp = port) }).run, context),
  ]
  while (Object.values(ports).includes(0)) await new Promise((resolve) => setTimeout(resolve, 5))
  const udp = createSocket('udp4')
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

  async function connection(kind: 'http' | 'mqtt' | 'tcp', chunks: readonly Buffer[]): Promise<void> {
    const socket = net.connect(ports[kind], '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    for (const chunk of chunks) socket.write(chunk)
    socket.end()
    const late = setTimeout(() => socket.destroy(new Error('late')), closedMsMax)
    // A reset is an end too.
    await once(socket, 'close').catch(() => {})
    clearTimeout(late)
    if (socket.errored?.message === 'late') throw new Error(`${kind}: a connection was open after ${closedMsMax} ms`)
  }

  return {
    async send(seed, count) {
      const work: Promise<void>[] = []
      for (let from = seed; from < seed + count; from += inputsPerConnection) {
        const seeds = Array.from({ length: Math.min(inputsPerConnection, seed + count - from) }, (_, i) => from + i)
        const bytes = (inputs: readonly Buffer[]) => seeds.map((each) => fuzzInput(inputs, each).bytes)
        const plain = () => seeds.map((each) => fuzzInput(corpus, each).bytes)
        switch (((from / inputsPerConnection) % 4) | 0) {
          case 0:
            work.push(connection('http', bytes(httpCorpus)))
            break
          case 1:
            work.push(connection('mqtt', [mqttConnect, ...bytes(mqttCorpus)]))
            break
          case 2:
            work.push(connection('tcp', plain()))
            break
          default:
            for (const datagram of plain()) udp.send(datagram.subarray(0, datagramBytesMax), ports.udp, '127.0.0.1')
        }
      }
      await Promise.all(work)
    },
    async honest() {
      const took = [await postOnce(ports.http, agent), await publishOnce(ports.mqtt), await lineOnce(ports.tcp)]
      const before = context.counts.frames
      const began = performance.now()
      udp.send('A,1', ports.udp, '127.0.0.1')
      while (context.counts.frames === before) {
        if (performance.now() - began > closedMsMax) throw new Error('an honest datagram was not taken')
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return Math.max(...took, performance.now() - began)
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      udp.close()
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

/** A mutated head may announce a body that never comes. */
const shortLimits = { headersMs: 1_000, requestMs: 1_500, idleMs: 1_000, closeMs: 500 }

function postOnce(port: number, agent: http.Agent): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const began = performance.now()
  const headers = { authorization: 'Bearer good', 'content-type': 'application/json' }
  const request = http.request(
    { port, host: '127.0.0.1', path: '/ingest/v1', method: 'POST', agent, headers },
    (answer) => {
      answer.resume()
      if (answer.statusCode !== 202) reject(new Error(`an honest request was answered ${answer.statusCode}`))
      answer.once('end', () => resolve(performance.now() - began))
    },
  )
  request.setTimeout(closedMsMax, () => request.destroy(new Error('an honest request was not answered')))
  request.once('error', reject)
  request.end('{"device":"A","seq":1}')
  return promise
}

async function publishOnce(port: number): Promise<number> {
  const began = performance.now()
  const client = await rawClient(port, { clientId: 'honest' })
  try {
    client.send(publish(1, 'A,1'))
    await answered(() => client.answers().includes('puback 1'), 'an honest MQTT message')
    return performance.now() - began
  } finally {
    client.socket.destroy()
  }
}

async function lineOnce(port: number): Promise<number> {
  const began = performance.now()
  const socket = net.connect(port, '127.0.0.1')
  let received = ''
  socket.on('error', () => {})
  socket.on('data', (data) => {
    received += data
  })
  socket.write('#ack on\nA,1\n')
  try {
    await answered(() => received === 'ACK 1\n', 'an honest TCP line')
    return performance.now() - began
  } finally {
    socket.destroy()
  }
}

async function answered(has: () => boolean, what: string) {
  const until = performance.now() + closedMsMax
  while (!has()) {
    if (performance.now() > until) throw new Error(`${what} was not acknowledged`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
