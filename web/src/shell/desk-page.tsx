/** The page that the address asks for. Only the Live page comes with the desk; the others are fetched when they are first opened. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { LivePage } from '../pages/live/live-page.tsx'
import { closeDrawer, type Desk, useDesk } from './desk.ts'
import type { Route } from './route.ts'

type Lazy = Exclude<Route, 'live'>
type Load = (desk: Desk) => Promise<ComponentType>
const pages: Readonly<Record<Lazy, () => Promise<{ readonly load: Load }>>> = {
  forecast: () => import('../pages/forecast/forecast-page.tsx'),
  pipeline: () => import('../pages/pipeline/pipeline-page.tsx'),
  losses: () => import('../pages/pipeline/losses-page.tsx'),
  deadLetters: () => import('../pages/pipeline/dead-letters-page.tsx'),
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
