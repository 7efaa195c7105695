/** A device watches one bay or counts at one gate, in any spelling of its id, and its model is known. */
import { deviceModels } from '../device-models.ts'
import { normalHardwareId } from '../hardware-id.ts'
import type { Layout } from '../layout.ts'
import type { FindingList, LayoutPath } from './finding.ts'

export function checkDevices({ sites, devices = [] }: Layout, list: FindingList): void {
  /** By normal hardware id. */
  const assigned = new Map<string, { readonly device: string; readonly place: string }>()
  const assign = (devices: readonly string[], place: string, at: () => LayoutPath) => {
    for (const [d, device] of devices.entries()) {
      const normal = normalHardwareId(device)
      const first = assigned.get(normal)
      if (!first) assigned.set(normal, { device, place })
      else
        list.add(
          'device-twice',
          [...at(), 'devices', d],
          [device],
          `device ${device} of ${place} is ${first.device} of ${first.place}: a device watches one bay or gate, so take it away from one of them`,
        )
    }
  }
  for (const [s, site] of sites.entries()) {
    for (const [l, level] of site.levels.entries())
      for (const [b, bay] of level.bays.entries())
        assign(bay.devices, `bay ${bay.id}`, () => ['sites', s, 'levels', l, 'bays', b])
    for (const [g, gate] of (site.gates ?? []).entries())
      assign(gate.devices, `gate ${gate.id} (site ${site.id})`, () => ['sites', s, 'gates', g])
  }
  for (const [d, { device, model }] of devices.entries())
    if (model !== undefined && !deviceModels.has(model))
      list.add(
        'unknown-model',
        ['devices', d, 'model'],
        [device, model],
        `device ${device} has the model ${model}, which is not known, so no heartbeat follows from it: give one of ${[...deviceModels.keys()].join(', ')}, or a heartbeat_s`,
      )
}
