/**
 * Requests that change something, sent again. With the header `Idempotency-Key` the second one has no second effect.
 *
 * - I1 Its answer is that of the first one, for a day, while this process runs and its memory for answers lasts (kept-answers.ts); one that comes
 *   while the first is being handled waits for it.
 * - I2 A change that the first one has journaled is found by its record (processing/desk-requests.ts), also after `kill -9` of everything:
 *   then the answer is made of what the record became.
 *   What is journaled by no record (route.journals) is known by I1 alone.
 * - I3 The same key with another content is refused with 422.
 * - I4 Only an answer that is good is kept: after a refusal or a fault the request may be sent again, with the same key.
 * - I5 A key belongs to who sent it: that of another key or session is another one.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalId } from '../auth/principal.ts'
import { withRequest } from '../domain/desk-request.ts'
import type { Clock } from '../lib/clock.ts'
import type { DeskRequestRow, LayoutPosition, Store } from '../store/store.ts'
import type { Publisher } from './context.ts'
import { committed } from './desk-publishing.ts'
import { type Answer, createKeptAnswers } from './kept-answers.ts'
import { ProblemError } from './problem.ts'

const keyCharsMax = 255
/** Longer answers are made again from the record. */
const answerCharsMax = 65_536
/** Records of one request: more are bulk, which is one record. */
const recordsMax = 16

/** A request with a key, while it is handled. */
interface Keyed {
  readonly name: string
  readonly fingerprint: string
  /** Records of it that were journaled before. */
  readonly journaled: readonly DeskRequestRow[]
  records: number
  ids: number
  settle(answer: Answer | undefined): void
}

/** What handlers may ask about the request that they handle. */
export interface Requests {
  /** An id for what the request makes: the same when it is sent again with its key. */
  newId(): string
  /** Where it was journaled before; empty for nearly all. */
  journaled(): readonly LayoutPosition[]
}

export interface Idempotency extends Requests {
  /** Names the request in the records that are published for it. */
  readonly publisher: Publisher
  run(request: FastifyRequest, reply: FastifyReply, handle: () => Promise<unknown>): Promise<unknown>
  /** Every answer, as it goes out. */
  sent(request: FastifyRequest, reply: FastifyReply, payload: unknown): void
}

interface Deps {
  readonly publisher: Publisher
  readonly store: Pick<Store, 'deskRequestsNamed'>
  readonly clock: Clock
}

export function createIdempotency({ publisher, store, clock }: Deps): Idempotency {
  const current = new AsyncLocalStorage<Keyed>()
  const kept = createKeptAnswers(clock)
  const running = new WeakMap<FastifyRequest, Keyed>()

  async function handleFirst(
    name: string,
    fingerprint: string,
    request: FastifyRequest,
    handle: () => Promise<unknown>,
  ) {
    const settle = kept.begin(name, fingerprint)
    try {
      const names = Array.from({ length: recordsMax }, (_, i) => recordName(name, i))
      const journaled = await store.deskRequestsNamed(names)
      if (journaled.some((row) => row.fingerprint !== fingerprint)) throw otherContent()
      const keyed: Keyed = { name, fingerprint, journaled, records: 0, ids: 0, settle }
      running.set(request, keyed)
      return await current.run(keyed, handle)
    } catch (fault) {
      settle(undefined)
      throw fault
    }
  }

  return {
    newId() {
      const keyed = current.getStore()
      return keyed ? recordName(keyed.name, keyed.ids++) : randomUUID()
    },
    journaled: () => current.getStore()?.journaled ?? [],
    publisher: namedPublisher(() => current.getStore(), { publisher, store, clock }),
    async run(request, reply, handle) {
      const key = keyOf(request)
      if (key === undefined) return handle()
      const name = hashOf(request.principal ? principalId(request.principal) : '', key)
      const fingerprint = hashOf(request.method, request.url, contentOf(request.body))
      const before = kept.find(name)
      if (!before) return handleFirst(name, fingerprint, request, handle)
      if (before.fingerprint !== fingerprint) throw otherContent()
      const answer = await before.answer
      if (!answer) return this.run(request, reply, handle)
      const { status, type, payload } = answer
      reply.code(status).header('idempotency-replayed', 'true')
      if (type !== undefined) reply.type(type)
      return reply.send(payload)
    },
    sent(request, reply, payload) {
      running.get(request)?.settle(keepable(reply, payload))
    },
  }
}

/** Undefined for an answer that is not good or too long. */
function keepable(reply: FastifyReply, payload: unknown): Answer | undefined {
  const { statusCode: status } = reply
  if (status >= 400 || typeof payload !== 'string' || payload.length > answerCharsMax) return undefined
  const type = reply.getHeader('content-type')
  return { status, type: type === undefined ? undefined : String(type), payload }
}

/** Publishes with the name of the request that is handled; what was journaled under it before is not published again. */
const namedPublisher = (current: () => Keyed | undefined, { publisher, store, clock }: Deps): Publisher => ({
  async publish(record) {
    const keyed = current()
    if (!keyed) return publisher.publish(record)
    const { name, fingerprint, journaled } = keyed
    const named = recordName(name, keyed.records++)
    const before = journaled.find((row) => row.request === named)
    if (before) return positionOf(before)
    const position = await publisher.publish(withRequest(record, { request: named, fingerprint }))
    // Another one of this request may be before it, and then that one counts.
    const first = await committed(async () => (await store.deskRequestsNamed([named]))[0], clock)
    return first ? positionOf(first) : position
  },
})

const recordName = (name: string, record: number) => `${name}.${record}`
const positionOf = ({ journal, record }: DeskRequestRow): LayoutPosition => ({ journal, record })

const hashOf = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  // The length of each: no two lists of parts have the same text.
  for (const part of parts) hash.update(`${part.length} `).update(part)
  return hash.digest('base64url')
}

const contentOf = (body: unknown): string | Uint8Array =>
  body instanceof Uint8Array ? body : (JSON.stringify(body) ?? '')

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && key.length <= keyCharsMax && /^[\x21-\x7e]+$/.test(key)) return key
  throw new ProblemError(
    400,
    `header Idempotency-Key: must be 1 to ${keyCharsMax} letters of ASCII without blanks, such as a UUID`,
    { code: 'E_IDEMPOTENCY_KEY' },
  )
}

const otherContent = () =>
  new ProblemError(
    422,
    'header Idempotency-Key: this key was used for a request with another address or content: nothing was changed. Use a new key for a new request.',
    { code: 'E_IDEMPOTENCY_KEY_REUSED' },
  )
