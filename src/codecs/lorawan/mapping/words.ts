/** The vocabulary of decoded objects (docs/specs/mapping.md): keys of presence, their values, and what speaks of another time. */
import { plain } from '../../../domain/plain-name.ts'

const wordsOf = (text: string): readonly string[] => text.trim().split(/\s+/)

/** How keys are compared. */
export { plain }

/** Keys of presence, most specific first: the line is the rank. */
const presenceLines = [
  'occupied isoccupied bayoccupied slotoccupied spaceoccupied spotoccupied parkingoccupied parkingspaceoccupied parkingspotoccupied parkingslotoccupied parkinglotoccupied lotoccupied placeoccupied occupy parkoccupied',
  'occupancystatus occupancystate parkingoccupancy parkingspaceoccupancy slotoccupancy spotoccupancy spaceoccupancy bayoccupancy occupancy',
  'parkingstatus parkingstate parkstatus parkstate parkingslotstatus parkingslotstate parkingspacestatus parkingspacestate parkingspotstatus parkingspotstate parkinglotstatus parkinglotstate',
  'slotstatus slotstate spotstatus spotstate spacestatus spacestate baystatus baystate',
  'caronoff carpresent carpresence cardetected carstatus carstate carexist hascar car alarmpark',
  'vehiclepresent vehiclepresence vehicledetected vehicleparked vehiclestatus vehiclestate hasvehicle vehicle isvehiclepresent iscarpresent carparked',
  'parked isparked presence present parking park',
]
export const presenceRank: ReadonlyMap<string, number> = new Map(
  presenceLines.flatMap((line, rank) => wordsOf(line).map((key) => [key, rank] as const)),
)
export const absenceKeys: ReadonlySet<string> = new Set(wordsOf('vacant isvacant free isfree'))
export const weakKeys: ReadonlySet<string> = new Set(['status', 'state'])
/** After a number they name one of several bays. */
export const bayKeys: ReadonlySet<string> = new Set(
  wordsOf('slot bay spot space parking parkingslot parkingspot parkingspace place lot'),
)

const takenWords = new Set(
  wordsOf('true 1 occupied busy taken full parked present detected yes on arrival arrived car vehicle inuse'),
)
const freeWords = new Set(
  wordsOf(
    'false 0 vacant free empty available unoccupied notoccupied nonoccupied absent notpresent notdetected undetected clear no off departure departed left nocar novehicle unparked notparked',
  ),
)
const weakTaken = new Set(wordsOf('occupied taken parked carpresent vehiclepresent'))
const weakFree = new Set(wordsOf('vacant free unoccupied notoccupied nonoccupied notparked unparked nocar novehicle'))

const phrase = /^[a-z]+(?:[\s_-]+[a-z]+)*$/
const valueCharsMax = 64

/** A whole value as a word: letters in phrases, the numbers 0 and 1, nothing else. */
function wordOf(value: unknown): string | undefined {
  if (value === true || value === false || value === 0 || value === 1) return String(value)
  if (typeof value !== 'string' || value.length > valueCharsMax) return undefined
  const text = value.trim().toLowerCase()
  if (text === '0' || text === '1') return text
  return phrase.test(text) ? text.replace(/[\s_-]+/g, '') : undefined
}

/** Presence under a key of presence; null: the value is in no table. */
export function presenceOf(value: unknown): boolean | null {
  const word = wordOf(value)
  if (word === undefined) return null
  return takenWords.has(word) ? true : freeWords.has(word) ? false : null
}

/** Presence under `status` or `state`; undefined: the value does not speak of presence. */
export function weakPresenceOf(value: unknown): boolean | undefined {
  const word = typeof value === 'string' ? wordOf(value) : undefined
  if (word === undefined) return undefined
  return weakTaken.has(word) ? true : weakFree.has(word) ? false : undefined
}

/** Parts of a key, and beginnings of one, that speak of another time or of a setting. */
const elsewhere = new Set(
  wordsOf(
    'previous prev last old former history log cached alarm alarms alert alerts config configuration setting settings threshold thresholds param params parameter parameters default defaults expected predicted forecast min max average avg mean debug downlink',
  ),
)
const elsewhereBegins =
  /^(?:previous|prev|last|old|former|history|cached|alarm|alert|config|setting|threshold|param|default|expected|predict|forecast|debug|downlink)/
/** Of a vendor, and exactly these. */
const present = new Set(wordsOf('alarmpark alarmbattery'))

export function isElsewhere(name: string): boolean {
  const key = plain(name)
  if (present.has(key)) return false
  if (elsewhereBegins.test(key)) return true
  const parts = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z]+/)
  return parts.some((part) => elsewhere.has(part.toLowerCase()))
}

export const isValidKey = (key: string): boolean =>
  key === 'valid' || key === 'isvalid' || key === 'validity' || key === 'datavalid'

/** Whether the value of a validity flag marks its measurement as invalid. */
export function saysInvalid(value: unknown): boolean {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : value
  return text === false || text === 0 || text === 'false' || text === '0' || text === 'no' || text === 'invalid'
}

/** Keys that sound like presence, distance or count: an object that only has these was not understood (N1). */
export const soundsTelling = (key: string): boolean =>
  /level|dist|prox|count|occup|park|vehicle|car(?!rier|d)|slot|spot|bay|vacan|free|avail|status|state/.test(key) &&
  !/frame|batt|signal|freq|version|(?:^|[a-z])(?:id|name|type)$|latitude|longitude|model/.test(key)
