import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { generate } from 'mqtt-packet'
import { PacketGate } from './packet-gate.ts'
import { publish } from './raw-client.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** An open connection whose first bytes were read. */
function openGate(first: Buffer): PacketGate {
  const socket = new PassThrough({ highWaterMark: 1024 * 1024 })
  const gate = new PacketGate(socket as unknown as Socket, {
    ...{
      bytesMax: 262_144,
      onTooLarge: (bytes) => assert.fail(`${bytes} bytes`),
      onFault: ({ reason }) => assert.fail(reason),
    },
    limits: { receiveMax: 10, packetBytesMax: 262_144, subscriptionsMax: 10 },
  })
  socket.write(first)
  assert.ok(gate.read())
  return gate
}

for (const protocolVersion of [4, 5] as const)
  test(`the first bytes of a connection of level ${protocolVersion} are not kept for its life`, async () => {
    const connect = { cmd: 'connect', protocolId: 'MQTT', clientId: 'a', clean: true, keepalive: 0 } as const
    const first = () =>
      Buffer.concat([
        generate({ ...connect, protocolVersion }),
        generate(publish(1, 'x'.repeat(200_000)), { protocolVersion }),
      ])
    const before = process.memoryUsage().arrayBuffers
    const gates = Array.from({ length: 50 }, () => openGate(first()))
    let kept = Number.POSITIVE_INFINITY
    // Buffers are released in the background.
    for (let i = 0; i < 40 && kept >= 50_000; i++) {
      await setTimeout(25)
      collect()
      kept = (process.memoryUsage().arrayBuffers - before) / gates.length
    }
    assert.ok(kept < 50_000, `${kept} bytes of each`)
    for (const gate of gates) gate.destroy()
  })
