/** The bays that an override is asked for: by their ids, or by a place. */
import { type NewOverride, overrideBaysMax } from '@baykeeper/contract/override.ts'
import type { Floor } from './live/floor.ts'
import { issuesShownMax, ProblemError } from './problem.ts'

const wrong = (path: string, message: string) =>
  new ProblemError(400, `body ${path}: ${message}`, { code: 'E_INVALID', errors: [{ path, message }] })

/** Throws a problem that names what is wrong. */
export function baysOf(asked: NewOverride, floor: Floor): readonly string[] {
  const bays = asked.bays === undefined ? ofPlace(asked, floor) : byId(asked, asked.bays, floor)
  if (bays.length > overrideBaysMax)
    throw wrong('bays', `${bays.length} bays, at most ${overrideBaysMax}: split them into several overrides`)
  return bays
}

function byId({ site, level, zone }: NewOverride, ids: readonly string[], { indexOf }: Floor): readonly string[] {
  if (site !== undefined || level !== undefined || zone !== undefined)
    throw wrong('bays', 'name bays or a place, not both: leave out site, level and zone')
  const unknown = ids.flatMap((id, i) => (indexOf.has(id) ? [] : [{ id, i }]))
  const [first] = unknown
  if (!first) return [...new Set(ids)]
  const more = unknown.length > 1 ? ` (and ${unknown.length - 1} more)` : ''
  throw new ProblemError(
    400,
    `body bays[${first.i}]: there is no bay ${first.id} in the layout${more}: correct the ids; nothing was changed`,
    {
      code: 'E_UNKNOWN_BAY',
      errors: unknown
        .slice(0, issuesShownMax)
        .map(({ id, i }) => ({ path: `bays[${i}]`, message: `there is no bay ${id} in the layout` })),
    },
  )
}

function ofPlace({ site, level, zone }: NewOverride, { levels }: Floor): readonly string[] {
  if (site === undefined) throw wrong('bays', 'name bays, or a site with or without a level and a zone')
  if (zone !== undefined && level === undefined) throw wrong('zone', 'a zone needs its level')
  const ofSite = levels.filter((one) => one.site.id === site)
  if (ofSite.length === 0) throw wrong('site', `there is no site ${site} in the layout`)
  const ofLevel = level === undefined ? ofSite : ofSite.filter((one) => one.level.id === level)
  if (ofLevel.length === 0) throw wrong('level', `site ${site} has no level ${level}`)
  if (zone !== undefined && !ofLevel.some((one) => one.level.zones.some(({ id }) => id === zone)))
    throw wrong('zone', `level ${level} of site ${site} has no zone ${zone}`)
  const bays = ofLevel
    .flatMap((one) => one.level.bays)
    .filter(({ zones }) => zone === undefined || zones.includes(zone))
    .map(({ id }) => id)
  if (bays.length === 0) throw wrong('site', 'there is no bay in this place: nothing was changed')
  return bays
}
