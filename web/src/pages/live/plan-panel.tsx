/** The bay plan with its tools, legend and status line; the table twin takes its place on `t`. */
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { effect, type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { type BayPlan, createBayPlan } from '../../plan/bay-plan.ts'
import type { Floor } from '../../plan/floor.ts'
import { listenToHands } from '../../plan/gestures.ts'
import { planKey, zoomStep } from '../../plan/keys.ts'
import { baysInBox } from '../../plan/lasso.ts'
import { readPlace, writePlace } from '../../shell/address.ts'
import { type City, chooseBay, closeDrawer, type Desk, openBay, setPaused, useDesk } from '../../shell/desk.ts'
import { Icon, type IconName } from '../../shell/icons.tsx'
import { cycleSites } from '../../shell/wall.ts'
import { TableTwin } from './table-twin.tsx'

const addressMs = 300

export function PlanPanel({ city }: { city: City }) {
  const desk = useDesk()
  const { words, view } = desk
  const plate = useSignal(-1)
  const panel = useRef<HTMLElement>(null)
  const first = useRef(true)
  // The key that switches takes the focused element away: go on in what took its place.
  useEffect(() => {
    if (!first.current) panel.current?.querySelector<HTMLElement>('.grid, .twin')?.focus({ preventScroll: true })
    first.current = false
  }, [view.value])
  return (
    <section class="panel plan" aria-label={words.text('plan')} id="plan" ref={panel}>
      <Toolbar floor={city.floor} plate={plate.value} />
      {view.value === 'table' ? (
        <TableTwin city={city} />
      ) : (
        <PlanCanvas key={city.floor.version} city={city} plate={plate} />
      )}
    </section>
  )
}

function Toolbar({ floor, plate }: { floor: Floor; plate: number }) {
  const desk = useDesk()
  const { words, view, paused } = desk
  const isTable = view.value === 'table'
  return (
    <div class="toolbar">
      {isTable ? (
        <h2>{words.text('table')}</h2>
      ) : (
        <select
          aria-label={words.text('levelPick')}
          value={String(plate)}
          onChange={(event) => {
            const picked = Number(event.currentTarget.value)
            if (picked < 0) desk.plan?.fit()
            else desk.plan?.fitPlate(picked)
          }}
        >
          <option value="-1">{words.text('allLevels')}</option>
          {floor.plates.map((each, p) => (
            <option key={`${each.site} ${each.level}`} value={String(p)}>
              {each.name}
            </option>
          ))}
        </select>
      )}
      <span class="tools">
        {!isTable && (
          <>
            <Tool icon="minus" label={words.text('zoomOut')} run={() => desk.plan?.zoom(1 / zoomStep)} />
            <Tool icon="plus" label={words.text('zoomIn')} run={() => desk.plan?.zoom(zoomStep)} />
            <Tool icon="fit" label={words.text('fit')} run={() => desk.plan?.fit()} wide />
            <Tool icon="level" label={words.text('level')} run={() => desk.plan?.fitPlate(desk.plan.plate)} wide />
          </>
        )}
        <Tool
          icon={isTable ? 'level' : 'table'}
          label={words.text(isTable ? 'showPlan' : 'table')}
          run={() => {
            view.value = isTable ? 'plan' : 'table'
          }}
          wide={isTable}
        />
        {paused.value === undefined ? (
          <Tool icon="pause" label={words.text('pause')} run={() => setPaused(desk, true)} />
        ) : (
          <Tool icon="play" label={words.text('resume')} run={() => setPaused(desk, false)} />
        )}
      </span>
    </div>
  )
}

function Tool({ icon, label, run, wide = false }: { icon: IconName; label: string; run(): void; wide?: boolean }) {
  return (
    <button type="button" class={wide ? 'tool' : 'tool square'} aria-label={label} title={label} onClick={run}>
      <Icon name={icon} />
      {wide && <span>{label}</span>}
    </button>
  )
}

function PlanCanvas({ city, plate }: { city: City; plate: Signal<number> }) {
  const desk = useDesk()
  const { words, staleSince } = desk
  const grid = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const overlay = useRef<HTMLCanvasElement>(null)
  const status = useRef<HTMLOutputElement>(null)
  const spoken = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement
    let writing: ReturnType<typeof setTimeout> | undefined
    const plan = createBayPlan({
      canvas: element,
      overlay: overlay.current as HTMLCanvasElement,
      floor: city.floor,
      tally: city.tally,
      words: {
        free: (n, short) => (short ? words.number(n) : words.count('freeCount', n)),
        noData: words.text('noData'),
      },
      onView() {
        clearTimeout(writing)
        writing = setTimeout(() => {
          writeAddress(desk, plan)
          plate.value = plan.fitted ? -1 : plan.plate
        }, addressMs)
        // Nothing to drag while all is in view: then a finger scrolls the page.
        element.classList.toggle('whole', plan.fitted)
      },
      onPainted: () => desk.delay.painted(Date.now()),
    })
    const say = (bay: number) => {
      const text = bay < 0 ? '' : bayText(desk, city, bay)
      if (status.current) status.current.textContent = text
    }
    desk.plan = plan
    desk.onBays = (changed) => (changed ? plan.changed(changed) : plan.refresh())
    openPlace(desk, plan)
    if (desk.paused.value !== undefined) plan.pause(true)
    const ringing = effect(() => plan.ring({ alerts: desk.alertBays.value }))
    const hands = listenToHands(element, () => plan, {
      tap(bay) {
        if (desk.choosing.value) {
          if (bay >= 0) chooseBay(desk, bay)
        } else if (desk.past.value) plan.ring({ focus: bay })
        else if (bay >= 0) openBay(desk, bay)
        else closeDrawer(desk)
      },
      lasso: {
        isOn: () => desk.choosing.value !== undefined,
        over(from, to) {
          const bays = baysInBox(city.floor, plan.view, { from, to, dpr: window.devicePixelRatio || 1 })
          desk.choosing.value = new Set([...(desk.choosing.value ?? []), ...bays])
        },
      },
      hover(bay) {
        if (bay === plan.rings.hover) return
        plan.ring({ hover: bay })
        say(bay >= 0 ? bay : plan.rings.focus)
      },
    })
    const cycle = cycleSites(plan)
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const outcome = planKey(plan, event.key)
      if (!outcome) return
      event.preventDefault()
      if (outcome.type === 'open' && desk.choosing.value) chooseBay(desk, outcome.bay)
      else if (outcome.type === 'open' && !desk.past.value) openBay(desk, outcome.bay)
      else if (outcome.type === 'leave') {
        closeDrawer(desk)
        plan.ring({ focus: -1 })
      }
      const bay = plan.rings.focus
      say(bay)
      if (outcome.type === 'focus' && spoken.current) spoken.current.textContent = bayText(desk, city, bay)
    }
    grid.current?.addEventListener('keydown', onKey)
    return () => {
      clearTimeout(writing)
      ringing()
      hands[Symbol.dispose]()
      cycle[Symbol.dispose]()
      plan[Symbol.dispose]()
      desk.plan = undefined
      desk.onBays = undefined
    }
  }, [city, desk, words, plate])

  const { w, h } = city.floor.bounds
  const aspect = String(Math.max(0.7, Math.min(1.6, w / (h * 1.15))))

  return (
    <>
      <div class={`canvas ${staleSince.value === undefined ? '' : 'stale'}`} style={{ '--aspect': aspect }}>
        <div
          ref={grid}
          class="grid"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the plan has a grid's keyboard model (keys.ts)
          tabIndex={0}
          role="application"
          aria-label={words.text('planLabel', { bays: words.count('bayCount', city.floor.size) })}
          aria-keyshortcuts="T"
        >
          <canvas ref={canvas} />
          <canvas ref={overlay} class="overlay" />
        </div>
      </div>
      <div class="below">
        <ul class="legend" aria-label={words.text('legend')}>
          {bayStates.map((state) => (
            <li key={state}>
              <i class={`swatch ${state}`} aria-hidden="true" />
              {words.text(state)}
            </li>
          ))}
          <AlertLegend />
        </ul>
        <output ref={status} class="status" aria-hidden="true" />
        <div ref={spoken} class="unseen" aria-live="polite" />
      </div>
    </>
  )
}

