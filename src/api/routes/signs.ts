/** Signs: what they show, and how people set them. */
import { createHash } from 'node:crypto'
import type { signRoutes } from '@baykeeper/contract/routes/signs.ts'
import { type NewSignMode, type SignSettings, signsMax } from '@baykeeper/contract/sign.ts'
import type { SignMode } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../../auth/principal.ts'
import type { DeskChange } from '../../domain/desk-change.ts'
import { encodeDeskEntry } from '../../domain/desk-change.ts'
import { type ShownSign, shownSign } from '../../domain/sign-shown.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { SignRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import { showsSite } from '../live/site-view.ts'
import { ProblemError } from '../problem.ts'
import { signPicture } from '../sign-picture.ts'
import { placesMissing } from '../sign-places.ts'
import { signChangeOnWire, signFromWire, signOnWire } from '../sign-wire.ts'

type SignChanges = ReturnType<typeof signChanges>

const unknownSign = (id: string) =>
  new ProblemError(404, `there is no sign ${id}: GET /api/v1/signs lists them`, { code: 'E_UNKNOWN_SIGN' })

function signChanges({ store, live, clock, log, publisher, requests }: RouteContext) {
  async function found(id: string): Promise<ShownSign> {
    await live.current()
    const sign = live.signs.find(id)
    if (sign) return sign
    if (!live.loaded)
      throw new ProblemError(503, 'the database has not answered yet: what signs show is not known', {
        code: 'E_STARTING',
      })
    throw unknownSign(id)
  }

  /** Journaled and waited for: undefined when it is not in effect in time. */
  async function make(
    id: string,
    change: DeskChange,
    by: { author: string; reason: string },
    isOurs: (row: SignRow, at: Instant) => boolean,
  ) {
    const at = clock.now()
    const record = encodeDeskEntry({ ...by, at, change })
    const where = { what: 'the change of the sign', where: `GET /api/v1/signs/${id}` }
    const { record: number } = await publishRecord(publisher, record, where)
    const row = await committed(async () => {
      const stored = await store.sign(id)
      return stored && isOurs(stored, at) ? stored : undefined
    }, clock)
    log.info('a sign was changed', { id, change: change.is, by: by.author, record: number })
    if (row) await live.refresh()
    return { row, number }
  }

  /** A request that was journaled before: the sign as it is now. */
  async function changedBefore(id: string) {
    if (requests.journaled().length === 0) return undefined
    await live.refresh()
    return store.sign(id)
  }

  /** The live view may not have come to it yet. */
  const afterChange = (id: string, row: SignRow) =>
    signOnWire(
      live.signs.find(id) ?? (shownSign(row, { processing: undefined, reading: undefined }, clock.now()) as ShownSign),
    )

  return { found, make, changedBefore, afterChange }
}

export function signHandlers(context: RouteContext): Handlers<typeof signRoutes> {
  const changes = signChanges(context)
  return { ...readHandlers(context, changes), ...changeHandlers(context, changes) }
}

type ReadRoutes = Pick<typeof signRoutes, 'signs' | 'sign' | 'signText' | 'signPicture' | 'signHistory'>

function readHandlers({ store, live, siteViews }: RouteContext, { found }: SignChanges): Handlers<ReadRoutes> {
  const isShownTo = ({ sign: { places } }: ShownSign, principal: Principal | undefined) => {
    const view = siteViews.of('desk', principal)
    return places.length === 0 ? !view.sites : places.every(({ site }) => showsSite(view, site))
  }
  const shownTo = async (id: string, principal: Principal | undefined) => {
    const sign = await found(id)
    if (isShownTo(sign, principal)) return sign
    // As one that does not exist: what is elsewhere cannot be found out.
    throw unknownSign(id)
  }
  return {
    async signs({ principal }) {
      await live.current()
      const shown = live.signs.all().filter((sign) => isShownTo(sign, principal))
      return { items: shown.map(signOnWire), next: null }
    },
    sign: async ({ params: { id }, principal }) => signOnWire(await shownTo(id, principal)),
    async signText({ params: { id }, principal, request, reply }) {
      const sign = await shownTo(id, principal)
      return answer(request, reply, sign, { type: 'text/plain; charset=utf-8', body: sign.text })
    },
    async signPicture({ params: { id }, principal, request, reply }) {
      const sign = await shownTo(id, principal)
      return answer(request, reply, sign, { type: 'image/svg+xml', body: signPicture(sign) })
    },
    async signHistory({ params: { id }, query: { cursor, limit } }) {
      const page = await store.signHistory({ sign: id, limit, ...(cursor === undefined ? {} : { cursor }) })
      if (page.items.length === 0 && !(await store.sign(id))) await found(id)
      return { items: page.items.map(signChangeOnWire), next: page.next }
    },
  }
}

