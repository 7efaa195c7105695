/** The layout of a fleet: one site, a bay for each device that watches one, and the model of each that has one. */
import { ApiError, type Client } from '@baykeeper/contract/client.ts'
import { baysMax, type LayoutDocument } from '@baykeeper/contract/layout.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { SendRefused } from '../senders/sender.ts'
import type { Members } from './members.ts'

export const fleetSite = 'fleet'
const columns = 250
const bayW = 2.5
const rowH = 8

export async function publishFleetLayout(client: Client, members: Members, devices: number): Promise<void> {
  const stored = await client.call(routes.layout).catch((fault: unknown) => {
    if (fault instanceof ApiError && fault.status === 404) return undefined
    throw fault
  })
  const other = stored?.layout.sites.find(({ id }) => id !== fleetSite)
  if (other)
    throw new SendRefused(
      `the server has a layout of its own (site ${other.id}): a fleet would mix simulated bays with real ones; start a server on an empty directory with "baykeeper start --data DIR"`,
    )
  const body = layoutOf(members, devices)
  await client.call(routes.publishLayout, { query: { base: stored?.version ?? 0, comment: 'simulated fleet' }, body })
}

function layoutOf({ member }: Members, devices: number): LayoutDocument {
  const all = Array.from({ length: devices }, (_, index) => member(index)).map(({ device, bay, lorawan }) => ({
    ...{ device, bay, model: lorawan?.model.named?.decoder },
  }))
  const watching = all.filter(({ bay }) => bay !== undefined).slice(0, baysMax)
  const bays = watching.map(({ device, bay }, i) => ({
    ...{ id: bay as string, x: (i % columns) * bayW, y: Math.floor(i / columns) * rowH, devices: [device] },
  }))
  const h = (Math.floor(bays.length / columns) + 1) * rowH
  const level = { id: 'all', name: 'All', x: 0, y: 0, w: columns * bayW, h, zones: [], bays }
  return {
    ...{ name: 'Simulated fleet', bay_w: bayW, bay_h: 5 },
    sites: [{ id: fleetSite, name: 'Simulated fleet', zone: 'UTC', levels: [level] }],
    devices: all.flatMap(({ device, model }) => (model === undefined ? [] : [{ device, model }])),
  }
}
