/**
 * The states of forecasting, as values.
 *
 *   waiting ──sites──▶ starting ──issued──▶ issuing
 *
 * - waiting: no layout names a site with bays, so there is nothing to forecast.
 * - starting: the sites are known. Forecasts are tried often, as history may just be arriving.
 * - issuing: a forecast with content was issued. From now on what would have been forecast in the past is made up for.
 * - ended: nothing is issued, scored or trained any more.
 *
 * A new layout with sites keeps starting and issuing what they are, and one without leads back to waiting. `hasIssued` remembers there that a
 * forecast was issued before. `stop` leads from every state to ended. Trainings run beside all this (trainings.ts).
 */
import assert from 'node:assert/strict'
import type { Layout } from '../domain/layout.ts'
import type { Forecaster } from './forecaster.ts'
import type { SiteForecasts } from './site-forecasts.ts'

/** What is forecast, and by which process. */
export interface Subject {
  readonly layout: Layout
  readonly sites: readonly [SiteForecasts, ...SiteForecasts[]]
  readonly forecaster: Forecaster
}

export type ForecastingState =
  | { readonly is: 'waiting'; readonly hasIssued: boolean }
  | { readonly is: 'starting' | 'issuing'; readonly subject: Subject }
  | { readonly is: 'ended' }

export type ForecastingEvent =
  /** Undefined: the layout names no site. */
  | { readonly type: 'layout'; readonly subject: Subject | undefined }
  | { readonly type: 'issued' }
  | { readonly type: 'stop' }

export const firstState: ForecastingState = { is: 'waiting', hasIssued: false }

export function nextState(state: ForecastingState, event: ForecastingEvent): ForecastingState {
  switch (event.type) {
    case 'layout': {
      assert(state.is !== 'ended', 'a layout after the end')
      const hasIssued = state.is === 'waiting' ? state.hasIssued : state.is === 'issuing'
      const { subject } = event
      if (!subject) return { is: 'waiting', hasIssued }
      return { is: hasIssued ? 'issuing' : 'starting', subject }
    }
    case 'issued':
      assert(state.is === 'starting' || state.is === 'issuing', `a forecast was issued while ${state.is}`)
      return { is: 'issuing', subject: state.subject }
    case 'stop':
      return { is: 'ended' }
  }
}
