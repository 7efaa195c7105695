/**
 * Forecasts of the sites, fetched while a page shows them and again when the stream announces a new one. What the whole city is
 * expected to do is made of them, for the Live page.
 */
import type { SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { effect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Fetched } from '../kit/fetched.ts'
import { type Outlook, together, wholeOf } from '../pages/forecast/lots-ahead.ts'
import { type Desk, useDesk } from './desk.ts'

export type Forecasts = ReadonlyMap<string, Fetched<SiteForecast>>

const pollMs = 60_000
/** A server without a forecaster is asked again only so often: it may be updated while the desk is open. */
const absentMs = 10 * 60_000
/** One is issued every 5 minutes; two that are missing are too many. */
export const forecastFreshMs = 12 * 60_000
/** More sites than this are fetched one by one, on the page that shows them. */
export const forecastSitesMax = 24

/** Keeps `desk.forecasts` new while the page is there; of one site only, or of all of them. */
export function useForecasts(only?: string): Forecasts {
  const desk = useDesk()
  const ids = only === undefined ? desk.sites.value.map(({ id }) => id) : [only]
  const wanted = ids.length > forecastSitesMax ? '' : ids.join('\n')
  useEffect(() => {
    if (wanted === '') return
    const sites = wanted.split('\n')
    const stop = new AbortController()
    const due = () => {
      for (const site of sites) {
        const known = desk.forecasts.peek().get(site)
        if (known?.status === 404 && Date.now() - (known.at ?? 0) < absentMs) continue
        void look(desk, site, stop.signal)
      }
    }
    due()
    const timer = setInterval(due, pollMs)
    const stopListening = effect(() => {
      const issued = desk.forecastIssued.value
      if (!issued || !sites.includes(issued.site)) return
      if (issued.issued !== desk.forecasts.peek().get(issued.site)?.value?.issued)
        void look(desk, issued.site, stop.signal)
    })
    return () => {
      stop.abort()
      clearInterval(timer)
      stopListening()
    }
  }, [desk, wanted])
  return desk.forecasts.value
}

async function look(desk: Desk, site: string, signal: AbortSignal): Promise<void> {
  if (document.visibilityState === 'hidden') return
  const publish = (next: Fetched<SiteForecast>) => {
    desk.forecasts.value = new Map(desk.forecasts.peek()).set(site, next)
  }
  let status: number | undefined
  try {
    const response = await fetch(`/api/v1/sites/${encodeURIComponent(site)}/forecast`, { signal })
    status = response.status
    if (!response.ok) throw new Error(String(status))
    publish({ value: (await response.json()) as SiteForecast, failed: false, at: Date.now(), status })
  } catch {
    if (signal.aborted) return
    const known = status === 404 ? undefined : desk.forecasts.peek().get(site)
    publish({
      value: known?.value,
      failed: true,
      ...(status === 404 ? { at: Date.now() } : known?.at === undefined ? {} : { at: known.at }),
      ...(status === undefined ? {} : { status }),
    })
  }
}

/** A forecast past its time is stale, also when it is marked fresh. */
export const isOldForecast = ({ value, failed }: Fetched<SiteForecast>, now: number): boolean =>
  value !== undefined &&
  (failed || value.state === 'stale' || (value.issued !== null && now - Date.parse(value.issued) > forecastFreshMs))

export interface CityAhead {
  readonly outlook: Outlook
  /** Of the oldest forecast in it. */
  readonly issued: number
  readonly old: boolean
  readonly sites: number
}

/** Undefined while one of the sites has no forecast: half a city would be shown as a whole one. */
export function cityAhead({ sites, forecasts, now, staleSince }: Desk): CityAhead | undefined {
  const outlooks: Outlook[] = []
  let issued = Number.POSITIVE_INFINITY
  // While the server is unreachable, a newer forecast may exist unseen.
  let old = staleSince.value !== undefined
  for (const { id, occupancy } of sites.value) {
    const of = forecasts.value.get(id)
    if (!of?.value || of.value.issued === null || of.value.state === 'off') return undefined
    const whole = wholeOf(of.value, occupancy.capacity)
    if (!whole) return undefined
    outlooks.push(whole)
    issued = Math.min(issued, Date.parse(of.value.issued))
    old ||= isOldForecast(of, now.value)
  }
  const outlook = together(outlooks)
  return outlook && { outlook, issued, old, sites: outlooks.length }
}
