/** What people set for bays, and the states of bays in the past. */
import { minutesMax, type NewOverride, overrideBaysShown } from '@baykeeper/contract/override.ts'
import type { overrideRoutes } from '@baykeeper/contract/routes/overrides.ts'
import type { FastifyReply } from 'fastify'
import { encodeDeskEntry } from '../../domain/desk-change.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { OverrideRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import { baysOf } from '../override-bays.ts'
import { isSameOverride, overrideOnWire } from '../override-wire.ts'
import { pastStates } from '../past-state.ts'
import { ProblemError } from '../problem.ts'

export function overrideHandlers(context: RouteContext): Handlers<typeof overrideRoutes> {
  const { store, live, clock, log, publisher, requests } = context
  const past = pastStates(context)
  const missing = (id: string) =>
    new ProblemError(404, `there is no override ${id}: GET /api/v1/overrides lists those in force`)
  const where = (id: string) => ({ what: 'the override', where: `GET /api/v1/overrides/${id}` })

  return {
    async overrides({ query: { state, cursor, limit } }) {
      const filter = { state, now: clock.now(), limit, ...(cursor === undefined ? {} : { cursor }) }
      const { items, next } = await store.overrides(filter)
      return { items: items.map((row) => overrideOnWire(row, overrideBaysShown)), next }
    },
    async override({ params: { id } }) {
      const row = await store.override(id)
      if (!row) throw missing(id)
      return overrideOnWire(row)
    },
    async beginOverride({ body, principal, reply }) {
      await live.current()
      const id = body.id ?? requests.newId()
      if (requests.journaled().length > 0) return begun(id, reply)
      const bays = baysOf(body, live.floor)
      const before = body.id === undefined ? undefined : await store.override(id)
      if (before) return overrideOnWire(sameOrRefused(before, body, bays))
      const at = clock.now()
      const { state, occasion, reason } = body
      const from = beginOf(body, at)
      const change = {
        is: 'override',
        id,
        bays,
        state,
        until: endOf(body, from ?? at, at),
        ...(from === undefined ? {} : { from }),
        ...(occasion ? { occasion } : {}),
      } as const
      const author = principal?.name ?? 'unknown'
      const record = encodeDeskEntry({ author, reason: reason.trimEnd(), at, change })
      const { record: number } = await publishRecord(publisher, record, where(id))
      const row = await committed(() => store.override(id), clock)
      log.info('bays were overridden', { id, bays: bays.length, state, by: author, record: number })
      if (!row) return reply.code(202).send({ id, record: number })
      await live.refresh()
      // Another request with this id may have come first.
      const isOurs = row.author === author && row.from === (from ?? at)
      return overrideOnWire(isOurs ? row : sameOrRefused(row, body, bays))
    },
    async endOverride({ params: { id }, principal, reply }) {
      const before = await store.override(id)
      if (!before) throw missing(id)
      if (before.endedAt !== null) return overrideOnWire(before)
      const author = principal?.name ?? 'unknown'
      const change = { is: 'override-end', id } as const
      const record = encodeDeskEntry({ author, reason: '', at: clock.now(), change })
      const { record: number } = await publishRecord(publisher, record, where(id))
      const row = await committed(() => ended(id), clock)
      log.info('an override was ended', { id, by: author, record: number })
      if (!row) return reply.code(202).send({ id, record: number })
      await live.refresh()
      return overrideOnWire(row)
    },
    pastState: ({ query: { at, site } }) => past(at === undefined ? clock.now() : instant(at), site),
  }

  /** A request that was journaled before: its override as it is now. */
  async function begun(id: string, reply: FastifyReply) {
    const row = await committed(() => store.override(id), clock)
    return row ? overrideOnWire(row) : reply.code(202).send({ id, record: requests.journaled()[0]?.record })
  }

  async function ended(id: string): Promise<OverrideRow | undefined> {
    const row = await store.override(id)
    return row?.endedAt === null ? undefined : row
  }
}

function sameOrRefused(before: OverrideRow, body: NewOverride, bays: readonly string[]): OverrideRow {
  if (isSameOverride(before, body, bays)) return before
  throw new ProblemError(
    409,
    `there is an override ${before.id} already, with another content: nothing was changed. Choose another id, or end that one.`,
    { code: 'E_OVERRIDE_EXISTS' },
  )
}

/** Undefined: at once. */
function beginOf({ from }: NewOverride, now: Instant): Instant | undefined {
  if (from === undefined) return undefined
  const at = instant(Date.parse(from))
  if (at <= now) throw inTime('from', `${from} is in the past, ${hereItIs(now)}: leave it out, or name a later time`)
  if (at > now + minutesMax * 60_000) throw inTime('from', `${from} is more than ten years ahead: name an earlier time`)
  return at
}

/** `begin`: when it begins. */
function endOf({ until, minutes }: NewOverride, begin: Instant, now: Instant): Instant | null {
  if (until !== undefined && minutes !== undefined) throw inTime('until', 'name until or minutes, not both')
  if (minutes !== undefined) return instant(begin + minutes * 60_000)
  if (until === undefined) return null
  const at = instant(Date.parse(until))
  if (at <= now) throw inTime('until', `${until} is in the past, ${hereItIs(now)}: name a later time`)
  if (at <= begin) throw inTime('until', `${until} is not later than its begin: name a later time`)
  return at
}

const hereItIs = (now: Instant) => `it is ${new Date(now).toISOString()} here`
const inTime = (path: string, message: string) =>
  new ProblemError(400, `body ${path}: ${message}`, { code: 'E_INVALID', errors: [{ path, message }] })
