/**
 * Persons and keys that are limited to sites: the route declares where a request names its site (contract/route.ts), and every place that it names
 * must be within the limit. What does not exist is answered as what is somewhere else, so that no id of another site can be found out.
 */
import type { NamedSite } from '@baykeeper/contract/route.ts'
import type { RouteContext } from './context.ts'
import type { Input, SiteCheck } from './endpoint.ts'
import { ProblemError } from './problem.ts'

/** What requests of any route name. */
interface Named {
  readonly id?: string
  readonly site?: string | null
  readonly bay?: string | null
  readonly bays?: readonly string[]
  readonly alerts?: readonly string[]
}

/** Of each place that is named; undefined where there is no such place, or it is in no site. */
type Sites = readonly (string | null | undefined)[]

export function siteCheck({ live, store }: Pick<RouteContext, 'live' | 'store'>): SiteCheck {
  const ofBay = (bay: string) => {
    const index = live.floor.indexOf.get(bay)
    return index === undefined ? undefined : live.floor.levelOf(index).site.id
  }
  const ofOverride = async (id: string | undefined) => {
    const override = id === undefined ? undefined : await store.override(id)
    return override ? override.bays.map(ofBay) : undefined
  }
  const ofPlaces = ({ site, bay }: Named): Sites => [
    ...(site === undefined || site === null ? [] : [site]),
    ...(bay === undefined || bay === null ? [] : [ofBay(bay)]),
  ]
  const find: Readonly<Record<NamedSite, (call: Parts) => Sites | Promise<Sites>>> = {
    path: ({ params }) => [params.id],
    query: ({ query }) => ofPlaces(query),
    body: ({ body }) => ofPlaces(body),
    bay: ({ params, query }) => [ofBay(params.id ?? ''), ...ofPlaces(query)],
    bays: async ({ body }) => [
      ...ofPlaces(body),
      ...(body.bays ?? []).map(ofBay),
      ...((await ofOverride(body.id)) ?? []),
    ],
    alert: async ({ params }) => [(await store.alertById(params.id ?? ''))?.site],
    alerts: async ({ body: { alerts = [] } }) => {
      const sites = new Map((await store.alertsById(alerts)).map(({ id, site }) => [id, site]))
      return alerts.map((id) => sites.get(id))
    },
    override: async ({ params }) => (await ofOverride(params.id)) ?? [undefined],
  }
  return async ({ sites: reach = 'city' }, { params, query, body, principal }) => {
    const limit = principal?.sites
    if (!limit || reach === 'public' || reach === 'none') return
    if (reach === 'city') throw beyond(limit)
    await live.current()
    const named = await find[reach]({ params: params ?? {}, query: query ?? {}, body: body ?? {} } as Parts)
    if (named.length === 0 || !named.every((site) => typeof site === 'string' && limit.includes(site)))
      throw beyond(limit)
  }
}

type Parts = { readonly [K in Exclude<keyof Input, 'principal'>]: Named }

const beyond = (limit: readonly string[]) =>
  new ProblemError(403, `you are limited to the sites ${limit.join(', ')}: name one of them, or what is within one`, {
    code: 'E_SITE',
  })
