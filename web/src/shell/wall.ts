/** Wall display (`?wall=1`): no controls, larger type, one site after the other until the screen is touched. */
import type { BayPlan } from '../plan/bay-plan.ts'

const siteMs = 20_000
/** A hand on the display stops the tour for this long. */
const handMs = 60_000

export const isWall = (): boolean => new URLSearchParams(location.search).get('wall') === '1'

export function cycleSites(plan: BayPlan): Disposable {
  const sites = [...new Set(plan.floor.plates.map((plate) => plate.site))]
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  if (!isWall() || still || sites.length < 2) return { [Symbol.dispose]() {} }
  const stop = new AbortController()
  let touchedAt = Number.NEGATIVE_INFINITY
  let at = -1
  for (const type of ['pointermove', 'pointerdown', 'keydown'] as const)
    document.addEventListener(
      type,
      () => {
        touchedAt = performance.now()
      },
      { signal: stop.signal },
    )
  const timer = setInterval(() => {
    if (performance.now() - touchedAt < handMs) return
    // After the last site comes the whole city.
    at = ((at + 2) % (sites.length + 1)) - 1
    if (at < 0) plan.fit()
    else plan.fit(sites[at])
  }, siteMs)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      stop.abort()
    },
  }
}
