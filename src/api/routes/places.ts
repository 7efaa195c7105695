/** Single places, and the figures over all of them. */
import type { placeRoutes } from '@baykeeper/contract/routes/places.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { bayDetail, siteOccupancy, siteRange, siteSummaries } from '../live/summaries.ts'
import { ProblemError } from '../problem.ts'
import { sendStates } from './states.ts'

export function placeHandlers(context: RouteContext): Handlers<typeof placeRoutes> {
  const { live, figures } = context
  const missing = (what: string, id: string) => new ProblemError(404, `there is no ${what} ${id} in the layout`)
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
    async bay({ params: { id } }) {
      await live.current()
      const bay = bayDetail(live.presence, id, live.now())
      if (!bay) throw missing('bay', id)
      return bay
    },
    async kpi() {
      await live.current()
      return figures.kpi()
    },
  }
}
