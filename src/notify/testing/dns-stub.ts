/** A name server on loopback that answers A and AAAA by a function: a real one for the client, with answers that a test chooses. */
import { createSocket } from 'node:dgram'
import { promises as dns, type LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { isIP } from 'node:net'
import type { Resolve } from '../../lib/outbound-request.ts'

export interface DnsStub extends AsyncDisposable {
  readonly resolve: Resolve
  /** Questions for addresses that were answered, A and AAAA each. */
  readonly asked: number
}

/** `answer`: addresses for the n-th time a name is resolved, from 1. */
export async function dnsStub(answer: (time: number) => readonly string[]): Promise<DnsStub> {
  const socket = createSocket('udp4')
  let asked = 0
  let times = 0
  socket.on('message', (query, from) => {
    asked++
    const end = query.indexOf(0, 12)
    const type = query.readUInt16BE(end + 1)
    // Both types are asked for each resolution; the A question comes first.
    if (type === 1) times++
    const family = type === 1 ? 4 : 6
    const found = answer(times).filter((address) => isIP(address) === family)
    const head = Buffer.from(query.subarray(0, end + 5))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(found.length, 6)
    head.writeUInt16BE(0, 8)
    head.writeUInt16BE(0, 10)
    socket.send(Buffer.concat([head, ...found.map((address) => recordOf(address, type))]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new dns.Resolver({ timeout: 1_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  return {
    get asked() {
      return asked
    },
    async resolve(host) {
      const v4 = await resolver.resolve4(host).catch(() => [])
      const v6 = await resolver.resolve6(host).catch(() => [])
      return [...v4.map(ofFamily(4)), ...v6.map(ofFamily(6))]
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(resolve))
    },
  }
}

const ofFamily =
  (family: number) =>
  (address: string): LookupAddress => ({ address, family })

/** Name by pointer to the question, class IN, no time to live: the answer of a name that is about to change. */
function recordOf(address: string, type: number): Buffer {
  const data = type === 1 ? Buffer.from(address.split('.').map(Number)) : bytesOf6(address)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function bytesOf6(address: string): Buffer {
  const [before = '', after = ''] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [head, tail] = [groups(before), groups(after)]
  const bytes = Buffer.alloc(16)
  for (const [i, group] of head.entries()) bytes.writeUInt16BE(group, 2 * i)
  for (const [i, group] of tail.entries()) bytes.writeUInt16BE(group, 16 - 2 * (tail.length - i))
  return bytes
}
