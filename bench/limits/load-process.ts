/** The process of the load generator (load.ts). A device belongs to one connection, so that its numbers arrive in order, as from a sensor. */
import { createInterface } from 'node:readline'
import { createLines, firstSeq, type LineMaker } from '../event-lines.ts'
import {
  type Answer,
  type Done,
  eyeDevice,
  type Flood,
  nowMs,
  type Open,
  type Order,
  type Pace,
  probeDevice,
} from './load.ts'
import { type BareWire, openWire } from './wires.ts'

interface Connection {
  readonly wire: BareWire
  readonly lines: LineMaker
}

const tickMs = 10
const probeEveryMs = 20
/** The live state is looked at ten times a second: no two changes of this device fall into one look. */
const eyeEveryMs = 337

const send = (answer: Answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)
let connections: Connection[] = []
let batch = 1_000
/** Over protocols with many connections the followed readings have one of their own, as a lone sensor has. */
let probeWire: BareWire | undefined
let hasAcks = true
let serial: Promise<void> = Promise.resolve()
const numbers = { [probeDevice]: firstSeq, [eyeDevice]: firstSeq }

send({ kind: 'ready', ...(process.argv[3] === undefined ? {} : { path: process.argv[3] }) })
for await (const text of createInterface({ input: process.stdin })) {
  const order = JSON.parse(text) as Order
  send(order.kind === 'open' ? await open(order) : order.kind === 'flood' ? await flood(order) : await pace(order))
}
process.exit()

async function open(order: Open): Promise<Done> {
  batch = order.batch
  hasAcks = order.wire !== 'serial'
  connections = []
  for (let i = 0; i < order.connections; i++)
    connections.push({
      wire: await openWire(order),
      lines: createLines({ from: order.from + i, to: order.to, step: order.connections }),
    })
  probeWire = hasAcks ? await openWire(order) : undefined
  return { kind: 'done', sent: 0, ackMs: [] }
}

async function flood({ seconds }: Flood): Promise<Done> {
  const until = performance.now() + seconds * 1_000
  const ackMs: number[] = []
  let sent = 0
  await Promise.all(
    connections.map(async ({ wire, lines }) => {
      while (performance.now() < until) {
        const began = performance.now()
        sent += batch
        await wire.send(lines.next(batch), batch)
        ackMs.push(performance.now() - began)
      }
    }),
  )
  return { kind: 'done', sent, ackMs: hasAcks ? ackMs : [] }
}

async function pace({ rate, seconds }: Pace): Promise<Done> {
  const perTick = Math.max(1, Math.round((rate * tickMs) / 1_000))
  const began = performance.now()
  const until = began + seconds * 1_000
  const ackMs: number[] = []
  const last = connections.map(() => Promise.resolve())
  const singles = Promise.all([follow(probeDevice, probeEveryMs, until), follow(eyeDevice, eyeEveryMs, until)])
  let sent = 0
  for (let tick = 0; tick * tickMs < seconds * 1_000; tick++) {
    await sleepUntil(began + tick * tickMs)
    const turn = tick % connections.length
    const { wire, lines } = connections[turn] as Connection
    // Due now, even if the answer to the one before is late: the wait counts.
    const due = performance.now()
    const before = last[turn]
    last[turn] = (async () => {
      await before
      const send = () => wire.send(lines.next(perTick), perTick)
      await (hasAcks ? send() : inTurn(send))
      ackMs.push(performance.now() - due)
    })()
    sent += perTick
  }
  await Promise.all(last)
  return {
    kind: 'done',
    sent: sent + (await singles).reduce((sum, count) => sum + count, 0),
    ackMs: hasAcks ? ackMs : [],
  }
}

async function follow(device: typeof probeDevice | typeof eyeDevice, everyMs: number, until: number): Promise<number> {
  let sent = 0
  for (let next = performance.now(); next < until; next += everyMs, sent++) {
    await sleepUntil(next)
    const seq = numbers[device]++
    const occupied = seq % 2 === 0
    const line = Buffer.from(`${JSON.stringify({ device, seq, occupied })}\n`)
    send({ kind: 'probe', device, seq, occupied, sentMs: nowMs() })
    const own = probeWire
    await (own ? inTurn(() => own.send(line, 1)) : inTurn(() => (connections[0] as Connection).wire.send(line, 1)))
  }
  return sent
}

/** One line, one writer at a time. */
function inTurn(send: () => Promise<void>): Promise<void> {
  serial = serial.then(send)
  return serial
}

function sleepUntil(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())))
}
