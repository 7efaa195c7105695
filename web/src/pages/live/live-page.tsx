/** The Live page: key figures, the bay plan, lots; what is not known yet is left out. */
import type { ComponentType } from 'preact'
import { placesIn } from '../../plan/floor.ts'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { cityAhead, useForecasts } from '../../shell/forecasts.ts'
import { Drawer } from './drawer.tsx'
import { Empty } from './empty.tsx'
import { Inbox } from './inbox.tsx'
import { KpiStrip } from './kpi-strip.tsx'
import { LazyPart } from './lazy-part.tsx'
import { Lots } from './lots.tsx'
import { PlanPanel } from './plan-panel.tsx'

export function LivePage() {
  const desk = useDesk()
  const { city, words, alertCounts } = desk
  const past = desk.past.value
  const isPast = desk.moment.value !== undefined
  // Of a moment that is not read yet nothing is shown: live states would pass for those of then.
  const here = isPast ? past?.city : city.value
  useForecasts()
  return (
    <>
      <h1 class="unseen">{words.text('live')}</h1>
      {!isPast && <KpiStrip />}
      {!isPast && <LazyPart wanted={alertCounts.value !== undefined} fetch={fetchStrip} />}
      <LazyPart wanted={city.value !== undefined && placesIn(city.value.floor) > 0} fetch={fetchTools} />
      {here === undefined && <Outlines />}
      {here && placesIn(here.floor) === 0 && <Empty />}
      {here && placesIn(here.floor) > 0 && (
        <div class={isPast ? 'live alone' : 'live'}>
          <PlanPanel key={isPast ? 'past' : 'live'} city={here} />
          {!isPast && (
            <div class="side">
              <LazyPart wanted={cityAhead(desk) !== undefined} fetch={fetchFan} />
              <Lots city={here} />
              <Inbox />
            </div>
          )}
          {!isPast && <Drawer />}
        </div>
      )}
    </>
  )
}

type Fetch = () => Promise<{ load(desk: Desk): Promise<ComponentType> }>
/** Occupancy and forecast with their chart, and the alerts. */
const fetchFan: Fetch = () => import('../forecast/side-fan.tsx')
const fetchTools: Fetch = () => import('./live-tools.tsx')
const fetchStrip: Fetch = () => import('../alerts/live-strip.tsx')

/** Before the plan has come: where plates will be, not a spinner. */
const Outlines = () => (
  <div class="live" aria-busy="true">
    <section class="panel plan outlines">
      {Array.from({ length: 12 }, (_, i) => (
        <i key={i} />
      ))}
    </section>
    <div class="side" />
  </div>
)
