/** The waitlist: notify a person when a bay is free. */
import type { waitRoutes } from '@baykeeper/contract/routes/waits.ts'
import { type NewWait, waitDaysMax } from '@baykeeper/contract/waits.ts'
import * as z from 'zod'
import { type Wait, waitsMax } from '../../domain/alerts/waits.ts'
import { encodeDeskEntry, type WaitBegin } from '../../domain/desk-change.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { RouteContext } from '../context.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'
import { asked } from './notifications.ts'

const place = { what: 'the wait', where: 'GET /api/v1/waits' }

export function waitHandlers(context: RouteContext): Handlers<typeof waitRoutes> {
  const { store, live, clock, log, publisher, notifier, requests } = context
  /** Not in the database yet. */
  const beginning = new Set<string>()

  async function begin(change: WaitBegin, address: string | undefined, author: string): Promise<number> {
    const { id, until } = change
    const known = await store.waitById(id)
    if (known) await checkSame(known, change, address, context)
    else if ((await store.waits()).length >= waitsMax)
      throw new ProblemError(409, `${waitsMax} people wait already: end some waits first. Nothing was changed.`, {
        code: 'E_TOO_MANY_WAITS',
      })
    // First: a wait whose address is not kept would notify the receivers of the channel.
    if (address !== undefined && !known) await keepAddress({ wait: id, address, until }, context)
    const record = encodeDeskEntry({ author, reason: '', at: clock.now(), change })
    const { record: number } = await publishRecord(publisher, record, place)
    return number
  }

  return {
    waits: async () => ({ items: (await store.waits()).map(waitOnWire), next: null }),
    async beginWait({ body, principal, reply }) {
      const { id = requests.newId() } = body
      const [journaled] = requests.journaled()
      // Sent again: the wait has begun, and may be over.
      if (journaled) return reply.code(202).send({ id, record: journaled.record })
      await live.current()
      const until = checkedTime(body, clock.now())
      checkPlace(body, context)
      const { site, level = null, zone = null, type = null, channel, address } = body
      const change = { is: 'wait', id, site, level, zone, type, channel, until } as const
      checkChannel(body, context)
      if (beginning.has(id)) throw isBeginning(id)
      beginning.add(id)
      const author = principal?.name ?? 'unknown'
      const number = await begin(change, address, author).catch((fault: unknown) => {
        beginning.delete(id)
        throw fault
      })
      void committed(() => store.waitById(id), clock).finally(() => beginning.delete(id))
      log.info('a person waits for a bay', { id, site, channel, by: author, record: number })
      return reply.code(202).send({ id, record: number })
    },
    async endWait({ params: { id }, principal }) {
      if (!(await store.waits()).some((wait) => wait.id === id))
        throw new ProblemError(
          404,
          `no wait ${id} goes on: it was met, has expired, or never was. Nothing was changed.`,
        )
      const author = principal?.name ?? 'unknown'
      const record = encodeDeskEntry({ author, reason: '', at: clock.now(), change: { is: 'wait-end', id } })
      const { record: number } = await publishRecord(publisher, record, place)
      if (notifier) await asked(notifier, (running) => running.removeContact(id))
      log.info('a wait was ended', { id, by: author })
      return { id, record: number }
    },
  }
}

type KnownWait = NonNullable<Awaited<ReturnType<RouteContext['store']['waitById']>>>

/** Known: its content is compared, so that no caller changes the wait of another one. */
async function checkSame(
  { wait, isOver }: KnownWait,
  change: WaitBegin,
  address: string | undefined,
  { notifier }: RouteContext,
): Promise<void> {
  const isSame = (['site', 'level', 'zone', 'type', 'channel', 'until'] as const).every((of) => wait[of] === change[of])
  // The address of one that is over is deleted: sent again it does nothing, at no address.
  if (!isSame || !(isOver || (await asked(notifier, (running) => running.isContact(wait.id, address ?? null)))))
    throw otherWait(wait.id)
}

async function keepAddress(
  contact: { wait: string; address: string; until: Instant },
  { notifier }: RouteContext,
): Promise<void> {
  const added = await asked(notifier, (running) => running.addContact(contact))
  if (added === 'other') throw otherWait(contact.wait)
  if (added === 'refused')
    throw invalid(
      'address',
      'is of this machine, a private network or a reserved range, to which no message to a person is sent: give a public address',
    )
  if (added === 'full')
    throw new ProblemError(409, 'as many addresses as may be kept are kept already. Nothing was changed.', {
      code: 'E_TOO_MANY_WAITS',
    })
}

const otherWait = (id: string) =>
  new ProblemError(
    409,
    `there is, or was, a wait ${id} with other content: give this one another id. Nothing was changed.`,
    {
      code: 'E_OTHER_WAIT',
    },
  )

const isBeginning = (id: string) =>
  new ProblemError(503, `the wait ${id} is being begun by another request: send this one again in a few seconds`, {
    code: 'E_BUSY',
    headers: { 'retry-after': '5' },
  })

function checkedTime({ until: text }: NewWait, now: Instant): Instant {
  const until = instant(Date.parse(text))
  if (until > now && until <= now + waitDaysMax * dayMs) return until
  throw invalid('until', `must be later than now, and at most ${waitDaysMax} days from now`)
}

function checkPlace({ site, level, zone, type }: NewWait, { live: { floor } }: RouteContext): void {
  const levels = floor.levels.filter((one) => one.site.id === site && (level === undefined || one.level.id === level))
  if (levels.length === 0)
    throw new ProblemError(
      404,
      `there is no ${level === undefined ? '' : `level ${level} of `}site ${site} in the layout. Nothing was changed.`,
    )
  if (zone !== undefined && !levels.some((one) => one.level.zones.some(({ id }) => id === zone)))
    throw new ProblemError(404, `there is no zone ${zone} there in the layout. Nothing was changed.`)
  const bays = levels.flatMap((one) => one.level.bays).filter(({ zones }) => zone === undefined || zones.includes(zone))
  if (type === undefined || bays.some(({ types }) => types.includes(type))) return
  const types = [...new Set(bays.flatMap((bay) => bay.types))].sort()
  throw new ProblemError(
    404,
    `there is no bay of type ${type} there in the layout, so the wait would never be met: ${types.length > 0 ? `there are ${types.join(', ')}` : 'no bay is there'}. Nothing was changed.`,
  )
}

const addressOf = { email: z.email(), webhook: z.url({ protocol: /^https?$/ }) } as const

function checkChannel({ channel, address }: NewWait, { notifier }: RouteContext): void {
  const report = notifier?.report()
  const found = report?.items.find(({ name }) => name === channel)
  if (report?.state === 'absent') throw new ProblemError(503, report.detail, { code: 'E_NO_NOTIFIER' })
  if (!found)
    throw new ProblemError(404, `no channel ${channel} is configured: GET /api/v1/notification-channels lists them`)
  if (address === undefined) return
  const schema = found.kind === 'email' || found.kind === 'webhook' ? addressOf[found.kind] : undefined
  if (!schema) throw invalid('address', `a channel of kind ${found.kind} takes no address: leave it out`)
  if (!schema.safeParse(address).success)
    throw invalid('address', `must be ${found.kind === 'email' ? 'an e-mail address' : 'an address like https://…'}`)
}

const invalid = (path: string, message: string) =>
  new ProblemError(400, `body ${path}: ${message}. Nothing was changed.`, {
    code: 'E_INVALID',
    errors: [{ path, message }],
  })

const waitOnWire = ({ begun, until, ...wait }: Wait) => ({ ...wait, begun: iso(begun), until: iso(until) })
