/** Which page of the desk an address opens. Going to another one keeps the stream and everything that is already here. Pure but for `followLinks`. */
import type { IconName } from './icons.tsx'

/** The pages of the desk by their name among the words (i18n/). What each loads is in desk-page.tsx. */
export const routes = {
  live: '/desk',
  lots: '/desk/lots',
  forecast: '/desk/forecast',
  reports: '/desk/reports',
  alerts: '/desk/alerts',
  rules: '/desk/alerts/rules',
  devices: '/desk/devices',
  inbox: '/desk/devices/inbox',
  scan: '/desk/devices/scan',
  batteries: '/desk/devices/batteries',
  signs: '/desk/signs',
  layout: '/desk/layout',
  pipeline: '/desk/pipeline',
  losses: '/desk/losses',
  deadLetters: '/desk/dead-letters',
  notifications: '/desk/notifications',
  sources: '/desk/sources',
  settings: '/desk/settings',
  welcome: '/desk/welcome',
  account: '/desk/account',
  users: '/desk/users',
  accessKeys: '/desk/keys',
  auditLog: '/desk/audit',
} as const
/** Pages of one thing each: its id is the rest of the address. */
const itemRoutes = ['rules', 'devices', 'lots'] as const satisfies readonly Route[]
/** Pages with a place in the rail. The others are parts of one of them for the reader, and are reached from it. */
export const railIcons: Readonly<Partial<Record<Route, IconName>>> = {
  live: 'live',
  lots: 'lots',
  forecast: 'forecast',
  reports: 'reports',
  alerts: 'bell',
  devices: 'devices',
  signs: 'signs',
  layout: 'grid',
  pipeline: 'pipeline',
  sources: 'level',
}
export type Route = keyof typeof routes

/** An address below the desk that no page has is the Live page's. */
export const routeOf = (pathname: string): Route => exactly(pathname) ?? itemOf(pathname)?.route ?? 'live'

const exactly = (pathname: string) =>
  (Object.keys(routes) as Route[]).find((route) => routes[route] === pathname.replace(/\/+$/, ''))

function itemOf(pathname: string): { readonly route: Route; readonly item: string } | undefined {
  const route = itemRoutes.find((one) => pathname.startsWith(`${routes[one]}/`))
  const item = route && pathname.slice(routes[route].length + 1).replace(/\/+$/, '')
  return route && item && !item.includes('/') ? { route, item: decoded(item) } : undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Pages in the rail that hold another one. */
const parents: Readonly<Partial<Record<Route, Route>>> = {
  rules: 'alerts',
  inbox: 'devices',
  scan: 'devices',
  batteries: 'devices',
  losses: 'pipeline',
  deadLetters: 'pipeline',
  notifications: 'pipeline',
}
/** In the rail on a wide screen alone: the bar of a phone has no room for them, so they are below the page there. */
export const wideRoutes: readonly Route[] = ['lots', 'signs', 'layout']

export const railRouteOf = (route: Route): Route => parents[route] ?? route

/** Where the page is: path and search of the address. */
export interface Place {
  readonly route: Route
  readonly search: string
  /** Id of what the page is about. */
  readonly item?: string
}

export const placeOf = ({ pathname, search }: { pathname: string; search: string }): Place => ({
  route: routeOf(pathname),
  search,
  ...(exactly(pathname) === undefined && itemOf(pathname) ? { item: itemOf(pathname)?.item as string } : {}),
})

/** Links to pages of the desk open without a page load; the browser handles all others, and those that open a new tab. */
/** `carried` adds to an address what goes along to the next page. */
export function followLinks(moved: (place: Place) => void, carried: (href: string) => string): void {
  document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    const link = event.target instanceof Element ? event.target.closest('a') : undefined
    if (!link || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return
    if ((!exactly(link.pathname) && !itemOf(link.pathname)) || link.hash !== '') return
    event.preventDefault()
    const href = carried(link.href)
    if (href !== location.href) history.pushState(null, '', href)
    moved(placeOf(location))
  })
  window.addEventListener('popstate', () => moved(placeOf(location)))
}
