/** Which lists of a scope each kind of subject can have, and which thresholds a quantity can pass: a rule beyond them would never raise. */
import type { AlertSubjectKind, WatchedPlaces, WatchedQuantity } from '@baykeeper/contract/vocabulary.ts'
import type { RuleDeclaration } from './declaration.ts'
import type { RuleScope, RuleSettings } from './rule.ts'

export interface RuleFault {
  readonly path: string
  readonly message: string
}

type List = keyof RuleScope

const listsOfSubject: { readonly [K in AlertSubjectKind]: readonly List[] } = {
  bay: ['sites', 'levels', 'zones', 'types'],
  device: ['sites', 'levels', 'zones', 'types', 'devices', 'sources'],
  gateway: ['sites', 'sources'],
  // Of a built-in rule, which is about sites.
  place: ['sites'],
  source: ['sources'],
  'count-zone': ['sites', 'levels', 'zones'],
  system: [],
}

const listsOfPlaces: { readonly [P in WatchedPlaces]: readonly List[] } = {
  city: [],
  site: ['sites'],
  level: ['sites', 'levels'],
  zone: ['sites', 'levels', 'zones'],
  type: ['sites', 'types'],
}

/** `places`: of a rule about places that people have written. */
export function scopeFault(scope: RuleScope, kind: AlertSubjectKind, places?: WatchedPlaces): RuleFault | undefined {
  const possible = places === undefined ? listsOfSubject[kind] : listsOfPlaces[places]
  const wrong = (Object.keys(scope) as List[]).find((list) => scope[list].length > 0 && !possible.includes(list))
  if (wrong === undefined) return undefined
  const about = places === undefined ? subjectNames[kind] : placeNames[places]
  const may = possible.length === 0 ? 'leave all lists empty' : `it may have ${possible.join(', ')}`
  return {
    path: `scope.${wrong}`,
    message: `the rule is about ${about}, which cannot be in this list, so that it would never raise an alert: ${may}`,
  }
}

const subjectNames: { readonly [K in AlertSubjectKind]: string } = {
  ...{ bay: 'bays', device: 'devices', gateway: 'gateways', place: 'sites', source: 'sources' },
  ...{ 'count-zone': 'count zones', system: 'the system' },
}
const placeNames: { readonly [P in WatchedPlaces]: string } = {
  ...{ city: 'the city', site: 'sites', level: 'levels', zone: 'zones', type: 'bays of a type' },
}

/** Least and most that a quantity can be; a measure may be anything. */
const bounds: { readonly [Q in WatchedQuantity]: readonly [least: number, most: number] } = {
  'occupied-share': [0, 100],
  free: [0, Number.POSITIVE_INFINITY],
  'unknown-share': [0, 100],
  'state-minutes': [0, Number.POSITIVE_INFINITY],
  measure: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  'silent-minutes': [0, Number.POSITIVE_INFINITY],
  vehicles: [0, Number.POSITIVE_INFINITY],
  'band-width': [0, Number.POSITIVE_INFINITY],
}

/** Whether the condition can begin, and end again. */
export function boundsFault({ watch, threshold, clearAt }: Pick<RuleSettings, 'watch' | 'threshold' | 'clearAt'>) {
  if (watch === null || threshold === null) return undefined
  const [least, most] = bounds[watch.quantity]
  const range = `${watch.quantity} is ${Number.isFinite(most) ? `${least} to ${most}` : `${least} or more`}`
  const isAbove = watch.is === 'above'
  if (isAbove ? threshold >= most : threshold <= least)
    return { path: 'threshold', message: `${range}: it is never ${watch.is} ${threshold}` }
  const end = clearAt ?? threshold
  if (isAbove ? end < least : end > most)
    return {
      path: clearAt === null ? 'threshold' : 'clear_at',
      message: `${range}: it is always ${watch.is} ${end}, and the alert would never clear`,
    }
  return undefined
}

/** Of a rule that takes the place of a built-in one. */
export const builtInRuleFault = (
  { subject, watch }: RuleDeclaration,
  { scope, threshold, clearAt }: RuleSettings,
): RuleFault | undefined =>
  scopeFault(scope, subject, watch?.places) ?? boundsFault({ watch: watch ?? null, threshold, clearAt })
