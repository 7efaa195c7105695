/**
 * Asks the storage of a LoRaWAN network server for uplinks that its webhooks or MQTT did not bring.
 *
 * Promises
 * - Only what is missing is asked for: gaps in the numbers of a device, and the time in which no server ran.
 * - An uplink is delivered under the name of the source that should have brought it, so that one that came twice is a duplicate.
 * - One request at a time, `everyS` apart. After 429 and 5xx it waits as long as the answer asks for, else twice as long each time.
 * - An answer that breaks off keeps its whole lines; the rest is asked for again, in smaller pages.
 * - Only addresses that are public, or allowed by the configuration, are called; redirects are not followed.
 */
import { gapsMax, type MissingUplinks } from '../../domain/missing-uplinks.ts'
import { createAddressList } from '../../lib/address-list.ts'
import type { Instant } from '../../lib/brand.ts'
import { type FetchedBody, fetchBody, type Resolve } from '../../lib/outbound-request.ts'
import { retryAfterMs, retryDelayMs } from '../../lib/retry.ts'
import { type Delivery, IntakeRefused, type Source, type SourceContext } from '../source.ts'
import { createRepairPlan } from './repair-plan.ts'
import { readStoredPage, type StoredPage } from './stored-uplinks.ts'
import { beginReading, freshOf, moveBehind, pageMax, type WindowReading } from './window-reading.ts'

export interface StorageSourceOptions {
  readonly name: string
  readonly url: string
  readonly application: string
  readonly apiKey: string
  /** Of the uplinks: the source that should have brought them. */
  readonly source: string
  readonly everyS: number
  readonly keepsHours: number
  readonly allowAddresses: readonly string[]
  /** What is missing of `source` now. */
  missing(): MissingUplinks
  /** For tests. */
  readonly resolve?: Resolve
}

const bodyBytesMax = 4 * 1024 * 1024
const timeoutMs = 30_000
const retries = { firstMs: 5_000, capMs: 600_000 }
/** A network server that asks for more is asked again all the same. */
const retryAfterMsMax = 3_600_000

interface Status {
  repaired: number
  requests: number
  attempt: number
}

class StorageFault extends Error {
  readonly waitMs: number | undefined
  constructor(message: string, waitMs?: number) {
    super(message)
    this.waitMs = waitMs
  }
}

export function storageSource(options: StorageSourceOptions): Source {
  const status: Status = { repaired: 0, requests: 0, attempt: 0 }
  return {
    name: options.name,
    kind: 'http',
    async run(signal, context) {
      const { clock } = context
      const plan = createRepairPlan(options.keepsHours * 3_600_000)
      let reading: WindowReading | undefined
      while (!signal.aborted) {
        const began = clock.monotonic()
        const window = reading ? undefined : plan.next(options.missing(), clock.now())
        if (window) reading = beginReading(window)
        const waitMs = reading ? await step(options, reading, status, signal, context) : undefined
        if (reading && waitMs === 'done') {
          reading.window.done(clock.now())
          reading = undefined
        }
        tell(options, status, plan.givenUp(), reading !== undefined, context)
        const pauseMs = typeof waitMs === 'number' ? waitMs : options.everyS * 1_000 - (clock.monotonic() - began)
        // An aborted sleep ends early: the loop looks at the signal.
        await clock.sleep(Math.max(0, pauseMs), signal).catch(() => {})
      }
    },
  }
}

/** One request. `done`: the window is read to its end; a number: wait so many milliseconds; undefined: the next page is due. */
async function step(
  options: StorageSourceOptions,
  reading: WindowReading,
  status: Status,
  signal: AbortSignal,
  context: SourceContext,
): Promise<'done' | number | undefined> {
  try {
    status.requests++
    const page = await fetchPage(
      options,
      { limit: reading.limit, after: reading.after.text, before: reading.window.to },
      signal,
    )
    const isMore = await keep(options, reading, page, status, context)
    if (page.broken !== undefined) throw new StorageFault(page.broken)
    status.attempt = 0
    reading.limit = Math.min(pageMax, reading.limit * 2)
    return isMore ? undefined : 'done'
  } catch (fault) {
    if (signal.aborted) return undefined
    const message = (fault as Error).message
    const waitMs = fault instanceof StorageFault ? fault.waitMs : undefined
    // A server that breaks off at the same place is asked for less.
    if (waitMs === undefined) reading.limit = Math.max(1, reading.limit >> 1)
    const ownMs = retryDelayMs(status.attempt++, retries)
    const delayMs = Math.round(waitMs ?? ownMs)
    context.status('waiting', `${message}. Asked again in ${(delayMs / 1_000).toFixed(0)} s.`)
    context.log.warn('stored uplinks were not read', { storage: options.name, reason: message, delayMs })
    return delayMs
  }
}

