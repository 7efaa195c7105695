/**
 * Push in the form of ntfy: the text is the body, everything else are headers. Header values are ASCII: other text is written as RFC 2047
 * encoded words, which ntfy decodes. Latin-1 would be garbled there, although HTTP clients let it pass.
 */
import type { ChannelSettingsOf } from '../settings.ts'
import { type Channel, type ChannelParts, failed } from './channel.ts'
import { postOutcome } from './http-outcome.ts'

const priorities = { critical: '5', warning: '4', info: '3' } as const
const severityTags = { critical: 'rotating_light', warning: 'warning', info: 'information_source' } as const
/** ntfy makes an attachment of a longer text. */
const bodyBytesMax = 4_000

export function ntfyChannel(settings: ChannelSettingsOf<'ntfy'>, parts: ChannelParts): Channel {
  const url = `${settings.url.replace(/\/+$/, '')}/${settings.topic}`
  return {
    target: url,
    async send(message, signal) {
      const token = parts.secret()
      if (settings.secretFile !== undefined && token === undefined)
        return failed('The token cannot be read. See secretFile.')
      const isOver = message.kind === 'alert' && ['cleared', 'resolved'].includes(message.event.event)
      const click = settings.click ?? message.link
      const headers = {
        'content-type': 'text/plain; charset=utf-8',
        'user-agent': 'Baykeeper',
        'idempotency-key': message.key,
        title: headerText(message.title),
        priority: isOver ? '3' : priorities[message.severity],
        tags: [isOver ? 'white_check_mark' : severityTags[message.severity], ...settings.tags].join(','),
        ...(click === undefined ? {} : { click: new URL(click).href }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      }
      const body = cutToBytes(message.lines.join('\n'), bodyBytesMax)
      const timeoutMs = settings.timeoutSeconds * 1_000
      return postOutcome({ url, headers, body, timeoutMs, signal }, { ...parts.outbound, ca: parts.ca() }, parts.now())
    },
  }
}

/** Bytes of one encoded word, so that it stays under the 75 characters of RFC 2047. */
const wordBytesMax = 45

export function headerText(text: string): string {
  // A text that looks like an encoded word would be decoded too.
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text.trim()
  const words: string[] = []
  let part = ''
  for (const letter of text) {
    if (Buffer.byteLength(part + letter) > wordBytesMax) {
      words.push(part)
      part = ''
    }
    part += letter
  }
  words.push(part)
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ')
}

export function cutToBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return text
  return `${bytes
    .subarray(0, bytesMax - 3)
    .toString()
    .replace(/\ufffd$/, '')}…`
}
