/**
 * Input of the network for one lot at one origin: the last day in patches, past days around this time of day, a query per horizon with what
 * is known of the target beforehand, and the candidates it may mix. Nothing of it comes after the origin but the calendar.
 */
import { fillMix, fillQuery } from './query-input.ts'
import { fillDays, fillPatches, fillSite } from './token-input.ts'
import type { InputPosition } from './view.ts'

export function fillSeries(position: InputPosition): void {
  fillPatches(position)
  fillDays(position)
  if (position.batch.siteLots > 0) fillSite(position)
  for (let h = 0; h < position.batch.horizons; h++) {
    fillQuery(position, h)
    fillMix(position, h)
  }
}
