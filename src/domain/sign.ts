/**
 * A sign: a panel that shows how many places are free. What it counts, and when it does not show a number. Set by people (desk-change.ts).
 * The rules: docs/specs/signs.md.
 */
import {
  type BayType,
  bayTypes,
  type SignLanguage,
  type SignShow,
  signLanguages,
} from '@baykeeper/contract/vocabulary.ts'
import { idFault, idLengthMax } from './id-text.ts'

/** A site, a level of it, or a zone of that level. */
export interface SignPlace {
  readonly site: string
  /** Null: the whole site. */
  readonly level: string | null
  /** Null: the whole level. */
  readonly zone: string | null
}

export interface Sign {
  /** Unique over the server: letters, digits and `_ . -`, because it is part of topics and addresses. */
  readonly id: string
  readonly name: string
  /** The union of them: a bay counts once. None: bays of `types` in every site. */
  readonly places: readonly SignPlace[]
  /** Only bays of one of these; none: of every type, and count zones, which have no type. */
  readonly types: readonly BayType[]
  /** Added to what is counted where any place is free, up to the capacity; below 0 keeps places back. */
  readonly offset: number
  /** Fewer free places than this show FULL. */
  readonly floor: number
  /** Once it is full, so many more than `floor` have to be free. */
  readonly hysteresis: number
  /** The largest number that it can show; more are shown as this. */
  readonly max: number
  readonly language: SignLanguage
  /** Shown in place of the standard texts of the language; null: those. */
  readonly texts: { readonly full: string | null; readonly closed: string | null }
  readonly trust: SignTrust
  /** Least time between two changes of what is shown, seconds; a change to FULL, closed or blank does not wait. */
  readonly minChangeS: number
}

/** When a sign blanks. */
export interface SignTrust {
  /** Least share of its places that must be known, 0 to 1. */
  readonly coverage: number
  /** How far processing may be behind, seconds. */
  readonly behindS: number
  /** Age of the newest message of its sensors, seconds; null: the heartbeat of each sensor decides alone. */
  readonly readingS: number | null
  /** Most places that the bands of its count zones may leave open together; null: a fifth of its capacity, and at least 2. */
  readonly band: number | null
}

export const signsMax = 2_000
export const signPlacesMax = 64
export const signNameCharsMax = 128
export const signTextCharsMax = 16
/** As many digits as a sign has, and a register of 16 bits holds. */
export const signNumberMax = 65_000
export const signMinChangeSMax = 3_600
/** Seconds. Below the lower one the heartbeat of the journal, which comes once a minute, would blank a sign. */
export const signBehindS = { min: 120, max: 86_400, usual: 300 } as const
export const signReadingS = { min: 60, max: 604_800 } as const

export const signDefaults = {
  ...{ places: [], types: [], offset: 0, floor: 1, hysteresis: 0, max: 9_999, language: 'en', minChangeS: 10 },
  texts: { full: null, closed: null },
  trust: { coverage: 0.9, behindS: signBehindS.usual, readingS: null, band: null },
} as const satisfies Omit<Sign, 'id' | 'name'>

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= most && value.isWellFormed() && !value.endsWith(' ')
const isWhole = (value: unknown, least: number, most: number) =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
const signIdForm = /^[\w.-]{1,64}$/
const isId = (value: unknown) => isText(value, idLengthMax) && idFault(value) === undefined
const isIdOrNull = (value: unknown) => value === null || isId(value)

/** Read from a journal: a record of a later release may hold anything. */
export function isSign(value: unknown): value is Sign {
  if (typeof value !== 'object' || value === null) return false
  const { id, name, places, types, offset, floor, hysteresis, max, language, texts, trust, minChangeS } = value as Sign
  return (
    isText(id, idLengthMax) &&
    signIdForm.test(id) &&
    isText(name, signNameCharsMax) &&
    Array.isArray(places) &&
    places.length <= signPlacesMax &&
    places.every((place: SignPlace | null) => place !== null && isPlace(place)) &&
    Array.isArray(types) &&
    types.every((type) => (bayTypes as readonly unknown[]).includes(type)) &&
    places.length + types.length > 0 &&
    isWhole(offset, -signNumberMax, signNumberMax) &&
    isWhole(floor, 0, signNumberMax) &&
    isWhole(hysteresis, 0, signNumberMax) &&
    isWhole(max, 1, signNumberMax) &&
    (signLanguages as readonly unknown[]).includes(language) &&
    [texts?.full, texts?.closed].every((text) => text === null || isText(text, signTextCharsMax)) &&
    isTrust(trust) &&
    isWhole(minChangeS, 0, signMinChangeSMax)
  )
}

const isPlace = ({ site, level, zone }: SignPlace) =>
  isId(site) && isIdOrNull(level) && isIdOrNull(zone) && (zone === null || level !== null)

const isTrust = (trust: SignTrust | undefined) =>
  trust !== undefined &&
  typeof trust.coverage === 'number' &&
  trust.coverage >= 0 &&
  trust.coverage <= 1 &&
  isWhole(trust.behindS, signBehindS.min, signBehindS.max) &&
  (trust.readingS === null || isWhole(trust.readingS, signReadingS.min, signReadingS.max)) &&
  (trust.band === null || isWhole(trust.band, 0, signNumberMax))

const standardTexts: Readonly<Record<SignLanguage, { readonly full: string; readonly closed: string }>> = {
  en: { full: 'FULL', closed: 'CLOSED' },
  de: { full: 'BESETZT', closed: 'GESCHL.' },
}

/** Every segment on, for as many digits as the sign has. */
const testText = (max: number) => '8'.repeat(String(max).length)

/** What a driver reads; empty when it is blank. */
export function signText(
  { language, texts, max }: Pick<Sign, 'language' | 'texts' | 'max'>,
  show: SignShow,
  value: number | null,
): string {
  if (show === 'number') return value === null ? '' : String(value)
  if (show === 'full') return texts.full ?? standardTexts[language].full
  if (show === 'closed') return texts.closed ?? standardTexts[language].closed
  return show === 'test' ? testText(max) : ''
}
