/** Zones that bays and gates name, and gates that count zones need. */
import type { Bay, Gate, Layout, Level, Site, Zone, ZoneName } from '../layout.ts'
import type { FindingList, LayoutPath } from './finding.ts'

export function checkZones({ sites }: Layout, list: FindingList): void {
  for (const [s, site] of sites.entries()) {
    checkZonesOfBays(site, ['sites', s], list)
    const zoneOf = zonesByName(site)
    for (const [g, gate] of (site.gates ?? []).entries())
      checkGate(gate, { site: site.id, zoneOf }, ['sites', s, 'gates', g], list)
    checkCountZones(site, ['sites', s], list)
  }
}

function checkZonesOfBays({ id: site, levels }: Site, at: LayoutPath, list: FindingList): void {
  for (const [l, level] of levels.entries()) {
    const zones = new Set(level.zones.map(({ id }) => id))
    for (const [b, bay] of level.bays.entries()) {
      checkNamedOnce(bay, [...at, 'levels', l, 'bays', b], list)
      for (const [z, zone] of bay.zones.entries())
        if (!zones.has(zone))
          list.add(
            'unknown-zone',
            [...at, 'levels', l, 'bays', b, 'zones', z],
            [bay.id, zone],
            `bay ${bay.id} is in zone ${zone}, which level ${level.id} (site ${site}) does not have: add the zone to the level, or correct the bay`,
          )
    }
  }
}

/** It counts once all the same: not what was meant, and no reason to refuse a layout. */
function checkNamedOnce(bay: Bay, at: LayoutPath, list: FindingList): void {
  for (const [of, kind] of [
    ['zones', 'zone'],
    ['types', 'type'],
  ] as const)
    for (const [n, name] of bay[of].entries())
      if (bay[of].indexOf(name as never) < n)
        list.add(
          'named-twice',
          [...at, of, n],
          [bay.id, name],
          `bay ${bay.id} has the ${kind} ${name} twice, which counts once: take one of them away, or correct it`,
        )
}

const nameOf = ({ level, zone }: ZoneName) => `${zone} of level ${level}`

/** Looked up once for all gates: a site may have thousands of both. */
function zonesByName({ levels }: Site): (name: ZoneName) => Zone | undefined {
  const byLevel = new Map(levels.map(({ id, zones }) => [id, new Map(zones.map((zone) => [zone.id, zone]))]))
  return ({ level, zone }) => byLevel.get(level)?.get(zone)
}

interface AtSite {
  readonly site: string
  readonly zoneOf: (name: ZoneName) => Zone | undefined
}

function checkGate(gate: Gate, { site, zoneOf }: AtSite, at: LayoutPath, list: FindingList): void {
  const what = `gate ${gate.id} (site ${site})`
  for (const end of ['into', 'outOf'] as const) {
    const name = gate[end]
    if (name === undefined) continue
    const zone = zoneOf(name)
    const place = [...at, end]
    if (!zone)
      list.add(
        'unknown-zone',
        place,
        [gate.id, name.zone],
        `${what} leads ${end === 'into' ? 'into' : 'out of'} zone ${nameOf(name)}, which the site does not have: add the zone to the level, or correct the gate`,
      )
    else if (zone.countCapacity === undefined)
      list.add(
        'not-counted',
        place,
        [gate.id, name.zone],
        `${what} leads ${end === 'into' ? 'into' : 'out of'} zone ${nameOf(name)}, which is no count zone, so its counts have no effect there: give the zone a count_capacity, or take it away from the gate`,
      )
  }
  const { into, outOf } = gate
  if (!into && !outOf)
    list.add(
      'bad-gate',
      at,
      [gate.id],
      `${what} leads nowhere: name the zone that it leads into or out of, or take the gate away`,
    )
  if (into && outOf && into.level === outOf.level && into.zone === outOf.zone)
    list.add(
      'bad-gate',
      at,
      [gate.id],
      `${what} leads from zone ${nameOf(into)} into the same zone: correct one of its ends, or leave one out for the street`,
    )
  if (gate.devices.length === 0)
    list.add(
      'not-counted',
      [...at, 'devices'],
      [gate.id],
      `${what} has no device, so nothing is counted there: assign one, or take the gate away`,
    )
}

function checkCountZones(site: Site, at: LayoutPath, list: FindingList): void {
  const led = new Set(
    (site.gates ?? []).flatMap(({ into, outOf }) => [into, outOf]).map((name) => name && nameOf(name)),
  )
  for (const [l, level] of site.levels.entries()) {
    const baysOf = countedBays(level)
    for (const [z, zone] of level.zones.entries()) {
      if (zone.countCapacity === undefined) continue
      const bays = baysOf.get(zone.id) ?? 0
      if (bays > zone.countCapacity)
        list.add(
          'few-places',
          [...at, 'levels', l, 'zones', z],
          [zone.id],
          `count zone ${zone.id} of level ${level.id} (site ${site.id}) has ${bays} bays and a capacity of ${zone.countCapacity}: correct its count_capacity, or take bays out of it`,
        )
      if (!led.has(nameOf({ level: level.id, zone: zone.id })))
        list.add(
          'no-gate',
          [...at, 'levels', l, 'zones', z],
          [zone.id],
          `count zone ${zone.id} of level ${level.id} (site ${site.id}) has no gate, so its occupancy stays unknown: add a gate that leads into it, or leave its count_capacity out`,
        )
    }
  }
}

/** By zone; none where no zone of the level counts. */
function countedBays({ zones, bays }: Level): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  if (zones.every(({ countCapacity }) => countCapacity === undefined)) return counts
  for (const bay of bays) for (const zone of new Set(bay.zones)) counts.set(zone, (counts.get(zone) ?? 0) + 1)
  return counts
}
