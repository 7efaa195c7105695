/** A real SMTP server that keeps what it accepts. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly to: readonly string[]
  readonly source: string
  /** Its plain text and HTML, decoded. */
  readonly text: string
}

export interface SmtpReceiver extends AsyncDisposable {
  readonly port: number
  readonly mails: ReceivedMail[]
}

/** `refuse`: the code with which a message is refused after its data. */
export async function smtpReceiver(
  refuse: () => Promise<number | undefined> = async () => undefined,
): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false, size: 32 * 1024 * 1024 },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const responseCode = await refuse()
        if (responseCode !== undefined) return done(Object.assign(new Error('not now'), { responseCode }))
        const source = Buffer.concat(chunks).toString('latin1')
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), source, text: textIn(source) })
        done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}

export const headerOf = (source: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n[ \t]/g, ' ')

/** The one file of a mail. */
export function attachmentOf(source: string) {
  const part = source.split(/\r\n--[^\r\n]+/).find((each) => /Content-Disposition: attachment/i.test(each))
  assert.ok(part, 'the mail has no file')
  const [head = '', body = ''] = part.split('\r\n\r\n', 2)
  assert.match(head, /Content-Transfer-Encoding: base64/i)
  return {
    name: /filename="?([^"\r\n;]+)/.exec(head)?.[1],
    type: /Content-Type: ([^;\r\n]+)/.exec(head)?.[1],
    bytes: Buffer.from(body, 'base64'),
  }
}

/** Quoted-printable or base64, of every part of text. */
function textIn(source: string): string {
  const parts = source.split(/\r\n--[^\r\n]+/).filter((part) => /Content-Type: text\//i.test(part))
  return parts
    .map((part) => {
      const body = part.slice(part.indexOf('\r\n\r\n') + 4)
      if (/Content-Transfer-Encoding: base64/i.test(part)) return Buffer.from(body, 'base64').toString()
      const plain = body
        .replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      return Buffer.from(plain, 'latin1').toString()
    })
    .join('\n')
}
