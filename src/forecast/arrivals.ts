/** Time of the newest message of each site. Sensors of another site do not count. */
import type { DeviceState } from '../domain/device.ts'
import type { Layout } from '../domain/layout.ts'
import type { Instant } from '../lib/brand.ts'

/** A site that no device has ever spoken for is not in it. */
export function newestArrivals(
  { sites }: Pick<Layout, 'sites'>,
  devices: readonly Pick<DeviceState, 'external' | 'claimedBay' | 'lastArrived'>[],
): ReadonlyMap<string, Instant> {
  const siteOf = new Map<string, string>()
  for (const site of sites)
    for (const { bays } of site.levels)
      for (const { id, devices: assigned } of bays)
        for (const device of assigned.length > 0 ? assigned : [id]) siteOf.set(device, site.id)
  const newest = new Map<string, Instant>()
  for (const { external, claimedBay, lastArrived } of devices) {
    const site = siteOf.get(external) ?? (claimedBay === null ? undefined : siteOf.get(claimedBay))
    if (site !== undefined && lastArrived > (newest.get(site) ?? 0)) newest.set(site, lastArrived)
  }
  return newest
}
