/** A rule that raises alerts, as a value: what it watches, when it raises and clears, and what people read. */
import {
  type AlertSeverity,
  alertSeverities,
  type BayState,
  type BayType,
  type Comparison,
  comparisons,
  type WatchedPlaces,
  type WatchedQuantity,
  watchedPlaces,
  watchedQuantities,
} from '@baykeeper/contract/vocabulary.ts'
import type { Hours } from '../layout.ts'
import type { MeasureKey } from '../measures.ts'
import { boundsFault, scopeFault } from './rule-scope.ts'

/** Empty lists: everywhere. */
export interface RuleScope {
  readonly sites: readonly string[]
  readonly levels: readonly string[]
  readonly zones: readonly string[]
  readonly types: readonly BayType[]
  /** Hardware ids. */
  readonly devices: readonly string[]
  readonly sources: readonly string[]
}

export interface Watch {
  readonly quantity: WatchedQuantity
  readonly is: Comparison
  /** Of a quantity of places. */
  readonly places?: WatchedPlaces
  /** Of `state-minutes`. */
  readonly state?: BayState
  /** Of `measure`. */
  readonly measure?: MeasureKey
}

/** What of a rule people may change. */
export interface RuleSettings {
  readonly enabled: boolean
  readonly severity: AlertSeverity
  readonly title: string
  /** What to do next. */
  readonly next: string
  /** Names of channels that are notified. */
  readonly channels: readonly string[]
  readonly scope: RuleScope
  /** Local time of the site; empty: always. */
  readonly schedule: readonly Hours[]
  /** Seconds. */
  readonly onDelayS: number
  readonly offDelayS: number
  /** Null: the rule compares with nothing. */
  readonly threshold: number | null
  /** Null: at the threshold. */
  readonly clearAt: number | null
  /** Of kind `own`; null: the kind defines it. */
  readonly watch: Watch | null
}

export interface AlertRule extends RuleSettings {
  readonly id: string
  /** `own`, or the kind of a built-in rule. */
  readonly kind: string
}

export const everywhere: RuleScope = { sites: [], levels: [], zones: [], types: [], devices: [], sources: [] }

export const usualSettings: Omit<RuleSettings, 'severity' | 'title' | 'next'> = {
  ...{ enabled: true, channels: [], scope: everywhere, schedule: [] },
  ...{ onDelayS: 0, offDelayS: 60, threshold: null, clearAt: null, watch: null },
}

/** The condition as it is, and whether its alert is raised. */
export interface Standing {
  readonly isOn: boolean
  readonly isRaised: boolean
}

/**
 * Whether the condition holds: beyond the threshold, or for an alert that is raised beyond `clearAt`: what waits for its delay has no hysteresis. A
 * value that is not known leaves it as it is.
 */
export function isBeyond(
  { threshold, clearAt }: Pick<AlertRule, 'threshold' | 'clearAt'>,
  is: Comparison,
  value: number | null,
  { isOn, isRaised }: Standing,
): boolean {
  if (value === null || threshold === null) return isOn
  const limit = isRaised ? (clearAt ?? threshold) : threshold
  return is === 'above' ? value > limit : value < limit
}

/** What is wrong with a rule of kind `own`, beyond its schema; undefined: nothing. */
export function ownRuleFault({
  watch,
  threshold,
  clearAt,
  scope,
}: RuleSettings): { path: string; message: string } | undefined {
  if (watch === null) return { path: 'watch', message: 'a rule of kind own needs what it watches' }
  if (threshold === null) return { path: 'threshold', message: 'a rule of kind own needs a threshold' }
  if (clearAt !== null && (watch.is === 'above' ? clearAt > threshold : clearAt < threshold))
    return {
      path: 'clear_at',
      message: `the condition is "${watch.is} ${threshold}": it can clear at ${threshold} or ${watch.is === 'above' ? 'below' : 'above'} it, not at ${clearAt}`,
    }
  const { of } = watchedQuantities[watch.quantity]
  if (of === 'place' && watch.places === undefined)
    return {
      path: 'watch.places',
      message: `${watch.quantity} is a property of places: name which (city, site, level, zone or type)`,
    }
  if (watch.quantity === 'state-minutes' && watch.state === undefined)
    return { path: 'watch.state', message: 'name the state whose minutes count' }
  if (watch.quantity === 'measure' && watch.measure === undefined)
    return { path: 'watch.measure', message: 'name the measure' }
  if (
    (watch.quantity === 'state-minutes' || watch.quantity === 'silent-minutes') &&
    (watch.is !== 'above' || threshold <= 0)
  )
    return { path: 'watch.is', message: 'minutes only grow: compare with above, and a threshold above 0' }
  return scopeFault(scope, of, watch.places) ?? boundsFault({ watch, threshold, clearAt })
}

const isText = (value: unknown): value is string => typeof value === 'string'
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText)
const isNumberOrNull = (value: unknown) => value === null || Number.isFinite(value)
const isDelay = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0

/** Whether a record of the journal holds a rule: what is written by this release does. */
export function isRule(value: unknown): value is AlertRule {
  if (typeof value !== 'object' || value === null) return false
  const { id, kind, enabled, severity, title, next, channels, scope, schedule, watch, ...rest } = value as AlertRule
  return (
    [id, kind, title, next].every(isText) &&
    typeof enabled === 'boolean' &&
    (alertSeverities as readonly unknown[]).includes(severity) &&
    areTexts(channels) &&
    typeof scope === 'object' &&
    scope !== null &&
    Object.keys(everywhere).every((list) => areTexts(scope[list as keyof RuleScope])) &&
    Array.isArray(schedule) &&
    isDelay(rest.onDelayS) &&
    isDelay(rest.offDelayS) &&
    isNumberOrNull(rest.threshold) &&
    isNumberOrNull(rest.clearAt) &&
    (watch === null || isWatch(watch))
  )
}

const isWatch = ({ quantity, is, places }: Watch) =>
  Object.hasOwn(watchedQuantities, quantity) &&
  (comparisons as readonly unknown[]).includes(is) &&
  (places === undefined || (watchedPlaces as readonly unknown[]).includes(places))
