/** Signs and their history on the wire. */
import type { SignChangeOnWire, SignOnWire, SignSettings } from '@baykeeper/contract/sign.ts'
import type { Sign } from '../domain/sign.ts'
import { countedOf, type ShownSign } from '../domain/sign-shown.ts'
import type { Instant } from '../lib/brand.ts'
import type { SignChangeRow } from '../store/store.ts'
import { iso } from './wire.ts'

const isoOrNull = (at: Instant | null) => (at === null ? null : iso(at))
const secondsOrNull = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms / 100) / 10)

export function signOnWire(shown: ShownSign): SignOnWire {
  const { id, sign, row, show, value, text, reason, ages } = shown
  const { name, places, types, offset, floor, hysteresis, max, language, texts, trust, minChangeS } = sign
  const { capacity, mode, modeUntil, modeAuthor, modeReason, author, setAt } = row
  const { known, free, coverage } = countedOf(shown)
  return {
    ...{ id, name, offset, floor, hysteresis, max, language, texts, min_change_s: minChangeS },
    places: places.map((place) => ({ ...place })),
    types: [...types],
    trust: { coverage: trust.coverage, behind_s: trust.behindS, reading_s: trust.readingS, band: trust.band },
    ...{ show, text, value, reason, since: reason === row.reason ? iso(row.since) : null },
    ...{ mode, mode_until: isoOrNull(modeUntil), mode_author: modeAuthor, mode_reason: modeReason },
    ...{ capacity, known, free, coverage: coverage === null ? null : Math.round(coverage * 1_000) / 1_000 },
    ...{ age_s: secondsOrNull(ages.processing), reading_age_s: secondsOrNull(ages.reading) },
    ...{ set_by: author, set_at: iso(setAt) },
  }
}

export function signFromWire(id: string, body: SignSettings): Sign {
  const { name, places, types, offset, floor, hysteresis, max, language, texts, trust, min_change_s } = body
  return {
    ...{ id, name: name.trimEnd(), offset, floor, hysteresis, max, language, minChangeS: min_change_s },
    places: places.map(({ site, level, zone }) => ({ site, level, zone })),
    types: [...new Set(types)],
    texts: { full: texts.full?.trimEnd() ?? null, closed: texts.closed?.trimEnd() ?? null },
    trust: { coverage: trust.coverage, behindS: trust.behind_s, readingS: trust.reading_s, band: trust.band },
  }
}

export const signChangeOnWire = ({
  number,
  time,
  show,
  value,
  mode,
  reason,
  author,
  comment,
}: SignChangeRow): SignChangeOnWire => ({
  ...{ number, at: iso(time), show, value, mode, reason, author, comment },
})
