/**
 * Pulls a feed of another operator at an interval and journals each body that is new, with the map that reads it.
 *
 * Promises
 * - A body is journaled before it is understood: one that cannot be read is a dead letter with its bytes.
 * - Answers other than 200 and 304 are no body. They, and a publisher that cannot be reached, are shown in the status; the feed is asked again at its interval.
 * - A body that has not changed is not journaled again, unless its readings have no time: then each answer is a sign of life.
 * - A body that has not changed for `staleAfterS` is stale: it is shown, and without times of its own it is no sign of life any more. Of the first
 *   body since the start it is `Last-Modified` that shows how old it is.
 * - Only addresses that are public, or allowed by the configuration, are called; redirects are not followed.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FeedMap } from '../../domain/feed-map.ts'
import { createAddressList } from '../../lib/address-list.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { type FetchedBody, fetchBody, type Resolve } from '../../lib/outbound-request.ts'
import { type Delivery, IntakeRefused, type Source, type SourceContext } from '../source.ts'

export interface PullSourceOptions extends FeedMap {
  readonly url: string
  readonly name: string
  readonly everyS: number
  /** A body that has not changed for so long is stale. */
  readonly staleAfterS?: number
  readonly allowAddresses: readonly string[]
  readonly time?: 'trust'
  /** For tests. */
  readonly resolve?: Resolve
}

const bodyBytesMax = 8 * 1024 * 1024
const timeoutMs = 30_000
const staleAfterSUsual = 21_600

/** What the last answer was known by. */
interface Seen {
  etag: string | undefined
  modified: string | undefined
  hash: string | undefined
  /** Since when the body is this one. */
  changedAt: Instant
}

export function pullSource(options: PullSourceOptions): Source {
  const { name, everyS } = options
  const seen: Seen = { etag: undefined, modified: undefined, hash: undefined, changedAt: instant(0) }
  return {
    name,
    kind: 'http',
    async run(signal, context) {
      const { clock } = context
      while (!signal.aborted) {
        const began = clock.monotonic()
        await pullOnce(options, seen, signal, context).catch((fault: Error) => {
          if (signal.aborted) return
          context.status('waiting', `${fault.message} Asked again in ${everyS} s.`)
          context.log.warn('a feed was not pulled', { feed: name, reason: fault.message })
        })
        // An aborted sleep ends early: the loop looks at the signal.
        await clock.sleep(Math.max(0, everyS * 1_000 - (clock.monotonic() - began)), signal).catch(() => {})
      }
    },
  }
}

async function pullOnce(
  options: PullSourceOptions,
  seen: Seen,
  signal: AbortSignal,
  context: SourceContext,
): Promise<void> {
  const { url, resolve, allowAddresses } = options
  const answer = await fetchBody(
    {
      ...{ url, bodyBytesMax, timeoutMs, signal },
      headers: {
        'user-agent': 'baykeeper',
        ...(seen.etag === undefined ? {} : { 'if-none-match': seen.etag }),
        ...(seen.modified === undefined ? {} : { 'if-modified-since': seen.modified }),
      },
    },
    { isAllowed: createAddressList(allowAddresses), allowedBy: 'its allowAddresses', ...(resolve ? { resolve } : {}) },
  )
  const host = new URL(url).host
  if (answer.status === 304) return tell(options, seen, context, `${host}: not changed`)
  if (answer.status !== 200) throw new Error(`${host} answered ${answer.status}.`)
  if (answer.body.length === 0) throw new Error(`${host} answered with an empty body.`)
  await keep({ ...answer, body: await unpacked(answer.body) }, options, seen, context)
  tell(options, seen, context, `${host}: ${answer.body.length} bytes`)
}

/** A feed that its publisher no longer updates answers as before: its age shows it. */
function tell(
  { staleAfterS = staleAfterSUsual }: PullSourceOptions,
  seen: Seen,
  context: SourceContext,
  detail: string,
) {
  const unchangedS = Math.max(0, Math.round((context.clock.now() - seen.changedAt) / 1_000))
  const isStale = unchangedS > staleAfterS
  const stale = `the feed has not changed for ${Math.floor(unchangedS / 3_600)} h ${Math.floor((unchangedS % 3_600) / 60)} min: its publisher may have stopped`
  context.facts({ figures: { unchanged_s: unchangedS }, ...(isStale ? { warnings: [stale] } : {}) })
  context.status(isStale ? 'waiting' : 'up', isStale ? `${detail}; ${stale}` : detail)
}

/** Some publishers offer files that are gzip, beside any encoding of HTTP. What cannot be unpacked is kept as it came, and is a dead letter. */
async function unpacked(body: Buffer): Promise<Buffer> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body
  return await promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)(body, {
    maxOutputLength: bodyBytesMax,
    // Damaged, or more than is read: kept as it came.
  }).catch(() => body)
}

/** Since when a new body is this one. The first since the start may be an old one. */
function changeOf({ headers }: FetchedBody, { hash }: Seen, now: Instant): Instant {
  const modified = hash === undefined ? Date.parse(headers['last-modified'] ?? '') : Number.NaN
  return Number.isNaN(modified) ? now : instant(Math.min(now, Math.max(0, modified)))
}

async function keep(
  answer: FetchedBody,
  options: PullSourceOptions,
  seen: Seen,
  context: SourceContext,
): Promise<void> {
  const { format, items, fields, separator, zone, time } = options
  const hash = createHash('sha256').update(answer.body).digest('hex')
  const hasTime = format === 'datex2' || fields.time !== undefined
  const isNew = hash !== seen.hash
  const changedAt = isNew ? changeOf(answer, seen, context.clock.now()) : seen.changedAt
  const isStale = context.clock.now() - changedAt > (options.staleAfterS ?? staleAfterSUsual) * 1_000
  if (hasTime ? isNew : !isStale) {
    const map: FeedMap = {
      format,
      fields,
      separator,
      ...(items === undefined ? {} : { items }),
      ...(zone === undefined ? {} : { zone }),
    }
    const delivery: Delivery = {
      ...{ framing: 'whole', codec: 'pulled-feed', meta: { feed: JSON.stringify(map) } },
      ...{ ...(time ? { time } : {}), bytes: answer.body, frames: 1 },
    }
    await context.deliver([delivery]).catch((fault) => {
      if (fault instanceof IntakeRefused) throw new Error(`Intake refuses: ${fault.message}.`, { cause: fault })
      throw fault
    })
  }
  // Only once it is durable: a body that was refused is asked for again.
  seen.hash = hash
  seen.changedAt = changedAt
  seen.etag = answer.headers['etag']
  seen.modified = answer.headers['last-modified']
  // Without a time of its own each answer is a sign of life, so it is asked for in full.
  if (!hasTime) [seen.etag, seen.modified] = [undefined, undefined]
}
