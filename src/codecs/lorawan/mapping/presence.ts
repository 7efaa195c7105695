/** Presence of exactly one bay in a decoded object: the shallowest level that has a key of presence decides. */
import type { Field } from './fields.ts'
import { absenceKeys, bayKeys, presenceOf, presenceRank, weakKeys, weakPresenceOf } from './words.ts'

/** `occupied` undefined: no key of presence. `aside`: why bay or meaning are ambiguous. */
export interface Presence {
  readonly occupied?: boolean | null
  readonly aside?: string
}

interface Sign {
  readonly field: Field
  readonly rank: number
  readonly says: boolean | null
  /** A key such as `slot2`: one of several bays. */
  readonly numbered?: true
  /** A number under `occupancy`: flag, state or count. */
  readonly ambiguous?: true
}

const absenceRank = 50
const weakRank = 99

export function presenceIn(fields: readonly Field[]): Presence {
  const signs = fields.flatMap((field) => signOf(field) ?? [])
  if (signs.length === 0) return {}
  const bays = baysOf(signs)
  if (bays.length > 0)
    return { aside: `it speaks of several bays (${bays.slice(0, 4).join(', ')}), and a device watches one` }
  const depth = Math.min(...signs.map(({ field }) => field.depth))
  const level = signs.filter(({ field }) => field.depth === depth).sort((a, b) => a.rank - b.rank)
  const [best] = level as [Sign]
  if (level.some(({ field }) => !field.valid)) return { occupied: null }
  if (best.ambiguous)
    return {
      aside: `${best.field.name} is a number, which is a flag for some sensors and a state or a count for others: choose occupancy-flag (1 is occupied) or elsys-occupancy (2 is occupied)`,
    }
  const known = new Set(level.filter((sign) => !sign.ambiguous && sign.says !== null).map(({ says }) => says))
  const isUnknown = level.some(({ rank, says }) => rank === best.rank && says === null)
  return { occupied: isUnknown || known.size !== 1 ? null : best.says }
}

function signOf(field: Field): Sign | undefined {
  const { key, parent, value } = field
  const joined = key !== '' && presenceRank.has(parent + key) ? parent + key : key
  const rank = presenceRank.get(joined)
  if (rank !== undefined) {
    const isNumber = typeof value === 'number' || (typeof value === 'string' && /^[\s\d.,+-]+$/.test(value))
    if (joined === 'occupancy' && isNumber) return { field, rank, says: null, ambiguous: true }
    return { field, rank, says: presenceOf(value) }
  }
  if (absenceKeys.has(key)) {
    const free = presenceOf(value)
    return { field, rank: absenceRank, says: free === null ? null : !free }
  }
  if (weakKeys.has(key)) {
    const says = weakPresenceOf(value)
    return says === undefined ? undefined : { field, rank: weakRank, says }
  }
  const [, base = '', rest = ''] = /^([a-z]+)\d+([a-z]*)$/.exec(key) ?? []
  const isBay = bayKeys.has(base) && (rest === '' || presenceRank.has(base + rest) || presenceRank.has(rest))
  if (isBay || (rest === '' && (presenceRank.has(base) || absenceKeys.has(base))))
    return { field, rank: 0, says: null, numbered: true }
  return undefined
}

/** Names of the bays, when there are several of them; a number at a key names one of several. */
function baysOf(signs: readonly Sign[]): readonly string[] {
  const numbered = signs.filter((sign) => sign.numbered).map(({ field }) => `${field.place}/${field.name}`)
  const several = new Set(signs.filter(({ field }) => field.oneOfSeveral).map(({ field }) => field.place))
  const depth = Math.min(...signs.map(({ field }) => field.depth))
  const level = new Set(signs.filter(({ field }) => field.depth === depth).map(({ field }) => field.place))
  if (numbered.length > 0) return numbered.map(shown)
  if (several.size > 1) return [...several].map(shown)
  return level.size > 1 ? [...level].map(shown) : []
}

const shown = (place: string) => place.slice(1, 41)
