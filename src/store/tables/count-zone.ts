import { type CountState, countStates } from '@baykeeper/contract/vocabulary.ts'
import { instant, listed, orNull, real, text, texts, whole, whole32 } from '../column.ts'
import { replace, table } from '../table.ts'

/** Each count zone that there ever was, as its fold has it (domain/folds/count-rows.ts). */
export const countZone = table('count_zone', {
  key: { site: text(128), level: text(128), zone: text(128) },
  merge: {
    state: replace(listed<CountState>(countStates)),
    since: replace(orNull(instant)),
    capacity: replace(whole32),
    offset: replace({ ...whole32, name: 'places_offset' as const }),
    vehicles: replace(orNull(whole32)),
    low: replace({ ...orNull(whole32), name: 'vehicles_low' as const }),
    high: replace({ ...orNull(whole32), name: 'vehicles_high' as const }),
    setAt: replace(orNull(instant)),
    setTo: replace(orNull(whole32)),
    entries: replace(whole),
    exits: replace(whole),
    cutEmpty: replace(whole),
    cutFull: replace(whole),
    slackLow: replace(whole),
    slackHigh: replace(whole),
    driftErrors: replace(real),
    driftTraffic: replace(real),
    lostMs: replace(whole),
    awaited: replace(texts),
    newDevices: replace(texts),
    uncounted: replace(orNull(instant)),
    counted: replace(orNull(instant)),
    mismatch: replace(whole32),
    mismatchSince: replace(orNull(instant)),
    recounts: replace(texts),
    rev: replace(whole),
  },
  indexes: { count_zone_rev: ['rev'] },
  since: 19,
})
