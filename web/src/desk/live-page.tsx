/** The Live page: key figures, the bay plan, lots; what is not known yet is left out. */
import { useDesk } from './desk.ts'
import { Drawer } from './drawer.tsx'
import { Empty } from './empty.tsx'
import { Inbox } from './inbox.tsx'
import { KpiStrip } from './kpi-strip.tsx'
import { Lots } from './lots.tsx'
import { PlanPanel } from './plan-panel.tsx'

export function LivePage() {
  const { city, words } = useDesk()
  const here = city.value
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
            <Lots city={here} />
            <Inbox />
          </div>
          <Drawer />
        </div>
      )}
    </>
  )
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
