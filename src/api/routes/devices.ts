/** Devices and what they said: read back from the store, so that a reading can be seen as soon as it is committed. */
import type { deviceRoutes } from '@baykeeper/contract/routes/devices.ts'
import * as z from 'zod'
import type { DeviceState } from '../../domain/device.ts'
import type { Instant } from '../../lib/brand.ts'
import { BadCursor } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { instantOf } from '../history-query.ts'
import { ProblemError } from '../problem.ts'
import { deviceOnWire, iso, readingOnWire } from '../wire.ts'

/** As ReadingRow.idx is made. */
const readingsPerFrame = 1_024

export function deviceHandlers({ store, live }: RouteContext): Handlers<typeof deviceRoutes> {
  return {
    async devices({ query: { cursor, limit, source, unassigned } }) {
      await live.current()
      const filter = { limit, ...(cursor ? { cursor } : {}), ...(source ? { source } : {}) }
      const page =
        unassigned === undefined
          ? await store.devicePage(filter)
          : inboxPage(assignment(unassigned === 'false'), filter)
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
      return { items: page.items.map(readingOnWire), next: page.next }
    },
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

  /** Whether a device has a bay is decided here and not in the store, so this list comes from live state. */
  function assignment(assigned: boolean): readonly DeviceState[] {
    return [...live.presence.devices.values()]
      .filter((device) => (live.floor.bayOf(device) !== undefined) === assigned)
      .sort((a, b) => compare(a.external, b.external) || compare(a.source, b.source))
  }
}

const unknownDevice = (id: string) => new ProblemError(404, `no reading of a device ${id} has been stored`)
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

interface ReadingFilter {
  from?: Instant
  to?: Instant
  cursor?: string
  source?: string
}
function defined(filter: { [K in keyof ReadingFilter]: ReadingFilter[K] | undefined }): ReadingFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

/** The cursor is the last item's id and source. */
function inboxPage(
  devices: readonly DeviceState[],
  { cursor, limit, source }: { cursor?: string; limit: number; source?: string },
): { items: readonly DeviceState[]; next: string | null } {
  const after = cursor === undefined ? undefined : readCursor(cursor)
  const rest = devices.filter(
    (device) =>
      (!source || device.source === source) &&
      (!after || (compare(device.external, after[0]) || compare(device.source, after[1])) > 0),
  )
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  const next =
    rest.length > limit && last ? Buffer.from(JSON.stringify([last.external, last.source])).toString('base64url') : null
  return { items, next }
}

const cursorSchema = z.tuple([z.string(), z.string()])
function readCursor(cursor: string): [string, string] {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new BadCursor('this is not a cursor of this list: leave it out to start at the first page')
  }
}
