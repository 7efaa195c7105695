/** Devices and their readings: read back from the store, so that a reading can be seen as soon as it is committed. */
import type { deviceRoutes } from '@baykeeper/contract/routes/devices.ts'
import * as z from 'zod'
import type { DeviceState } from '../../domain/device.ts'
import type { Instant } from '../../lib/brand.ts'
import { BadCursor } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { wishedDevices } from '../device-list.ts'
import type { Handlers } from '../endpoint.ts'
import { instantOf } from '../history-query.ts'
import { ProblemError } from '../problem.ts'
import { deviceOnWire, gatewayOnWire, iso, readingOnWire } from '../wire.ts'
import type { InboxRoutes } from './inbox.ts'

/** As ReadingRow.idx is made. */
const readingsPerFrame = 1_024

type DeviceRoutes = Omit<typeof deviceRoutes, 'changeDevice' | keyof InboxRoutes>

export function deviceHandlers({ store, live }: RouteContext): Handlers<DeviceRoutes> {
  return {
    async devices({ query: { cursor, limit, source, unassigned, ...wish } }) {
      await live.current()
      const filter = { limit, ...(cursor ? { cursor } : {}), ...(source ? { source } : {}) }
      const isPlain = unassigned === undefined && !wish.find && !wish.trouble && wish.sort === 'id'
      const isAssigned = unassigned === undefined ? undefined : unassigned === 'false'
      const page = isPlain
        ? await store.devicePage(filter)
        : pageBehind(wishedDevices(live, { ...wish, source, isAssigned }, live.now()), filter)
      return { items: await onWire(page.items), next: page.next }
    },
    async device({ params: { id }, query: { source } }) {
      const found = (await store.devicesByExternal(id)).filter((device) => !source || device.source === source)
      const [newest] = found.toSorted((a, b) => b.lastTime - a.lastTime)
      if (!newest) throw unknownDevice(id)
      return oneOnWire(newest, (await store.deviceOrders([newest.id]))[0]?.state)
    },
    async deviceReadings({ params: { id }, query: { from, to, cursor, limit, source } }) {
      if (from !== undefined && to !== undefined && from > to)
        throw new ProblemError(400, 'query from: is after to', { code: 'E_INVALID' })
      const page = await store.readings({
        external: id,
        limit,
        ...defined({ from: instantOf(from), to: instantOf(to), cursor, source }),
      })
      if (page.items.length === 0 && cursor === undefined && (await store.devicesByExternal(id)).length === 0)
        throw unknownDevice(id)
      const uses = Map.groupBy(
        await store.deviceScripts([...new Set(page.items.map(({ device }) => device))]),
        ({ device }) => device,
      )
      return { items: page.items.map((row) => readingOnWire(row, uses.get(row.device) ?? [])), next: page.next }
    },
    gateways: async () => ({ items: (await store.gateways()).map(gatewayOnWire), next: null }),
    async rawFrame({ params: { id }, reply }) {
      const [pos, idx] = id.split('.').map(Number) as [number, number]
      const frame = await store.rawFrame({ pos, idx: Math.floor(idx / readingsPerFrame) })
      if (!frame)
        throw new ProblemError(404, `the raw frame of reading ${id} is not in the database (setting: rawDays)`)
      return reply
        .type('application/octet-stream')
        .header('x-source', encodeURIComponent(frame.source))
        .header('x-arrived', iso(frame.arrived))
        .send(Buffer.from(frame.bytes))
    },
  }

  async function onWire(devices: readonly DeviceState[]) {
    const orders = await store.deviceOrders(devices.map(({ id }) => id))
    const orderOf = new Map(orders.map(({ device, state }) => [device, state]))
    return devices.map((device) => oneOnWire(device, orderOf.get(device.id)))
  }

  function oneOnWire(device: DeviceState, order: string | undefined) {
    return deviceOnWire(device, order, live, live.now())
  }
}

const unknownDevice = (id: string) => new ProblemError(404, `no reading of a device ${id} has been stored`)

interface ReadingFilter {
  from?: Instant
  to?: Instant
  cursor?: string
  source?: string
}
function defined(filter: { [K in keyof ReadingFilter]: ReadingFilter[K] | undefined }): ReadingFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

/** The cursor is the last item's id and source: the page goes on behind it, or where it was when it is gone. */
function pageBehind(
  devices: readonly DeviceState[],
  { cursor, limit }: { cursor?: string; limit: number },
): { items: readonly DeviceState[]; next: string | null } {
  const [after, place] = cursor === undefined ? [undefined, 0] : readCursor(cursor)
  const found = after ? devices.findIndex(({ external, source }) => external === after[0] && source === after[1]) : -1
  const from = found >= 0 ? found + 1 : place
  const items = devices.slice(from, from + limit)
  const last = items.at(-1)
  const next =
    from + limit < devices.length && last ? cursorOf([[last.external, last.source], from + items.length]) : null
  return { items, next }
}

type Cursor = readonly [after: readonly [external: string, source: string], place: number]
const cursorOf = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url')
const cursorSchema = z.tuple([z.tuple([z.string(), z.string()]), z.int().nonnegative()])
function readCursor(cursor: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    // Text that is no cursor gets the one answer for all of it.
    throw new BadCursor('this is not a cursor of this list: leave it out to start at the first page')
  }
}