function AlertLegend() {
  const { words, alertBays } = useDesk()
  if (alertBays.value.length === 0) return null
  return (
    <li>
      <i class="swatch ringed" aria-hidden="true" />
      {words.count('ringedBays', alertBays.value.length)}
    </li>
  )
}

const bayText = ({ words }: Desk, { floor, tally }: City, bay: number) =>
  words.text('bayFocus', {
    id: floor.ids[bay] ?? '',
    state: words.text(bayStates[tally.states[bay] ?? 3] ?? 'unknown'),
    level: floor.plates[floor.plateOf[bay] ?? 0]?.name ?? '',
  })

function openPlace(desk: Desk, plan: BayPlan) {
  const place = readPlace(location.search)
  const { floor } = plan
  const bay = place.bay === undefined ? -1 : floor.ids.indexOf(place.bay)
  const plate = floor.plates.findIndex((each) => each.site === place.site && each.level === place.level)
  if (place.look) plan.show(place.look)
  else if (bay >= 0) plan.showBay(bay, true)
  else if (plate >= 0) plan.fitPlate(plate)
  else plan.fit(place.site)
  if (bay >= 0) {
    plan.ring({ focus: bay, open: bay })
    desk.drawer.value = { of: 'bay', bay }
  }
}

/** Also called when a drawer opens or closes: the address names the bay in it. */
export function writeAddress(desk: Desk, plan: BayPlan) {
  const drawer = desk.drawer.peek()
  const bay = drawer?.of === 'bay' ? plan.floor.ids[drawer.bay] : undefined
  const plate = plan.fitted ? undefined : plan.floor.plates[plan.plate]
  const search = writePlace(location.search, {
    ...(plate ? { site: plate.site, level: plate.level, look: plan.place } : {}),
    ...(bay ? { bay } : {}),
  })
  if (search !== location.search) history.replaceState(null, '', `${location.pathname}${search}${location.hash}`)
}
