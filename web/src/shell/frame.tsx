/** The frame of every page of the desk: header with the link chip, rail or bottom bar, banner. */
import type { ComponentChildren } from 'preact'
import { LazyPart } from '../pages/live/lazy-part.tsx'
import { may, needingAction, useDesk } from './desk.ts'
import { Icon } from './icons.tsx'
import { LinkBanner, LinkChip } from './link-state.tsx'
import { timedRoutes } from './moment.ts'
import { type Route, railIcons, railRouteOf, routes, wideRoutes } from './route.ts'
import { applyTheme, themes } from './theme.ts'

const fetchTimeBar = () => import('../pages/live/time-bar.tsx')

export function Frame({ children }: { children: ComponentChildren }) {
  const { words, place } = useDesk()
  const live = place.value.route === 'live'
  return (
    <div class="shell">
      <a class="skip" href={live ? '#plan' : '#main'}>
        {words.text(live ? 'skip' : 'skipContent')}
      </a>
      <Header />
      <Rail />
      <main id="main" tabIndex={-1}>
        <LinkBanner />
        {!live && timedRoutes.includes(place.value.route) && <LazyPart wanted fetch={fetchTimeBar} />}
        {children}
      </main>
      <footer class="more-pages">
        <OtherPages />
      </footer>
    </div>
  )
}

function Header() {
  const desk = useDesk()
  const { words, simulated } = desk
  const city = desk.city.value
  const siteCount = new Set(city?.floor.plates.map((plate) => plate.site)).size
  const size =
    city &&
    words.text('citySites', {
      sites: words.count('siteCount', siteCount),
      bays: words.count('bayCount', city.floor.size),
    })
  return (
    <header class="top">
      <a class="brand" href="/desk" aria-label="Baykeeper">
        <Logo />
        <b>Baykeeper</b>
      </a>
      {simulated.value && (
        <strong class="simulated" title={words.text('simulatedTitle')}>
          {words.text('simulated')}
        </strong>
      )}
      <span class="city" title={size}>
        {city && city.floor.size > 0 && (
          <>
            {city.floor.name && <b>{city.floor.name} · </b>}
            {size}
          </>
        )}
      </span>
      <LinkChip />
      <Clock />
      <button
        type="button"
        class="tool find"
        aria-keyshortcuts="Control+K"
        title={words.text('searchBay')}
        onClick={() => {
          desk.dialog.value = 'search'
        }}
      >
        <Icon name="search" />
        <span>{words.text('search')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <ThemeButton />
      <button
        type="button"
        class="tool square"
        aria-label={words.text('help')}
        title={words.text('help')}
        onClick={() => {
          desk.dialog.value = 'help'
        }}
      >
        <Icon name="help" />
      </button>
    </header>
  )
}

function Clock() {
  const { words, now, zone } = useDesk()
  const place = zone.value?.split('/').at(-1)?.replaceAll('_', ' ')
  return (
    <time class="clock" title={zone.value} dateTime={new Date(now.value).toISOString()}>
      {words.clock(now.value, zone.value)}
      {place && <small>{place}</small>}
    </time>
  )
}

function ThemeButton() {
  const { words, theme, plan } = useDesk()
  const label = words.text(
    theme.value === 'system' ? 'themeSystem' : theme.value === 'light' ? 'themeLight' : 'themeDark',
  )
  const next = () => {
    theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system'
    applyTheme(theme.value)
    plan?.recolour()
  }
  return (
    <button type="button" class="tool square" aria-label={label} title={label} onClick={next}>
      <Icon name={theme.value} />
    </button>
  )
}

function Rail() {
  const { words, place } = useDesk()
  const { route } = place.value
  const current = (page: Route) => {
    if (page === route) return 'page'
    return page === railRouteOf(route) ? 'true' : undefined
  }
  return (
    <nav class="rail" aria-label={words.text('navigation')}>
      {Object.entries(railIcons).map(([page, icon]) => (
        <a
          key={page}
          href={routes[page as Route]}
          aria-current={current(page as Route)}
          class={wideRoutes.includes(page as Route) ? 'wide-only' : undefined}
        >
          <Icon name={icon} />
          <span>{words.text(page as Route)}</span>
          {page === 'alerts' && <NeedAction />}
        </a>
      ))}
      <span class="gap" />
      <OtherPages />
    </nav>
  )
}

/** In the rail on a wide screen, below the page on a phone, whose bar has no room for them. */
function OtherPages() {
  const desk = useDesk()
  const { words } = desk
  return (
    <>
      {wideRoutes.map((route) => (
        <a key={route} href={routes[route]} class="narrow-only">
          {words.text(route)}
        </a>
      ))}
      <OwnAccount />
      <a href={routes.settings}>{words.text('settings')}</a>
      {may(desk, 'admin') && (
        <>
          <a href={routes.users}>{words.text('users')}</a>
          <a href={routes.accessKeys}>{words.text('accessKeys')}</a>
          <a href={routes.auditLog}>{words.text('auditLog')}</a>
        </>
      )}
      <a href="/">
        <Icon name="page" />
        {words.text('publicPage')}
      </a>
      <a href="/docs">
        <Icon name="book" />
        {words.text('apiReference')}
      </a>
    </>
  )
}

/** Who has signed in, and the way out; or the way in. */
function OwnAccount() {
  const { words, config } = useDesk()
  if (!config.reader?.signed_in) return <a href="/signin">{words.text('signIn')}</a>
  return (
    <>
      <a href={routes.account}>{config.reader.name}</a>
      <form method="post" action="/signout">
        <button type="submit" class="sign-out">
          {words.text('signOut')}
        </button>
      </form>
    </>
  )
}

/** Alerts that need a person. */
function NeedAction() {
  const { words, alertCounts } = useDesk()
  const n = needingAction(alertCounts.value)
  if (n === 0) return null
  return (
    <>
      <b class={`count ${alertCounts.value?.needs_action.critical ? 'critical' : ''}`} aria-hidden="true">
        {words.compact(n)}
      </b>
      <span class="unseen">{words.count('alertsOpen', n)}</span>
    </>
  )
}

const Logo = () => (
  <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
    <path class="logo-bay" d="M4 3v18M20 3v18M4 3h16" />
    <path class="logo-car" d="M8.500 8.500a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-3a2 2 0 0 1-2-2z" />
  </svg>
)
