/** Every way to send, by the name it has on the command line. */
import { createHttpSender } from './http.ts'
import { type MqttSenderOptions, openMqttSender } from './mqtt.ts'
import type { Sender } from './sender.ts'
import { openSerialSender } from './serial.ts'
import { openTcpSender } from './tcp.ts'
import type { Transport } from './transport.ts'

/** `to` is a URL, or for `serial` a path. */
export async function openSender(via: Transport, to: string, options: MqttSenderOptions): Promise<Sender> {
  switch (via) {
    case 'http':
      return createHttpSender(to, options)
    case 'mqtt':
      return openMqttSender(to, options)
    case 'tcp':
      return openTcpSender(to, options)
    case 'serial':
      return openSerialSender(to, options)
  }
}
