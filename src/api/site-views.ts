/**
 * Who is shown which sites, for everything that is open to strangers and for readers who are limited to sites: the only place that decides it. A
 * limited person or key is shown its own sites and what the public is shown. The simulated city is open.
 */
import type { Plan } from '@baykeeper/contract/live.ts'
import type { Accounts } from '../auth/accounts.ts'
import type { Principal } from '../auth/principal.ts'
import type { LiveState } from './live/live-state.ts'
import { type SiteView, siteView, wholeView } from './live/site-view.ts'
import type { Audience } from './live/viewer.ts'

export interface SiteViews {
  /** Of the public pages and feeds. */
  public(): SiteView
  /** Of a reader of the desk, or of the public. */
  of(audience: Audience, principal: Pick<Principal, 'sites'> | undefined): SiteView
  /** Whether the public is shown forecasts of the site. */
  isForecastPublic(site: string): boolean
}

interface Context {
  readonly live: Pick<LiveState, 'floor'>
  readonly accounts: Pick<Accounts, 'publicAccess'>
  simulated(): boolean
}

export function createSiteViews({ live, accounts, simulated }: Context): SiteViews {
  let known = new WeakMap<Plan, Map<string, SiteView>>()
  accounts.publicAccess.listen(() => {
    known = new WeakMap()
  })
  const levelOf = (site: string) => (simulated() ? 'forecast' : accounts.publicAccess.of(site))
  const isPublic = (site: string) => levelOf(site) !== 'off'
  /** Asked for each viewer and each change of a bay: made once for each limit. */
  function viewOf(limit: readonly string[]): SiteView {
    const { plan } = live.floor
    const views = known.get(plan) ?? new Map<string, SiteView>()
    known.set(plan, views)
    if (views.size > viewsMax) views.clear()
    return views.getOrInsertComputed(JSON.stringify([simulated(), limit]), () =>
      siteView(plan, (site) => limit.includes(site) || isPublic(site)),
    )
  }
  return {
    public: () => viewOf([]),
    of(audience, principal) {
      const { sites } = principal ?? {}
      if (audience === 'desk') return sites ? viewOf(sites) : wholeView
      return viewOf([])
    },
    isForecastPublic: (site) => levelOf(site) === 'forecast',
  }
}

/** Limits of persons differ: some hundred at most. */
const viewsMax = 200
