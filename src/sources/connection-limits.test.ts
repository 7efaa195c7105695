import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAddressList } from '../lib/address-list.ts'
import { createLog, silentLog } from '../lib/log.ts'
import { connectionsFor, createConnectionLimits } from './connection-limits.ts'

/** As much of a socket as the limits see. */
class Peer extends EventEmitter {
  readonly remoteAddress: string
  bytesRead = 0
  destroyed = false
  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }
  destroy() {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }
  get socket(): Socket {
    return this as unknown as Socket
  }
}

function opened(total: number, trusted: readonly string[] = []) {
  const lines: string[] = []
  const time = { monotonic: 0 }
  const limits = createConnectionLimits({
    total,
    trustedProxies: createAddressList(trusted),
    clock: { monotonic: () => time.monotonic },
  })
  const log = createLog({}, { write: (line) => void lines.push(line) })
  const connect = (address = '10.0.0.1') => {
    const peer = new Peer(address)
    limits.admit(peer.socket, { name: 'tcp', log })
    return peer
  }
  return { limits, lines, time, connect }
}
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`)

test('at the limit the connection goes that has sent nothing for the longest time, then one that has proven nothing', () => {
  const { connect, limits } = opened(4)
  const [silent, first, talking, proven] = addresses(4).map(connect) as [Peer, Peer, Peer, Peer]
  for (const peer of [first, talking]) peer.bytesRead = 1
  limits.proven(proven.socket)
  const state = () => [silent, first, talking, proven].map(({ destroyed }) => destroyed)
  limits.proven(connect('10.1.0.1').socket)
  assert.deepEqual(state(), [true, false, false, false])
  limits.proven(connect('10.1.0.2').socket)
  assert.deepEqual(state(), [true, true, false, false])
  limits.proven(connect('10.1.0.3').socket)
  assert.deepEqual(state(), [true, true, true, false])
  assert.equal(connect('10.1.0.4').destroyed, true)
  assert.deepEqual(limits.figures('tcp'), { connections_evicted: 3, connections_refused: 1 })
})

test('one address takes at most half, a trusted proxy all, and addresses of one /64 are one', () => {
  const { connect, limits } = opened(6, ['192.168.0.1'])
  const flood = Array.from({ length: 5 }, (_, i) => connect(`2001:db8::${i + 1}`))
  assert.deepEqual(
    flood.map(({ destroyed }) => destroyed),
    [true, true, false, false, false],
  )
  for (const peer of flood) peer.destroy()
  const behind = Array.from({ length: 6 }, () => connect('192.168.0.1'))
  assert.deepEqual(
    behind.map(({ destroyed }) => destroyed),
    Array.from({ length: 6 }, () => false),
  )
  assert.equal(limits.figures('tcp').connections_evicted, 2)
})

test('honest senders come in while silent connections arrive without end, and the log has a line a minute', () => {
  const { connect, limits, lines, time } = opened(100)
  const honest: Peer[] = []
  for (const [i, address] of addresses(2_000).entries()) {
    time.monotonic = i * 60
    connect(address)
    if (i % 50 > 0) continue
    const sender = connect('172.16.0.1')
    limits.proven(sender.socket)
    honest.push(sender)
  }
  assert.ok(honest.every(({ destroyed }) => !destroyed))
  assert.equal(lines.length, 2)
  assert.match(lines[1] ?? '', /suppressed=\d{3}/)
})

test('never more than the limit are open, and a proven one is never closed', () => {
  const step = fc.tuple(fc.nat({ max: 5 }), fc.constantFrom('connect', 'send', 'prove', 'close'), fc.nat())
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { connect, limits } = opened(8, ['10.0.0.0'])
      const open: { peer: Peer; proven: boolean }[] = []
      for (const [address, what, pick] of steps) {
        const chosen = open.length > 0 ? open[pick % open.length] : undefined
        if (what === 'connect') {
          const peer = connect(`10.0.0.${address}`)
          if (!peer.destroyed) open.push({ peer, proven: false })
        } else if (what === 'send' && chosen) chosen.peer.bytesRead++
        else if (what === 'prove' && chosen) {
          limits.proven(chosen.peer.socket)
          chosen.proven = true
        } else if (chosen) {
          chosen.peer.destroy()
          open.splice(open.indexOf(chosen), 1)
        }
        assert.ok(open.every(({ peer, proven }) => !(proven && peer.destroyed)))
        open.splice(0, open.length, ...open.filter(({ peer }) => !peer.destroyed))
        assert.ok(open.length <= 8)
        for (let own = 1; own <= 5; own++)
          assert.ok(open.filter(({ peer }) => peer.remoteAddress === `10.0.0.${own}`).length <= 4)
      }
    }),
  )
})

test('descriptors are left for the journal at any limit', () => {
  assert.deepEqual([256, 600, 1_024, 20_000].map(connectionsFor), [128, 472, 896, 17_500])
})

test('a connection that is admitted twice has one place, and leaves none behind', () => {
  const { connect, limits } = opened(4)
  for (let i = 0; i < 8; i++) {
    const peer = connect(`10.2.0.${i}`)
    assert.equal(limits.admit(peer.socket, { name: 'tcp', log: silentLog }), true)
    peer.destroy()
  }
  const all = addresses(4).map(connect)
  assert.ok(all.every(({ destroyed }) => !destroyed))
  assert.deepEqual(limits.figures('tcp'), { connections_evicted: 0, connections_refused: 0 })
})
