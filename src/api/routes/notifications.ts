/** Notifications of alerts: what was sent, and how the channels are. */
import type { ChannelHealthList } from '@baykeeper/contract/notifications.ts'
import type { notificationRoutes } from '@baykeeper/contract/routes/notifications.ts'
import { BadCursor } from '../../store/store.ts'
import { type NotifierPort, NotifierUnavailable, type RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

export const noNotifier: ChannelHealthList = {
  state: 'absent',
  detail: 'No channel is configured: see notifications.channels in the configuration.',
  items: [],
}

export function notificationHandlers({ notifier, log }: RouteContext): Handlers<typeof notificationRoutes> {
  const underTest = new Set<string>()
  return {
    async notifications({ query: { cursor, ...query } }) {
      const before = cursor === undefined ? undefined : idOf(cursor)
      // Without a channel nothing was sent.
      if (!notifier) return { items: [], next: null }
      const found = await asked(notifier, (running) => running.deliveries({ ...query, before }))
      const items = found.slice(0, query.limit)
      const last = items.at(-1)
      return { items, next: last && found.length > query.limit ? String(last.id) : null }
    },
    notificationChannels: async () => ({ ...((await notifier?.report()) ?? noNotifier), next: null }),
    async testNotificationChannel({ params: { name }, principal }) {
      if (underTest.has(name))
        throw new ProblemError(409, `a test of ${name} is under way: wait for its outcome`, { code: 'E_TEST_RUNS' })
      underTest.add(name)
      try {
        const outcome = await asked(notifier, (running) => running.test(name))
        if (!outcome)
          throw new ProblemError(404, `no channel ${name} is configured: GET /api/v1/notification-channels lists them`)
        log.info('a channel was tested', { channel: name, sent: outcome.sent, by: principal?.name ?? 'unknown' })
        return outcome
      } finally {
        underTest.delete(name)
      }
    },
    async retryNotification({ params: { id }, principal }) {
      const isDone = await asked(notifier, (running) => running.retry(id))
      if (!isDone) throw new ProblemError(404, `there is no dead delivery ${id}. Nothing was changed.`)
      log.info('a dead notification is sent again', { id, by: principal?.name ?? 'unknown' })
      return { id, state: 'pending' }
    },
  }
}

/** Asks the notifier; one that is not there or does not answer is a problem that states so. */
export async function asked<T>(
  notifier: NotifierPort | undefined,
  ask: (running: NotifierPort) => Promise<T>,
): Promise<T> {
  if (!notifier) throw new ProblemError(503, noNotifier.detail, { code: 'E_NO_NOTIFIER' })
  try {
    return await ask(notifier)
  } catch (fault) {
    if (!(fault instanceof NotifierUnavailable)) throw fault
    throw new ProblemError(503, fault.message, { code: 'E_NO_NOTIFIER', headers: { 'retry-after': '5' } })
  }
}

function idOf(cursor: string): number {
  if (/^[1-9]\d{0,15}$/.test(cursor)) return Number(cursor)
  throw new BadCursor('this is not a cursor of this list: leave it out to start at the first page')
}
