import type { TrainingState } from '@baykeeper/contract/vocabulary.ts'
import { bytes, instant, orNull, prose, serial, text } from '../column.ts'
import { keep, type RowOf, replace, table } from '../table.ts'

const longText = { ...prose, mysql: 'LONGTEXT' }
const shortProse = { ...prose, mysql: 'TEXT' }

/** The newest of each site, as pages show it. */
export const forecastShown = table('forecast_shown', {
  key: { site: text(128) },
  merge: { issued: replace(instant), document: replace(longText) },
})

export const forecastIssued = table('forecast_issued', {
  key: { site: text(128), origin: instant },
  merge: {
    issued: replace(instant),
    /** Which weights. */
    model: replace(text(64)),
    /** What the numbers of `body` mean; JSON. */
    head: replace(prose),
    body: replace({ ...bytes, mysql: 'MEDIUMBLOB' }),
  },
  hasRowid: true,
})

/** A forecast as issued. One a site and origin: those of one quarter of an hour rest on the same quarters, and the newest stays. */
export type IssuedForecastRow = RowOf<typeof forecastIssued>

/** How good they were. */
export const forecastQuality = table('forecast_quality', {
  key: { site: text(128) },
  merge: { scored: replace(instant), document: replace(longText) },
})

export const training = table('training', {
  key: { id: serial },
  merge: {
    asked: keep(instant),
    author: keep(text(128)),
    state: keep(text<TrainingState>(16)),
    started: keep(orNull(instant)),
    ended: keep(orNull(instant)),
    /** The last heartbeat of the process that works on it. */
    beat: keep(instant),
    /** JSON of the last progress report. */
    progress: keep(orNull(shortProse)),
    detail: keep(shortProse),
  },
  hasRowid: true,
})

export type TrainingRow = RowOf<typeof training>
