/** What a draft changes, bay by bay. Pure. */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import { type Bay, type Box, outlineOf } from './geometry.ts'

export const changeKinds = ['added', 'removed', 'moved', 'changed', 'sensors'] as const
export type ChangeKind = (typeof changeKinds)[number]

export interface BayChange {
  readonly is: ChangeKind
  readonly bay: string
  readonly site: string
  readonly level: string
  readonly before: Bay | undefined
  readonly after: Bay | undefined
}

/** Less is imprecision of drawing, metres. */
const movedM = 0.01

interface Placed {
  readonly site: string
  readonly level: string
  readonly bay: Bay
}

export function changesOf(before: LayoutDocument, after: LayoutDocument): readonly BayChange[] {
  const [from, to] = [placedIn(before), placedIn(after)]
  const found: BayChange[] = []
  for (const [bay, now] of to) {
    const old = from.get(bay)
    if (!old) found.push({ is: 'added', bay, site: now.site, level: now.level, before: undefined, after: now.bay })
    else
      for (const is of kindsBetween(old, now, before, after))
        found.push({ is, bay, site: now.site, level: now.level, before: old.bay, after: now.bay })
  }
  for (const [bay, { bay: gone, ...at }] of from)
    if (!to.has(bay)) found.push({ is: 'removed', bay, ...at, before: gone, after: undefined })
  return found.sort((a, b) => changeKinds.indexOf(a.is) - changeKinds.indexOf(b.is))
}

/** Levels and sites that only one of the two has, by name. */
export function placeChanges(before: LayoutDocument, after: LayoutDocument): { added: string[]; removed: string[] } {
  const names = ({ sites }: LayoutDocument) =>
    new Map(
      sites.flatMap(({ id, name, levels }) => levels.map((level) => [`${id} ${level.id}`, `${name} · ${level.name}`])),
    )
  const [from, to] = [names(before), names(after)]
  return {
    added: [...to].flatMap(([id, name]) => (from.has(id) ? [] : name)),
    removed: [...from].flatMap(([id, name]) => (to.has(id) ? [] : name)),
  }
}

function placedIn({ sites }: LayoutDocument): ReadonlyMap<string, Placed> {
  const all = sites.flatMap((site) =>
    site.levels.flatMap((level) =>
      level.bays.map((bay): [string, Placed] => [bay.id, { site: site.id, level: level.id, bay }]),
    ),
  )
  return new Map(all)
}

function kindsBetween(old: Placed, now: Placed, before: LayoutDocument, after: LayoutDocument): ChangeKind[] {
  const [from, to] = [outlineOf(old.bay, before), outlineOf(now.bay, after)]
  const isMoved =
    old.site !== now.site ||
    old.level !== now.level ||
    from.length !== to.length ||
    from.some(({ x, y }, i) => Math.hypot(x - (to[i]?.x ?? 0), y - (to[i]?.y ?? 0)) > movedM)
  const rest = ({ types, type, zones, zone, label, closed, unmarked, rule }: Bay) =>
    JSON.stringify([types ?? [type ?? 'standard'], zones ?? (zone ? [zone] : []), label, closed, unmarked, rule])
  return [
    ...(isMoved ? (['moved'] as const) : []),
    ...(rest(old.bay) === rest(now.bay) ? [] : (['changed'] as const)),
    ...(JSON.stringify(devicesOf(old.bay)) === JSON.stringify(devicesOf(now.bay)) ? [] : (['sensors'] as const)),
  ]
}

export const devicesOf = ({ devices, device }: Bay): readonly string[] =>
  devices ?? (device === undefined ? [] : [device])
export const typeOf = ({ types, type }: Bay): string => types?.[0] ?? type ?? 'standard'

/** The changes of a draft made again on a newer layout: of a bay that both changed, the draft's wins. */
export function rebased(base: LayoutDocument, draft: LayoutDocument, newer: LayoutDocument): LayoutDocument {
  const changed = new Map(changesOf(base, draft).map((change) => [change.bay, change]))
  const sites = withPlacesOf(draft, base, newer).sites.map((site) => ({
    ...site,
    levels: site.levels.map((level) => {
      const drafted = draft.sites.find(({ id }) => id === site.id)?.levels.find(({ id }) => id === level.id)
      const isHere = ({ site: s, level: l, after }: BayChange) => after !== undefined && s === site.id && l === level.id
      const kept = level.bays.filter(({ id }) => !changed.has(id))
      const put = [...changed.values()].filter(isHere).map(({ after }) => after as Bay)
      const zones = [
        ...level.zones,
        ...(drafted?.zones ?? []).filter(({ id }) => level.zones.every((one) => one.id !== id)),
      ]
      if (put.length === 0) return { ...level, bays: kept }
      return { ...level, ...larger(level, drafted ?? level), zones, bays: [...kept, ...put] }
    }),
  }))
  return { ...newer, sites }
}

function larger(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y }
}

/** With the sites and levels that the draft has made. */
function withPlacesOf(draft: LayoutDocument, base: LayoutDocument, newer: LayoutDocument): LayoutDocument {
  const made = draft.sites.flatMap((site) => {
    const known = base.sites.find(({ id }) => id === site.id)
    const levels = site.levels.filter(({ id }) => known?.levels.every((level) => level.id !== id) ?? true)
    return levels.length > 0 ? [{ ...site, levels: levels.map((level) => ({ ...level, bays: [] })) }] : []
  })
  const sites = newer.sites.map((site) => {
    const more = made.find(({ id }) => id === site.id)?.levels ?? []
    return {
      ...site,
      levels: [...site.levels, ...more.filter(({ id }) => site.levels.every((level) => level.id !== id))],
    }
  })
  return { ...newer, sites: [...sites, ...made.filter(({ id }) => newer.sites.every((site) => site.id !== id))] }
}
