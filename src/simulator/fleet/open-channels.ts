/** The channels that a server has, by the way into it. */
import type { Channel, ChannelOptions } from './channel.ts'
import { httpChannel, webhookChannel } from './http-channels.ts'
import type { Way } from './members.ts'
import { mqttChannel } from './mqtt-channel.ts'
import { serialChannel } from './serial-channel.ts'
import { tcpChannel } from './tcp-channel.ts'
import { udpChannel } from './udp-channel.ts'

/** URL of each listener, and the path of a serial port; absent: the server has none. */
export type Addresses = Readonly<Partial<Record<Way, string>>>

/** Connections of one way that send at the same time. A serial line is one. */
export const lanesOf: Record<Way, number> = { webhook: 64, http: 8, mqtt: 4, tcp: 16, udp: 48, serial: 1 }
/** Devices whose frames a lane mixes, as a gateway does; a connection or a datagram at a time is of one device. */
export const mixedOf: Record<Way, number> = { webhook: 20, http: 20, mqtt: 20, tcp: 1, udp: 1, serial: 20 }

export async function openChannel(way: Way, address: string, options: ChannelOptions): Promise<Channel> {
  switch (way) {
    case 'webhook':
      return webhookChannel(address, options)
    case 'http':
      return httpChannel(address, options)
    case 'mqtt':
      return mqttChannel(address, options)
    case 'tcp':
      return tcpChannel(address, options)
    case 'udp':
      return udpChannel(address, options)
    case 'serial':
      return serialChannel(address, options)
  }
}