export type StorageAddress = Pick<StorageSourceOptions, 'url' | 'application' | 'apiKey' | 'allowAddresses' | 'resolve'>

/** Throws where the storage does not answer with a page. */
export async function fetchPage(
  { url, application, apiKey, allowAddresses, resolve }: StorageAddress,
  asked: { readonly limit: number; readonly after: string; readonly before: Instant },
  signal: AbortSignal,
): Promise<StoredPage> {
  const at = new URL(`/api/v3/as/applications/${encodeURIComponent(application)}/packages/storage/uplink_message`, url)
  at.search = new URLSearchParams({
    limit: String(asked.limit),
    order: 'received_at',
    after: asked.after,
    before: new Date(asked.before).toISOString(),
  }).toString()
  const answer = await fetchBody(
    {
      ...{ url: at.href, bodyBytesMax, timeoutMs, signal },
      headers: { 'user-agent': 'baykeeper', accept: 'text/event-stream', authorization: `Bearer ${apiKey}` },
    },
    { isAllowed: createAddressList(allowAddresses), allowedBy: 'its allowAddresses', ...(resolve ? { resolve } : {}) },
  )
  if (answer.status !== 200) throw refusalOf(at.host, answer)
  return readStoredPage(answer.body)
}

function refusalOf(host: string, { status, headers }: FetchedBody): StorageFault {
  const advice =
    status === 401 || status === 403
      ? ': check apiKey, it needs the right to read application traffic'
      : status === 404 || status === 501
        ? ': check application, and that the storage integration is enabled for it'
        : ''
  const asked = retryAfterMs(headers['retry-after'] ?? headers['x-rate-limit-retry'], Date.now()) ?? 0
  const isLater = (status === 429 || status === 503) && asked > 0
  return new StorageFault(`${host} answered ${status}${advice}`, isLater ? Math.min(retryAfterMsMax, asked) : undefined)
}

/** Delivers what is wanted, and moves behind the page once it is durable. False: the window is read to its end. */
async function keep(
  { source }: StorageSourceOptions,
  reading: WindowReading,
  page: StoredPage,
  status: Status,
  context: SourceContext,
): Promise<boolean> {
  const wanted = freshOf(reading, page).filter((uplink) => reading.window.isWanted(uplink))
  const deliveries = wanted.map(
    ({ bytes }): Delivery => ({
      ...{ framing: 'whole', codec: 'lorawan', meta: { storage: '1' }, source },
      // The time is that of the network server, however long ago.
      ...{ time: 'trust', bytes, frames: 1 },
    }),
  )
  if (deliveries.length > 0)
    await context.deliver(deliveries, { keeps: true }).catch((fault) => {
      if (fault instanceof IntakeRefused) throw new StorageFault(`intake refuses: ${fault.message}`, 5_000)
      throw fault
    })
  status.repaired += wanted.length
  return moveBehind(reading, page)
}

function tell(
  { url, application, missing }: StorageSourceOptions,
  { repaired, requests, attempt }: Status,
  givenUp: number,
  reading: boolean,
  context: SourceContext,
): void {
  const { numbers } = missing()
  const all = numbers.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const gaps = Math.max(0, all - givenUp)
  const isCut = numbers.length >= gapsMax
  context.facts({
    figures: {
      uplinks_repaired: repaired,
      uplinks_missing: gaps,
      uplinks_not_kept: givenUp,
      storage_requests: requests,
    },
    ...(isCut
      ? { warnings: [`only the newest ${gapsMax} gaps are looked at: uplinks_missing is at least ${gaps}`] }
      : {}),
  })
  if (attempt > 0) return
  const doing = reading ? 'reading a gap' : gaps > 0 ? 'the next gap is due later' : 'nothing to ask for'
  context.status('up', `${new URL(url).host}, ${application}: ${doing}; ${repaired} uplinks brought`)
}
