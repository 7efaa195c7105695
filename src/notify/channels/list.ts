/** Every kind of channel. A new one is its file, its settings (settings.ts), its name in the contract, and a line here. */
import type { ChannelSettings } from '../settings.ts'
import type { Channel, ChannelParts } from './channel.ts'
import { emailChannel } from './email.ts'
import { mqttChannel } from './mqtt.ts'
import { ntfyChannel } from './ntfy.ts'
import { webhookChannel } from './webhook.ts'

export function createChannel(settings: ChannelSettings, parts: ChannelParts): Channel {
  switch (settings.kind) {
    case 'email':
      return emailChannel(settings, parts)
    case 'webhook':
      return webhookChannel(settings, parts)
    case 'mqtt':
      return mqttChannel(settings, parts)
    case 'ntfy':
      return ntfyChannel(settings, parts)
  }
}
