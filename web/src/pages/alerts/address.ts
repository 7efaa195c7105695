/** Which list of alerts an address opens, and which alert of it. Pure. */
import {
  type AlertGroup,
  type AlertSeverity,
  alertGroupNames,
  alertSeverities,
} from '@baykeeper/contract/vocabulary.ts'

export type ListName = AlertGroup | 'all'
export const listNames: readonly ListName[] = [...alertGroupNames, 'all']

export interface AlertsPlace {
  readonly list: ListName
  readonly site?: string
  readonly rule?: string
  readonly owner?: string
  readonly severity?: AlertSeverity
  /** Opened in the detail. */
  readonly alert?: string
}
/** A change of it; undefined removes. */
export type PlaceChange = { readonly [K in keyof AlertsPlace]?: AlertsPlace[K] | undefined }
const own = ['list', 'site', 'rule', 'owner', 'severity', 'alert'] as const

export function readAlertsPlace(search: string): AlertsPlace {
  const asked = new URLSearchParams(search)
  const text = (name: (typeof own)[number]) => asked.get(name) || undefined
  const [site, rule, owner, alert] = [text('site'), text('rule'), text('owner'), text('alert')]
  const severity = alertSeverities.find((one) => one === text('severity'))
  return {
    list: listNames.find((one) => one === text('list')) ?? 'needs-action',
    ...(site ? { site } : {}),
    ...(rule ? { rule } : {}),
    ...(owner ? { owner } : {}),
    ...(severity ? { severity } : {}),
    ...(alert ? { alert } : {}),
  }
}

/** Other parameters of the address stay as they are. */
export function writeAlertsPlace(search: string, place: PlaceChange): string {
  const next = new URLSearchParams(search)
  for (const name of own) {
    const value = name === 'list' && place.list === 'needs-action' ? undefined : place[name]
    if (value === undefined || value === '') next.delete(name)
    else next.set(name, value)
  }
  return next.size === 0 ? '' : `?${next}`
}

export const isFiltered = ({ site, rule, owner, severity }: PlaceChange): boolean =>
  [site, rule, owner, severity].some((value) => value !== undefined)