function changeHandlers(
  { live, clock }: RouteContext,
  { found, make, changedBefore, afterChange }: SignChanges,
): Handlers<Omit<typeof signRoutes, keyof ReadRoutes>> {
  return {
    async putSign({ params: { id }, body, principal, reply }) {
      await live.current()
      const sign = signFromWire(id, body)
      checkPlaces(body, placesMissing(sign, live.floor))
      const isNew = live.signs.find(id) === undefined
      if (isNew && live.signs.all().length >= signsMax)
        throw new ProblemError(
          409,
          `there are ${signsMax} signs, which is the most: remove one before you set up ${id}`,
          {
            code: 'E_TOO_MANY_SIGNS',
          },
        )
      const by = { author: principal?.name ?? 'unknown', reason: '' }
      const { row, number } = await make(
        id,
        { is: 'sign', id, sign },
        by,
        ({ setAt, author }, at) => setAt >= at && author === by.author,
      )
      return row?.sign ? afterChange(id, row) : reply.code(202).send({ id, record: number })
    },
    async deleteSign({ params: { id }, principal, reply }) {
      await found(id)
      const by = { author: principal?.name ?? 'unknown', reason: '' }
      const { row, number } = await make(id, { is: 'sign', id, sign: null }, by, ({ sign }) => sign === null)
      return row ? { id, record: number } : reply.code(202).send({ id, record: number })
    },
    async setSignMode({ params: { id }, body, principal, reply }) {
      await found(id)
      const before = await changedBefore(id)
      if (before?.sign) return afterChange(id, before)
      const until = endOf(body, clock.now())
      const by = { author: principal?.name ?? 'unknown', reason: body.reason.trimEnd() }
      const change = { is: 'sign-mode', id, mode: body.mode, until } as const
      const { row, number } = await make(id, change, by, (row) => isInMode(row, change, by))
      return row?.sign ? afterChange(id, row) : reply.code(202).send({ id, record: number })
    },
  }
}

/** Set twice, it is the same. */
const isInMode = (
  row: SignRow,
  { mode, until }: { readonly mode: SignMode; readonly until: Instant | null },
  { author, reason }: { readonly author: string; readonly reason: string },
) => row.mode === mode && row.modeUntil === until && row.modeAuthor === author && row.modeReason === reason

interface Content {
  readonly type: string
  readonly body: string
}

function answer(request: FastifyRequest, reply: FastifyReply, { show, reason }: ShownSign, { type, body }: Content) {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
  reply.headers({ etag, 'cache-control': 'private, no-cache', 'x-sign-show': show, 'x-sign-reason': reason })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.type(type).send(body)
}

function checkPlaces({ places }: SignSettings, missing: readonly number[]) {
  const [first] = missing
  if (first === undefined) return
  const { site, level, zone } = places[first] as SignSettings['places'][number]
  const name = [site, level, zone].filter((part) => part !== null).join(' / ')
  const message = `the layout has no ${zone === null ? (level === null ? 'site' : 'level') : 'zone'} ${name}: GET /api/v1/plan lists what there is. Nothing was changed`
  throw new ProblemError(400, `body places[${first}]: ${message}.`, {
    code: 'E_UNKNOWN_PLACE',
    errors: missing.map((index) => ({ path: `places[${index}]`, message })),
  })
}

function endOf({ mode, until, minutes }: NewSignMode, now: Instant): Instant | null {
  if (until !== undefined && minutes !== undefined) throw inUntil('name until or minutes, not both')
  if (mode === 'auto' && (until !== undefined || minutes !== undefined))
    throw inUntil('the mode auto has no end: leave it out')
  if (minutes !== undefined) return instant(now + minutes * 60_000)
  if (until === undefined) return null
  const at = instant(Date.parse(until))
  if (at <= now) throw inUntil(`${until} is in the past, it is ${new Date(now).toISOString()} here: name a later time`)
  return at
}

const inUntil = (message: string) =>
  new ProblemError(400, `body until: ${message}`, { code: 'E_INVALID', errors: [{ path: 'until', message }] })
