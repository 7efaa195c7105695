/** Readings over HTTP: one batch is one request, answered when it is durable. */
import { jsonLine, type WireReading } from '../wire-reading.ts'
import { postUntilAccepted } from './http-post.ts'
import { type Sender, type SenderOptions, SendRefused } from './sender.ts'

export interface HttpSenderOptions extends SenderOptions {
  /** `ndjson` one reading a line, `json` one array. */
  readonly body?: 'ndjson' | 'json'
}

export function createHttpSender(url: string, options: HttpSenderOptions = {}): Sender {
  const { body = 'ndjson', ...rest } = options
  const stats = { sent: 0, acknowledged: 0, retries: 0 }
  const contentType = body === 'json' ? 'application/json' : 'application/x-ndjson'
  async function send(readings: readonly WireReading[]) {
    if (readings.length === 0) return
    const lines = readings.map(jsonLine)
    const text = body === 'json' ? `[${lines.join(',')}]` : lines.join('\n')
    stats.sent += readings.length
    const accepted = await postUntilAccepted(url, text, { ...rest, contentType, onRetry: () => stats.retries++ })
    if (accepted !== readings.length)
      throw new SendRefused(
        `the server accepted ${accepted} of ${readings.length} readings and answered 202: it counts frames wrongly`,
      )
    stats.acknowledged += accepted
  }
  return { stats, acknowledges: true, batchMax: 1_000, send, [Symbol.asyncDispose]: async () => {} }
}
