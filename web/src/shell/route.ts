/** Which page of the desk an address opens. Going to another one keeps the stream and everything that is already here. Pure but for `followLinks`. */

export const routes = {
  live: '/desk',
  forecast: '/desk/forecast',
  pipeline: '/desk/pipeline',
  losses: '/desk/losses',
  deadLetters: '/desk/dead-letters',
} as const
export type Route = keyof typeof routes

/** An address below the desk that no page has is the Live page's. */
export const routeOf = (pathname: string): Route =>
  (Object.keys(routes) as Route[]).find((route) => routes[route] === pathname.replace(/\/+$/, '')) ?? 'live'

/** Where the page is: path and search of the address. */
export interface Place {
  readonly route: Route
  readonly search: string
}

export const placeOf = ({ pathname, search }: { pathname: string; search: string }): Place => ({
  route: routeOf(pathname),
  search,
})

/** Links to pages of the desk open without a page load; the browser handles all others, and those that open a new tab. */
export function followLinks(moved: (place: Place) => void): void {
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
    if (!Object.values<string>(routes).includes(link.pathname) || link.hash !== '') return
    event.preventDefault()
    if (link.href !== location.href) history.pushState(null, '', link.href)
    moved(placeOf(location))
  })
  window.addEventListener('popstate', () => moved(placeOf(location)))
}
