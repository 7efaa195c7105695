/** Webhook: JSON by POST, signed. The receiver recomputes the signature over the time and the body, and refuses an old time. */
import { createHmac } from 'node:crypto'
import { createAddressList } from '../../lib/address-list.ts'
import { messageJson } from '../message.ts'
import type { ChannelSettingsOf } from '../settings.ts'
import { type Channel, type ChannelParts, failed } from './channel.ts'
import { postOutcome } from './http-outcome.ts'

export function webhookChannel(settings: ChannelSettingsOf<'webhook'>, parts: ChannelParts): Channel {
  return {
    target: new URL(settings.url).origin,
    async send(message, signal) {
      const url = message.address ?? settings.url
      // A target that a person names for one message is public: the secret of the channel is for its own target.
      const secret = message.address === undefined ? parts.secret() : undefined
      if (settings.secretFile !== undefined && secret === undefined && message.address === undefined)
        return failed('The secret cannot be read, and a webhook without a signature is not sent. See secretFile.')
      const body = messageJson(message)
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Baykeeper',
        'idempotency-key': message.key,
        ...(secret === undefined
          ? {}
          : { 'baykeeper-signature': signatureOf(secret, Math.floor(parts.now() / 1_000), body) }),
      }
      const timeoutMs = settings.timeoutSeconds * 1_000
      const outbound =
        message.address === undefined
          ? parts.outbound
          : { ...parts.outbound, isAllowed: parts.isAllowedPersonal ?? noAddresses }
      return postOutcome({ url, headers, body, timeoutMs, signal }, { ...outbound, ca: parts.ca() }, parts.now())
    },
  }
}

/** What the administrator allows is for targets that the administrator names. */
const noAddresses = createAddressList([])

/** `time`: seconds since 1970. */
export const signatureOf = (secret: string, time: number, body: string): string =>
  `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
