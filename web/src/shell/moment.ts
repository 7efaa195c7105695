/** The moment that the pages show, in their address: none is the present. Pure but for `carried`. */
import { type Route, routeOf } from './route.ts'

const parameter = 'then'

/** Pages that can show a past moment. */
export const timedRoutes: readonly Route[] = ['live', 'lots', 'reports', 'alerts', 'devices']

export function readMoment(search: string, now: number): number | undefined {
  const at = Date.parse(new URLSearchParams(search).get(parameter) ?? '')
  return Number.isFinite(at) && at <= now ? at : undefined
}

/** Other parameters of the address stay as they are. */
export function writeMoment(search: string, at: number | undefined): string {
  const next = new URLSearchParams(search)
  if (at === undefined) next.delete(parameter)
  else next.set(parameter, new Date(at).toISOString())
  return next.size > 0 ? `?${next}` : ''
}

/** The address of another page with the moment of this one: who looks at the past keeps looking at it. */
export function carried(href: string): string {
  const url = new URL(href, location.href)
  const at = readMoment(location.search, Date.now())
  if (at === undefined || url.searchParams.has(parameter) || !timedRoutes.includes(routeOf(url.pathname))) return href
  url.search = writeMoment(url.search, at)
  return url.href
}
