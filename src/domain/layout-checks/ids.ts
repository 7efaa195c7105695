/** Ids and labels that occur twice, also in another spelling. */
import { normalHardwareId } from '../hardware-id.ts'
import type { Bay, Layout } from '../layout.ts'
import type { FindingList, LayoutPath } from './finding.ts'

export function checkIds(layout: Layout, list: FindingList): void {
  const sites = different('site', 'give one of them another id', list)
  const bays = different('bay', 'a bay id is unique over all sites, so give one of them another', list)
  for (const [s, site] of layout.sites.entries()) {
    sites(site.id, () => ['sites', s, 'id'], 'the layout')
    const inSite = `site ${site.id}`
    const levels = different('level', 'a level id is unique in its site, so give one of them another', list)
    const gates = different('gate', 'a gate id is unique in its site, so give one of them another', list)
    for (const [g, gate] of (site.gates ?? []).entries()) gates(gate.id, () => ['sites', s, 'gates', g, 'id'], inSite)
    for (const [l, level] of site.levels.entries()) {
      const at = ['sites', s, 'levels', l]
      levels(level.id, () => [...at, 'id'], inSite)
      const zones = different('zone', 'a zone id is unique in its level, so give one of them another', list)
      const inLevel = `level ${level.id} (site ${site.id})`
      for (const [z, zone] of level.zones.entries()) zones(zone.id, () => [...at, 'zones', z, 'id'], inLevel)
      for (const [b, bay] of level.bays.entries()) bays(bay.id, () => [...at, 'bays', b, 'id'], inLevel)
      checkLabels(level.bays, at, inLevel, list)
    }
  }
  const facts = different('device', 'what is known of a device is written once, so take one of the entries away', list)
  for (const [d, { device }] of (layout.devices ?? []).entries())
    facts(device, () => ['devices', d, 'device'], 'the list of devices')
}

/** Notes an id and `where` it is; each must differ from those before it. */
function different(kind: string, advice: string, list: FindingList) {
  const known = new Map<string, { readonly id: string; readonly where: string }>()
  const folded = new Map<string, string>()
  return (id: string, pathOf: () => LayoutPath, where: string) => {
    const normal = normalHardwareId(id)
    const first = known.get(normal)
    if (first) {
      const written =
        first.id === id ? '' : `, where it looks the same and is written with other characters (${first.id})`
      list.add(
        'duplicate-id',
        pathOf(),
        [id],
        `${kind} ${id} of ${where} is in ${first.where} already${written}: ${advice}`,
      )
      return
    }
    known.set(normal, { id, where })
    const alike = folded.getOrInsert(normal.toLowerCase(), id)
    if (alike !== id)
      list.add(
        'alike-id',
        pathOf(),
        [id, alike],
        `${kind} ${id} of ${where} differs from ${kind} ${alike} in upper and lower case alone, so people mix them up: give one of them another id`,
      )
  }
}

function checkLabels(bays: readonly Bay[], at: LayoutPath, where: string, list: FindingList): void {
  const labels = new Map<string, string>()
  for (const [b, { id, label }] of bays.entries()) {
    if (label === undefined) continue
    const first = labels.getOrInsert(label, id)
    if (first !== id)
      list.add(
        'same-label',
        [...at, 'bays', b, 'label'],
        [id, first],
        `bay ${id} of ${where} shows the label ${label}, as bay ${first} does: correct one of them if they are not painted alike`,
      )
  }
}
