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
const pages: Readonly<Record<Lazy, () => Promise<{ readonly load: Load }>>> = {
  lots: () => import('../pages/lots/lots-page.tsx'),
  devices: places,
  inbox: places,
  scan: places,
  batteries: places,
  layout: () => import('../pages/layout/layout-page.tsx'),
  forecast: () => import('../pages/forecast/forecast-page.tsx'),
  reports: () => import('../pages/reports/reports-page.tsx'),
  alerts: () => import('../pages/alerts/alerts-page.tsx'),
  rules: () => import('../pages/alerts/rules-page.tsx'),
  signs: () => import('../pages/signs/signs-page.tsx'),
  pipeline: () => import('../pages/pipeline/pipeline-page.tsx'),
  losses: () => import('../pages/pipeline/losses-page.tsx'),
  deadLetters: () => import('../pages/pipeline/dead-letters-page.tsx'),
  notifications: () => import('../pages/pipeline/notifications-page.tsx'),
  sources: () => import('../pages/setup/sources-page.tsx'),
  settings: () => import('../pages/setup/settings-page.tsx'),
  welcome: () => import('../pages/setup/welcome-page.tsx'),
  account: () => import('../pages/access/account-page.tsx'),
  users: () => import('../pages/access/users-page.tsx'),
  accessKeys: () => import('../pages/access/keys-page.tsx'),
  auditLog: () => import('../pages/access/audit-page.tsx'),
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
        const loaded = await (await pages[route]()).load(desk)
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
