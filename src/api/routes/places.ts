/** Single places, and the figures over all of them. */
import type { BayDetail } from '@baykeeper/contract/bay.ts'
import type { placeRoutes } from '@baykeeper/contract/routes/places.ts'
import { instant } from '../../lib/brand.ts'
import { bayPage } from '../bay-page.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { bayDetail } from '../live/bay-detail.ts'
import { narrowCity, siteOccupancy, siteRange, siteSummaries } from '../live/summaries.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'
import { sendStates } from './states.ts'

/** The state is known without the database; only the name of the gateway is not. */
async function outageOf({ live, store }: RouteContext, id: string, { flags }: Pick<BayDetail, 'flags'>) {
  if (!flags.includes('gateway-offline')) return null
  const index = live.floor.indexOf.get(id)
  if (index === undefined) return null
  const asked = live.presence.watchersOf(index).map(({ id }) => store.gatewayOf(id).catch(() => undefined))
  for (const row of await Promise.all(asked))
    if (row && row.offlineSince !== null)
      return { source: row.source, gateway: row.gateway || null, since: iso(row.offlineSince) }
  return null
}

const dayMs = 86_400_000
const historyDaysMax = 31

/** What a person may ask of a bay that the layout has, also of a time before it had its device. */
async function historyOf(
  { live, store }: RouteContext,
  id: string,
  asked: { from?: number | undefined; to?: number | undefined },
) {
  await live.current()
  if (!live.floor.indexOf.has(id)) throw missing('bay', id)
  const to = Math.min(asked.to ?? live.now(), live.now())
  const from = asked.from ?? to - dayMs
  if (from > to || to - from > historyDaysMax * dayMs)
    throw new ProblemError(400, `query from: give a begin before the end, and at most ${historyDaysMax} days`, {
      code: 'E_INVALID',
    })
  const rows = await store.bayChangesBetween([id], instant(from), instant(to))
  const states = rows.map(({ time, state, cause }) => ({ at: iso(time), state, cause }))
  return { from: iso(instant(from)), to: iso(instant(to)), states }
}

const missing = (what: string, id: string) => new ProblemError(404, `there is no ${what} ${id} in the layout`)

export function placeHandlers(context: RouteContext): Handlers<typeof placeRoutes> {
  const { live, figures, store, siteViews } = context
  return {
    async site({ params: { id } }) {
      await live.current()
      const site = siteSummaries(live.presence).find((found) => found.id === id)
      if (!site) throw missing('site', id)
      return site
    },
    async siteSnapshot({ params: { id }, reply }) {
      await live.current()
      const range = siteRange(live.presence, id)
      if (!range) throw missing('site', id)
      reply.headers({ 'x-from': String(range.from), 'x-to': String(range.to) })
      return sendStates(context, reply, live.presence.shown.subarray(range.from, range.to))
    },
    async siteOccupancy({ params: { id } }) {
      await live.current()
      const occupancy = siteOccupancy(live.presence, id)
      if (!occupancy) throw missing('site', id)
      return occupancy
    },
    async cityOccupancy({ principal }) {
      await live.current()
      return narrowCity(live.presence, siteViews.of('desk', principal))
    },
    async bays({ query }) {
      await live.current()
      const overstays = new Map((await store.currentOverstays()).map((row) => [row.bay, row]))
      return bayPage(live.presence, query, { now: live.now(), overstays })
    },
    async bay({ params: { id } }) {
      await live.current()
      const bay = bayDetail(live.presence, id, live.now(), live.override)
      if (!bay) throw missing('bay', id)
      return { ...bay, gateway: await outageOf(context, id, bay) }
    },
    bayHistory: ({ params: { id }, query }) => historyOf(context, id, query),
    async kpi() {
      await live.current()
      return figures.kpi()
    },
  }
}
