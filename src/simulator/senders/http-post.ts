/** Posts bytes to the HTTP ingest until they are accepted: everything but a clear no is tried again by the one schedule. */
import { type Clock, systemClock } from '../../lib/clock.ts'
import { retryDelayMs } from '../../lib/retry.ts'
import { type SenderOptions, SendRefused } from './sender.ts'

/** An answer takes a sync of the journal; one that takes longer is lost. Sending again is safe: readings are numbered. */
const answerMsMax = 30_000
/** Upper bound on the Retry-After of a server. */
const retryAfterMsMax = 30_000

export interface PostOptions extends SenderOptions {
  /** Path and query under the ingest's URL. */
  readonly path?: string
  readonly contentType: string
  /** Also wait on 401, 403, 404 and 413: for a demo that starts before its server. */
  readonly patient?: boolean
  readonly onRetry?: () => void
  readonly clock?: Clock
}

/** Resolves to the number of frames that the server reports as accepted. */
export async function postUntilAccepted(url: string, body: string, options: PostOptions): Promise<number> {
  const {
    token,
    signal,
    path = '/ingest/v1',
    contentType,
    patient = false,
    onTrouble,
    onRetry,
    clock = systemClock,
  } = options
  const target = new URL(path, url)
  const headers = { 'content-type': contentType, ...(token ? { authorization: `Bearer ${token}` } : {}) }
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    let waitMs = retryDelayMs(attempt)
    try {
      const limit = AbortSignal.timeout(answerMsMax)
      const answer = await fetch(target, {
        method: 'POST',
        headers,
        body,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      })
      const text = await answer.text()
      if (answer.status === 202) return (JSON.parse(text) as { accepted: number }).accepted
      const answered = `${target.origin} answers ${answer.status}: ${text.slice(0, 200)}`
      if (!patient && isFinal(answer.status)) throw new SendRefused(advice(answer.status, answered))
      if (attempt === 0) onTrouble?.(answered)
      const retryAfterMs = Number(answer.headers.get('retry-after')) * 1_000
      if (retryAfterMs > 0) waitMs = Math.min(retryAfterMsMax, retryAfterMs)
    } catch (error) {
      if (error instanceof SendRefused || signal?.aborted) throw error
      if (attempt === 0) onTrouble?.(`${target.origin} cannot be reached: ${reason(error)}; trying again`)
    }
    onRetry?.()
    await clock.sleep(waitMs, signal)
  }
}

const isFinal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429

const advice = (status: number, answered: string) =>
  status === 401 || status === 403
    ? `${answered}\ngive an ingest token with --token or BAYKEEPER_INGEST_TOKEN (baykeeper token create --source NAME prints one)`
    : answered

function reason(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : message
}
