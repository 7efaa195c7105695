/** The page that the address asks for. Only the Live page comes with the desk; the others are fetched when they are first opened. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { LivePage } from '../pages/live/live-page.tsx'
import { closeDrawer, type Desk, useDesk } from './desk.ts'
import type { Route } from './route.ts'

type Lazy = Exclude<Route, 'live'>
type Load = (desk: Desk) => Promise<ComponentType>
const places = () => import('../pages/devices/places-page.tsx')
const care = () => import('../pages/devices/care-page.tsx')
const pipeline = () => import('../pages/pipeline/pipeline-pages.tsx')
const running = () => import('../pages/access/running-pages.tsx')
const pages: Readonly<Record<Lazy, () => Promise<Load>>> = {
  lots: async () => (await import('../pages/lots/lots-page.tsx')).load,
  devices: async () => (await places()).load,
  inbox: async () => (await places()).load,
  scan: async () => (await care()).load,
  batteries: async () => (await care()).load,
  layout: async () => (await import('../pages/layout/layout-page.tsx')).load,
  forecast: async () => (await import('../pages/forecast/forecast-page.tsx')).load,
  reports: async () => (await import('../pages/reports/reports-page.tsx')).load,
  alerts: async () => (await import('../pages/alerts/alerts-page.tsx')).load,
  rules: async () => (await import('../pages/alerts/rules-page.tsx')).load,
  signs: async () => (await places()).loadSigns,
  pipeline: async () => (await pipeline()).pipeline,
  losses: async () => (await pipeline()).losses,
  deadLetters: async () => (await pipeline()).deadLetters,
  notifications: async () => (await pipeline()).notifications,
  sources: async () => (await running()).sources,
  settings: async () => (await running()).settings,
  welcome: async () => (await running()).welcome,
  account: async () => (await running()).account,
  users: async () => (await running()).users,
  accessKeys: async () => (await running()).accessKeys,
  auditLog: async () => (await running()).auditLog,
}

export function DeskPage() {
  const desk = useDesk()
  const { route } = desk.place.value
  const first = useRef(true)
  useEffect(() => {
    document.title = `${desk.words.text(route)} · Baykeeper`
    if (!first.current) {
      const main = document.getElementById('main')
      main?.scrollTo(0, 0)
      main?.focus({ preventScroll: true })
    }
    first.current = false
    // On the way out only: on the way in the address may have opened a bay.
    return route === 'live' ? () => closeDrawer(desk) : undefined
  }, [desk, route])
  return route === 'live' ? <LivePage /> : <LazyPage key={route} route={route} />
}

function LazyPage({ route }: { route: Lazy }) {
  const desk = useDesk()
  const { words } = desk
  const page = useSignal<ComponentType | undefined>(undefined)
  const failed = useSignal(false)
  const tries = useSignal(0)
  useEffect(() => {
    let gone = false
    failed.value = false
    const load = async () => {
      try {
        const load = await pages[route]()
        const loaded = await load(desk)
        if (!gone) page.value = loaded
      } catch {
        if (!gone) failed.value = true
      }
    }
    void load()
    return () => {
      gone = true
    }
  }, [desk, route, page, failed, tries.value])
  const Page = page.value
  if (Page) return <Page />
  return (
    <>
      <h1>{words.text(route)}</h1>
      {failed.value ? (
        <div class="banner bad">
          <span role="alert">{words.text('pageFailed')}</span>
          <button type="button" onClick={() => tries.value++}>
            {words.text('retryNow')}
          </button>
        </div>
      ) : (
        <p class="quiet" aria-busy="true">
          {words.text('loading')} …
        </p>
      )}
    </>
  )
}
