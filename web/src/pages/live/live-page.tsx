/** The Live page: key figures, the bay plan, lots; what is not known yet is left out. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { useDesk } from '../../shell/desk.ts'
import { cityAhead, useForecasts } from '../../shell/forecasts.ts'
import { Drawer } from './drawer.tsx'
import { Empty } from './empty.tsx'
import { Inbox } from './inbox.tsx'
import { KpiStrip } from './kpi-strip.tsx'
import { Lots } from './lots.tsx'
import { PlanPanel } from './plan-panel.tsx'

export function LivePage() {
  const { city, words } = useDesk()
  const here = city.value
  useForecasts()
  return (
    <>
      <h1 class="unseen">{words.text('live')}</h1>
      <KpiStrip />
      {here === undefined && <Outlines />}
      {here?.floor.size === 0 && <Empty />}
      {here && here.floor.size > 0 && (
        <div class="live">
          <PlanPanel city={here} />
          <div class="side">
            <SideFan />
            <Lots city={here} />
            <Inbox />
          </div>
          <Drawer />
        </div>
      )}
    </>
  )
}

/** Occupancy and forecast, fetched with its chart when there is one to draw. */
function SideFan() {
  const desk = useDesk()
  const part = useSignal<ComponentType | undefined>(undefined)
  const wanted = cityAhead(desk) !== undefined
  useEffect(() => {
    if (!wanted || part.value) return
    let gone = false
    import('../forecast/side-fan.tsx')
      .then(({ load }) => load(desk))
      .then(
        (loaded) => {
          if (!gone) part.value = loaded
        },
        // The page works without it; the next visit requests it again.
        () => {},
      )
    return () => {
      gone = true
    }
  }, [desk, part, wanted])
  const Part = part.value
  return Part ? <Part /> : null
}

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
