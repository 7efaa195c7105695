/**
 * The desk: what its pages show, as signals. Bays never pass through here: deltas go from the stream to the tally and the
 * canvas; only the numbers people read are published, at most four times a second.
 */
import type { AlertCounts } from '@baykeeper/contract/alerts.ts'
import type { ForecastIssued } from '@baykeeper/contract/forecast-pages.ts'
import type { Kpi, SiteSummary } from '@baykeeper/contract/live.ts'
import type { PastState } from '@baykeeper/contract/override.ts'
import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import type { Right } from '@baykeeper/contract/rights.ts'
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Words } from '../i18n/words.ts'
import { type LiveClient, startLiveClient } from '../live/client.ts'
import { createDelay } from '../live/delay.ts'
import { type Link, newLink } from '../live/link.ts'
import type { Tally } from '../live/tally.ts'
import type { BayPlan } from '../plan/bay-plan.ts'
import type { Floor } from '../plan/floor.ts'
import type { Forecasts } from './forecasts.ts'
import { readMoment, timedRoutes } from './moment.ts'
import { type Place, placeOf } from './route.ts'
import { keptTheme, type Theme } from './theme.ts'

export interface City {
  readonly floor: Floor
  readonly tally: Tally
}
/** States of a past moment on the bays of today; the tally is the same for all moments. */
export interface Past {
  readonly at: number
  readonly city: City
  readonly state: PastState
}
export type Drawer = { readonly of: 'bay'; readonly bay: number } | { readonly of: 'ledger' } | undefined

export interface Desk {
  readonly words: Words
  readonly config: PageConfig
  readonly place: Signal<Place>
  readonly client: LiveClient
  readonly city: Signal<City | undefined>
  /** The first states have come. */
  readonly loaded: Signal<boolean>
  /** Grows whenever the counts of the tally have moved. */
  readonly counted: Signal<number>
  readonly kpi: Signal<Kpi | undefined>
  readonly kpiAt: Signal<number>
  /** Events per second of the last minute, oldest first. */
  readonly rates: Signal<readonly number[]>
  readonly sites: Signal<readonly SiteSummary[]>
  /** By site, once a page has requested them. */
  readonly forecasts: Signal<Forecasts>
  /** The newest forecast that the stream announced. */
  readonly forecastIssued: Signal<ForecastIssued | undefined>
  /** Undefined before the first, and from a server that has no alerts. */
  readonly alertCounts: Signal<AlertCounts | undefined>
  /** Bays with an open alert, ringed on the plan. */
  readonly alertBays: Signal<readonly number[]>
  readonly link: Signal<Link>
  /** Milliseconds from the server's word to the painted bay. */
  readonly delayMs: Signal<number | undefined>
  readonly now: Signal<number>
  readonly simulated: ReadonlySignal<boolean>
  /** When the numbers were last true, if they are not current: then they are grey and say so. */
  readonly staleSince: ReadonlySignal<number | undefined>
  readonly zone: ReadonlySignal<string | undefined>
  /** The moment that the address asks for; undefined: the present. */
  readonly moment: ReadonlySignal<number | undefined>
  /** What is known of that moment, in place of the live states; undefined: live, or not read yet. */
  readonly past: Signal<Past | undefined>
  /** Bays that are being chosen on the plan; undefined: a tap opens the drawer. */
  readonly choosing: Signal<ReadonlySet<number> | undefined>
  readonly paused: Signal<number | undefined>
  readonly theme: Signal<Theme>
  readonly view: Signal<'plan' | 'table'>
  readonly drawer: Signal<Drawer>
  readonly dialog: Signal<'search' | 'help' | undefined>
  readonly letterKeys: Signal<boolean>
  /** The plan on the page, when there is one. */
  plan: BayPlan | undefined
  /** Called with the changes, besides the signals. */
  onBays: ((changed: readonly number[] | undefined) => void) | undefined
  readonly delay: ReturnType<typeof createDelay>
}

/** Figures come every second: after this long without, they are old. */
const figuresMsMax = 5_000
const countMs = 250
const ratesMax = 60
const letterKeysKey = 'baykeeper.letter-keys'

