/** Count zones of a server double: recounts change them, as the real ones. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CountChangeOnWire, CountZone } from '@baykeeper/contract/count.ts'
import type { OccupancyCounts } from '@baykeeper/contract/live.ts'

export interface CountsDouble {
  readonly zones: CountZone[]
  readonly trail: CountChangeOnWire[]
  /** Of the level, as the summary of its site has it. */
  counted(site: string, level: string): { counted?: OccupancyCounts }
  /** False when the request is not about count zones. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>
}

export const countZone = (more: Partial<CountZone> & Pick<CountZone, 'zone' | 'name'>): CountZone => ({
  ...{ site: 'site-0', level: 'l0', state: 'known', since: '2026-11-23T03:00:00.000Z', capacity: 120, offset: 0 },
  ...{ vehicles: 61, band: { low: 57, high: 65 }, free: 55, set: { at: '2026-11-23T03:00:00.000Z', vehicles: 0 } },
  ...{ entries: 93, exits: 32, cut: { empty: 0, full: 0 }, mismatch: null, reset: { at: '04:00', vehicles: 0 } },
  ...{ silent: [], counted: '2026-11-23T07:59:40.000Z', arrived: '2026-11-23T07:59:40.000Z', age_s: 12, ...more },
})

export function createCountsDouble(): CountsDouble {
  const zones: CountZone[] = []
  const trail: CountChangeOnWire[] = []

  function recount(asked: { site: string; level: string; zone: string; vehicles: number; reason: string; id: string }) {
    const at = zones.findIndex(
      ({ zone, level, site }) => [site, level, zone].join() === [asked.site, asked.level, asked.zone].join(),
    )
    const before = zones[at]
    if (!before) return undefined
    const { vehicles, reason, id } = asked
    const set = { at: new Date().toISOString(), vehicles }
    const band = { low: vehicles, high: vehicles }
    zones[at] = {
      ...before,
      state: 'known',
      vehicles,
      band,
      free: before.capacity - vehicles,
      set,
      cut: { empty: 0, full: 0 },
    }
    const difference = before.vehicles === null ? null : vehicles - before.vehicles
    const { site, level, zone } = before
    const change: CountChangeOnWire = {
      ...{ site, level, zone, change: 'recount', id, at: set.at, vehicles, before: before.vehicles, difference },
      ...{ traffic: before.entries + before.exits, cut: 0, author: 'duty desk', reason },
    }
    trail.unshift(change)
    return change
  }

  return {
    zones,
    trail,
    counted(site, level) {
      const own = zones.filter((zone) => zone.site === site && zone.level === level)
      if (own.length === 0) return {}
      const counted = { capacity: 0, free: 0, occupied: 0, reserved: 0, unknown: 0, closed: 0, live: 0 }
      for (const { capacity, free, band } of own) {
        counted.capacity += capacity
        counted.free += free ?? 0
        counted.occupied += free === null ? 0 : (band?.low ?? 0)
      }
      counted.live = counted.free + counted.occupied
      counted.unknown = counted.capacity - counted.live
      return { counted }
    },
    async answer(request, response, { pathname }) {
      const json = (body: unknown, status = 200) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (pathname.endsWith('/count-zones')) json({ items: zones, next: null })
      else if (pathname.endsWith('/count-zones/trail')) json({ items: trail, next: null })
      else if (pathname.endsWith('/recounts') && request.method === 'POST') {
        const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()) as Parameters<
          typeof recount
        >[0]
        const change = recount(body)
        json(change ?? { title: 'Not found', status: 404, detail: 'there is no such zone' }, change ? 200 : 404)
      } else return false
      return true
    },
  }
}
