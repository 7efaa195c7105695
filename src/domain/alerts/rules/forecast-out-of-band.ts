/** Measured occupancy lies outside of the range of its forecasts. */
import type { RuleDeclaration } from '../declaration.ts'
import { isBeyond, usualSettings } from '../rule.ts'
import { healthRule } from './health-rule.ts'

/** A share of fewer forecasts means nothing. */
const checkedMin = 8

export const forecastOutOfBand: RuleDeclaration = {
  kind: 'forecast-out-of-band',
  about:
    'More than the threshold of the forecasts of a site that came due in the last seven days did not hold the measured occupancy in their range of 80 %.',
  subject: 'place',
  unit: '%',
  defaults: {
    ...usualSettings,
    ...{ severity: 'info', title: 'Forecast misses what is measured', threshold: 50, clearAt: 30, onDelayS: 600 },
    next: 'Look for an event or a closure that the forecast does not know. If it lasts, train it again.',
  },
  watcher: healthRule('place', function* ({ forecastMisses = {} }, rule, standingOf) {
    for (const [site, { share, checked }] of Object.entries(forecastMisses)) {
      if (checked < checkedMin) continue
      const value = Math.round(100 * share)
      const isOn = isBeyond(rule, 'above', value, standingOf(site))
      yield {
        id: site,
        site,
        isOn,
        value,
        text: `${site}: ${value} % of ${checked} forecasts of the last seven days missed the measured occupancy.`,
      }
    }
  }),
}