export function createDesk(config: PageConfig, words: Words): Desk {
  const kpi = signal<Kpi | undefined>(undefined)
  const kpiAt = signal(0)
  /** Time since which the server has no newer state. */
  const storeDownAt = signal<number | undefined>(undefined)
  const link = signal<Link>(newLink)
  const now = signal(Date.now())
  const paused = signal<number | undefined>(undefined)
  const sites = signal<readonly SiteSummary[]>([])
  const rates = signal<readonly number[]>([])
  const forecastIssued = signal<ForecastIssued | undefined>(undefined)
  const alertCounts = signal<AlertCounts | undefined>(undefined)
  const counted = signal(0)
  const city = signal<City | undefined>(undefined)
  const loaded = signal(false)
  const letterKeys = signal(localStorage.getItem(letterKeysKey) !== 'off')
  const delay = createDelay()
  let counting = false
  const count = () => {
    if (counting) return
    counting = true
    setTimeout(() => {
      counting = false
      if (paused.value === undefined) counted.value++
    }, countMs)
  }

  const client = startLiveClient(config.paths, {
    plan(floor, tally) {
      batch(() => {
        // A drawer over a bay of the plan before would show another bay.
        desk.drawer.value = undefined
        city.value = { floor, tally }
        if (floor.size === 0) loaded.value = true
      })
    },
    states() {
      batch(() => {
        loaded.value = true
        counted.value++
      })
      desk.onBays?.(undefined)
    },
    counted() {
      desk.onBays?.(undefined)
      count()
    },
    bays(changed, at) {
      if (paused.value === undefined) delay.record(at, Date.now())
      desk.onBays?.(changed)
      count()
    },
    kpi(next) {
      delay.compare(Date.parse(next.time), Date.now())
      if (paused.value !== undefined) return
      batch(() => {
        kpi.value = next
        kpiAt.value = Date.now()
        storeDownAt.value = next.pipeline === 'database-down' ? (storeDownAt.value ?? Date.now()) : undefined
        if (next.events_per_second !== undefined)
          rates.value = [...rates.value, next.events_per_second].slice(-ratesMax)
      })
    },
    sites(next) {
      if (paused.value === undefined) sites.value = next
    },
    forecast(next) {
      forecastIssued.value = next
    },
    alerts(next) {
      if (paused.value === undefined) alertCounts.value = next
    },
    link(next) {
      link.value = next
    },
  })

  const desk: Desk = {
    words,
    config,
    place: signal(placeOf(location)),
    client,
    city,
    loaded,
    counted,
    kpi,
    kpiAt,
    rates,
    sites,
    forecasts: signal<Forecasts>(new Map()),
    forecastIssued,
    alertCounts,
    alertBays: signal<readonly number[]>([]),
    link,
    delayMs: signal(undefined),
    now,
    simulated: computed(() => kpi.value?.simulated ?? config.simulated),
    staleSince: computed(() => {
      if (paused.value !== undefined) return paused.value
      if (link.value.downSince !== undefined) return link.value.downSince
      if (storeDownAt.value !== undefined) return storeDownAt.value
      if (kpiAt.value > 0 && now.value - kpiAt.value > figuresMsMax) return kpiAt.value
      return undefined
    }),
    zone: computed(() => sites.value[0]?.zone),
    moment: computed(() => (isTimed(desk.place.value) ? readMoment(desk.place.value.search, Date.now()) : undefined)),
    past: signal(undefined),
    choosing: signal(undefined),
    paused,
    theme: signal(keptTheme()),
    view: signal('plan'),
    drawer: signal(undefined),
    dialog: signal(undefined),
    letterKeys,
    plan: undefined,
    onBays: undefined,
    delay,
  }
  setInterval(() => {
    now.value = Date.now()
    desk.delayMs.value = delay.ms
  }, 1_000)
  effect(() => localStorage.setItem(letterKeysKey, letterKeys.value ? 'on' : 'off'))
  return desk
}

const isTimed = ({ route }: Place) => timedRoutes.includes(route)

export const needingAction = (counts: AlertCounts | undefined): number =>
  counts ? counts.needs_action.critical + counts.needs_action.warning + counts.needs_action.info : 0

/** Whether this session may do such a thing. The server judges again. */
export const may = ({ config }: Pick<Desk, 'config'>, right: Right): boolean =>
  config.reader?.rights.includes(right) ?? false

/** What is about all sites: who is limited to some may not. */
export const mayEverywhere = (desk: Pick<Desk, 'config'>, right: Right): boolean =>
  may(desk, right) && !desk.config.reader?.sites

export function setPaused(desk: Desk, pause: boolean): void {
  batch(() => {
    desk.paused.value = pause ? Date.now() : undefined
    if (!pause) desk.counted.value++
  })
  desk.plan?.pause(pause)
}

/** Another search of the same page, or another page; the reader's way back stays. */
export function go(desk: Desk, href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  desk.place.value = placeOf(location)
}

/** Chosen, or no longer chosen. */
export function chooseBay(desk: Desk, bay: number): void {
  const next = new Set(desk.choosing.value)
  if (!next.delete(bay)) next.add(bay)
  desk.choosing.value = next
}

/** Shows a bay on the plan and opens its drawer. */
export function openBay(desk: Desk, bay: number, near = false): void {
  desk.plan?.ring({ focus: bay, open: bay, attention: near ? [bay] : [] })
  desk.plan?.showBay(bay, near)
  desk.drawer.value = { of: 'bay', bay }
}

export function closeDrawer(desk: Desk): void {
  desk.plan?.ring({ open: -1, attention: [] })
  desk.drawer.value = undefined
}

export const DeskContext = createContext<Desk | undefined>(undefined)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('a part of the desk was rendered outside of it')
  return desk
}
