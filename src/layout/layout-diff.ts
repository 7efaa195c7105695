/** What differs between two layouts, for people who decide whether to publish one. Pure. */
import { bayOutline } from '../domain/bay-shape.ts'
import type { Bay, Layout } from '../domain/layout.ts'

export const bayChanges = ['added', 'removed', 'moved', 'retyped', 'reassigned', 'changed'] as const
export type BayChange = (typeof bayChanges)[number]

export interface BayDifference {
  readonly is: BayChange
  readonly bay: string
  /** Its place: level and site. */
  readonly where: string
  /** In words: `standard -> ev`. */
  readonly what: string
}

export interface LayoutDiff {
  readonly bays: readonly BayDifference[]
  /** Of sites, levels, zones, gates and rules: a sentence each. */
  readonly others: readonly string[]
}

/** Less is imprecision of drawing, metres. */
const movedM = 0.01

interface Placed {
  readonly bay: Bay
  readonly where: string
}

export function layoutDiff(before: Layout, after: Layout): LayoutDiff {
  const [from, to] = [placedBays(before), placedBays(after)]
  const bays: BayDifference[] = []
  for (const [id, { bay, where }] of to) {
    const old = from.get(id)
    if (!old) bays.push({ is: 'added', bay: id, where, what: `${bay.types.join(', ')}${ofDevices(bay.devices)}` })
    else bays.push(...differences(old, { bay, where }, before, after))
  }
  for (const [id, { bay, where }] of from)
    if (!to.has(id))
      bays.push({ is: 'removed', bay: id, where, what: `${bay.types.join(', ')}${ofDevices(bay.devices)}` })
  return { bays, others: otherDifferences(before, after) }
}

const placedBays = ({ sites }: Layout): ReadonlyMap<string, Placed> =>
  new Map(
    sites.flatMap((site) =>
      site.levels.flatMap((level) =>
        level.bays.map((bay) => [bay.id, { bay, where: `level ${level.id}, site ${site.id}` }] as const),
      ),
    ),
  )

const ofDevices = (devices: readonly string[]) => (devices.length === 0 ? '' : `, ${devices.join(', ')}`)
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const listed = (items: readonly string[]) => (items.length === 0 ? 'none' : items.join(', '))

function differences(old: Placed, now: Placed, before: Layout, after: Layout): BayDifference[] {
  const found: BayDifference[] = []
  const { bay, where } = now
  const add = (is: BayChange, what: string) => found.push({ is, bay: bay.id, where, what })
  if (old.where !== where) add('moved', `${old.where} -> ${where}`)
  else {
    const away = distance(bayOutline(old.bay, before), bayOutline(bay, after))
    if (away === undefined) add('moved', 'its outline has another number of corners')
    else if (away > movedM) add('moved', `by up to ${Math.round(away * 100) / 100} m`)
  }
  if (!same(old.bay.types, bay.types)) add('retyped', `${listed(old.bay.types)} -> ${listed(bay.types)}`)
  if (!same(old.bay.devices.toSorted(), bay.devices.toSorted()))
    add('reassigned', `${listed(old.bay.devices)} -> ${listed(bay.devices)}`)
  const others = (['label', 'zones', 'closed', 'unmarked', 'rule'] as const).filter(
    (field) => !same(old.bay[field], bay[field]),
  )
  if (others.length > 0)
    add('changed', others.map((field) => `${field} ${shown(old.bay[field])} -> ${shown(bay[field])}`).join('; '))
  return found
}

const shown = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value))

/** The largest way of a corner. */
function distance(
  from: readonly { x: number; y: number }[],
  to: readonly { x: number; y: number }[],
): number | undefined {
  if (from.length !== to.length) return undefined
  return Math.max(...from.map(({ x, y }, i) => Math.hypot(x - (to[i]?.x ?? 0), y - (to[i]?.y ?? 0))))
}

function otherDifferences(before: Layout, after: Layout): string[] {
  const [from, to] = [partsOf(before), partsOf(after)]
  return [
    ...[...to.keys()].filter((name) => !from.has(name)).map((name) => `added: ${name}`),
    ...[...from.keys()].filter((name) => !to.has(name)).map((name) => `removed: ${name}`),
    ...[...to].flatMap(([name, part]) => (from.has(name) && !same(from.get(name), part) ? [`changed: ${name}`] : [])),
  ]
}

/** Everything but bays, by its name for people. */
function partsOf({ sites, devices = [], ...layout }: Layout): ReadonlyMap<string, unknown> {
  const parts = new Map<string, unknown>([['name or bay size of the layout', layout]])
  for (const { device, ...facts } of devices) parts.set(`facts of device ${device}`, facts)
  for (const { id, levels, gates = [], stayRules, open, holidays, ...site } of sites) {
    parts.set(`site ${id}`, site)
    if (open) parts.set(`opening hours of site ${id}`, open)
    if (holidays) parts.set(`holidays of site ${id}`, holidays)
    if (stayRules) parts.set(`stay rules of site ${id}`, stayRules)
    for (const gate of gates) parts.set(`gate ${gate.id} of site ${id}`, gate)
    for (const { zones, bays: _, ...level } of levels) {
      parts.set(`level ${level.id} of site ${id}`, level)
      for (const zone of zones) parts.set(`zone ${zone.id} of level ${level.id}, site ${id}`, zone)
    }
  }
  return parts
}
