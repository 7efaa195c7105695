/**
 * E-mail by SMTP: text and HTML, one thread for each alert. A connection serves one message: the pool of the library would send a message
 * again when its connection is dropped, by rules that the deliveries do not see.
 */
import { once } from 'node:events'
import { connect, isIP, Socket } from 'node:net'
import { createTransport } from 'nodemailer'
import { shortHash } from '../alert-event.ts'
import type { Outcome } from '../delivery.ts'
import type { Attachment, OutgoingMessage } from '../message.ts'
import { messageWords } from '../message-words.ts'
import { reportWords } from '../report-words.ts'
import type { ChannelSettingsOf } from '../settings.ts'
import { type Channel, type ChannelParts, failed, sent } from './channel.ts'

export function emailChannel(settings: ChannelSettingsOf<'email'>, parts: ChannelParts): Channel {
  const { host, port } = settings
  return {
    target: `${host}:${port}`,
    async send(message, signal) {
      const pass = parts.secret()
      if (settings.user !== undefined && pass === undefined)
        return failed('The password cannot be read. See secretFile.')
      // The library names every timeout one of the connection: only who has connected knows whether the message may have arrived.
      const connection = await connected(settings, signal)
      if (!(connection instanceof Socket)) return connection
      const transport = transportOf(settings, { connection, pass, ca: parts.ca() })
      const ended = Promise.withResolvers<Outcome>()
      const stop = () => ended.resolve(failed('The server is stopping.', { reached: true }))
      const seconds = attemptTimeouts * settings.timeoutSeconds + sendingSeconds(message)
      const lateFault = failed(`${host} has not accepted the message within ${seconds} s.`, { reached: true })
      const late = setTimeout(() => ended.resolve(lateFault), seconds * 1_000)
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await Promise.race([attempt(transport, settings, message), ended.promise])
      } finally {
        clearTimeout(late)
        signal.removeEventListener('abort', stop)
        transport.close()
        connection.destroy()
      }
    },
  }
}

/** Phases of SMTP that may take as long as the timeout, in one attempt. */
const attemptTimeouts = 3

/** What a slow line takes for a file, in the encoding of mail. */
const slowBytesPerSecond = 50_000
const sendingSeconds = ({ attachment }: OutgoingMessage) =>
  Math.ceil(((attachment?.bytes.byteLength ?? 0) * 1.4) / slowBytesPerSecond)

async function connected({ host, port, timeoutSeconds }: ChannelSettingsOf<'email'>, signal: AbortSignal) {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1_000)]) })
    return socket
  } catch (fault) {
    socket.on('error', () => {}).destroy()
    const { code, message } = fault as NodeJS.ErrnoException
    const reason = code === 'ABORT_ERR' ? `no answer within ${timeoutSeconds} s` : (code ?? message)
    return failed(`${host}:${port} cannot be reached (${reason}).`, { unreachable: true })
  }
}

type Transport = ReturnType<typeof createTransport>
type Connected = { readonly connection: Socket; readonly pass: string | undefined; readonly ca: string | undefined }

function transportOf(
  { host, port, tls, user, timeoutSeconds }: ChannelSettingsOf<'email'>,
  given: Connected,
): Transport {
  const timeoutMs = timeoutSeconds * 1_000
  return createTransport({
    ...{ host, port, connection: given.connection },
    ...{ secure: tls === 'tls', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    ...(user === undefined ? {} : { auth: { user, pass: given.pass ?? '' } }),
    tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ...(given.ca === undefined ? {} : { ca: given.ca }) },
  })
}

async function attempt(
  transport: Transport,
  settings: ChannelSettingsOf<'email'>,
  message: OutgoingMessage,
): Promise<Outcome> {
  try {
    const { rejected = [], response } = (await transport.sendMail(mailOf(settings, message))) as SentInfo
    const detail = `${settings.host} accepted the message (${shown(response)}).`
    if (rejected.length === 0) return sent(detail)
    const note = `${settings.host} refused ${rejected.length} of ${settings.to.length} receivers.`
    return { is: 'sent', detail, note }
  } catch (fault) {
    return outcomeOf(settings.host, fault as SmtpFault)
  }
}

interface SentInfo {
  readonly rejected?: readonly unknown[]
  readonly response?: string
}

interface SmtpFault extends Error {
  readonly code?: string
  readonly command?: string
  readonly responseCode?: number
  readonly response?: string
}

/** Commands that are about this message; a refusal of any other is about the server. */
const aboutMessage = /^(MAIL FROM|RCPT TO|DATA)/

/** Faults before the message: signing in, and encryption. */
const beforeMessage: readonly string[] = ['EAUTH', 'ENOAUTH', 'ETLS', 'EOAUTH2', 'EENVELOPE']

function outcomeOf(host: string, { code = '', command = '', response, responseCode, message }: SmtpFault): Outcome {
  if (responseCode === undefined) {
    // Without an answer to the data, the server may have the message.
    const reached = !beforeMessage.includes(code)
    return failed(`${host} cannot be used (${shown(message)}).`, { reached })
  }
  const permanent = responseCode >= 500 && aboutMessage.test(command)
  return failed(`${host} refused the message: ${shown(response ?? message)}.`, { permanent, code: responseCode })
}

const shown = (text = ''): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 300)

function mailOf({ from, fromName, to, locale }: ChannelSettingsOf<'email'>, message: OutgoingMessage) {
  const domain = from.slice(from.lastIndexOf('@') + 1)
  const idOf = (part: string) => `<${part}@${domain}>`
  const thread = message.alert === null ? undefined : idOf(`alert.${shortHash([message.alert])}`)
  const receivers = message.address === undefined ? to : [message.address]
  return {
    from: { name: fromName, address: from },
    to: receivers.map((address) => ({ name: '', address })),
    subject: message.title,
    messageId: idOf(message.key),
    ...(thread === undefined ? {} : { inReplyTo: thread, references: [thread] }),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', 'Idempotency-Key': message.key },
    text: [...message.lines, ...(message.link === undefined ? [] : ['', message.link])].join('\n'),
    html: htmlOf(message, locale),
    ...(message.attachment ? { attachments: [attachmentOf(message.attachment)] } : {}),
  }
}

const attachmentOf = ({ fileName, type, bytes }: Attachment) => ({
  filename: fileName,
  contentType: type,
  content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
})

function htmlOf({ title, lines, link, linkText, kind }: OutgoingMessage, locale: 'en' | 'de'): string {
  const { open } = (kind === 'report' ? reportWords : messageWords)[locale]
  const opened = link === undefined ? '' : `<p><a href="${escaped(link)}">${linkText ?? open}</a></p>`
  return `<!doctype html><html lang="${locale}"><body><h1 style="font-size:1.2em">${escaped(title)}</h1><p>${lines.map(escaped).join('<br>\n')}</p>${opened}</body></html>`
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
