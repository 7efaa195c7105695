/**
 * A flood over TCP lines with acknowledgements, from a process of its own: `devices` sensors in turn, dense numbers, at a rate that can be
 * changed. Lines that the server does not take stay in this process's count, not in its memory: it stops writing when the socket is full.
 */
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type ToFlood =
  | { readonly type: 'start'; readonly tcp: string; readonly devices: number; readonly name: string }
  | { readonly type: 'rate'; readonly perSecond: number }
  /** Answers when every line has been acknowledged. */
  | { readonly type: 'stop' }
export type FromFlood =
  | { readonly type: 'counts'; readonly written: number; readonly acknowledged: number }
  | { readonly type: 'stopped'; readonly written: number; readonly acknowledged: number }

const tickMs = 10
/** Lines under way; beyond it the server has stopped taking, and the flood waits as TCP makes every sender wait. */
const openMax = 400_000

let perSecond = 0
let stopping = false
let written = 0
let acknowledged = 0

async function run({ tcp, devices, name }: Extract<ToFlood, { type: 'start' }>) {
  const { hostname, port } = new URL(tcp)
  const socket = net.connect(Number(port), hostname)
  let received = ''
  socket.on('data', (bytes) => {
    received += bytes
    const whole = received.split('\n')
    received = whole.pop() as string
    for (const answer of whole) acknowledged = Number(answer.slice(4))
  })
  socket.on('error', (error) => {
    throw error
  })
  socket.write('#ack on\n')
  let due = 0
  let last = performance.now()
  while (!stopping || acknowledged < written) {
    const now = performance.now()
    due = Math.min(due + ((now - last) * perSecond) / 1_000, perSecond)
    last = now
    const room = Math.min(Math.floor(due), openMax - (written - acknowledged))
    if (!stopping && room > 0 && !socket.writableNeedDrain) {
      let text = ''
      for (let i = 0; i < room; i++, written++)
        text += `${name}-${written % devices},${1 + Math.floor(written / devices)},,${written & 1}\n`
      due -= room
      socket.write(text)
    }
    await sleep(tickMs)
  }
  socket.end()
  process.send?.({ type: 'stopped', written, acknowledged } satisfies FromFlood)
}

process.on('message', (message: ToFlood) => {
  if (message.type === 'rate') perSecond = message.perSecond
  else if (message.type === 'stop') stopping = true
  else void run(message)
})
process.on('disconnect', () => process.exit(0))
setInterval(() => process.send?.({ type: 'counts', written, acknowledged } satisfies FromFlood), 200)
