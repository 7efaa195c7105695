/** Devices and what they said: read back from the store, so that a reading can be seen as soon as it is committed. */
import { deviceSchema, storedReadingSchema } from '@baykeeper/contract/device.ts'
import { pageOf } from '@baykeeper/contract/page.ts'
import * as z from 'zod'
import type { DeviceState } from '../../domain/device.ts'
import type { Instant } from '../../lib/brand.ts'
import { BadCursor, readingPageMax } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { cursorField, type Endpoint, endpoint, idParams, limitField, nameField } from '../endpoint.ts'
import { timeField } from '../history-query.ts'
import { ProblemError } from '../problem.ts'
import { deviceOnWire, iso, readingOnWire } from '../wire.ts'

const devicePage = pageOf(deviceSchema)
const readingPage = pageOf(storedReadingSchema)
const pageItemsUsual = 100
/** As ReadingRow.idx is made. */
const readingsPerFrame = 1_024
const readingParams = z.strictObject({
  id: z
    .string()
    .regex(/^\d{1,15}\.\d{1,9}$/, 'must be the id of a reading, such as 184.0')
    .describe('`id` of a stored reading'),
})

const devicesQuery = z.strictObject({
  cursor: cursorField,
  limit: limitField(readingPageMax, pageItemsUsual),
  source: nameField,
  unassigned: z
    .enum(['true', 'false'])
    .optional()
    .describe('only devices that watch no bay (true), or only those that do'),
})

const readingsQuery = z.strictObject({
  from: timeField().describe('inclusive, by reading time'),
  to: timeField().describe('exclusive'),
  cursor: cursorField,
  limit: limitField(readingPageMax, pageItemsUsual),
  source: nameField,
})

export function deviceRoutes({ store, live }: RouteContext): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/v1/devices',
      access: 'read',
      tag: 'Devices',
      summary: 'Devices ever heard',
      description:
        'Ordered by id, then source. A device is created by its first reading; unassigned=true is the inbox.',
      query: devicesQuery,
      problems: [503],
      answers: [{ status: 200, description: 'A page of devices', schema: ['DevicePage', devicePage] }],
      async handle({ query: { cursor, limit, source, unassigned } }) {
        await live.current()
        const filter = { limit, ...(cursor ? { cursor } : {}), ...(source ? { source } : {}) }
        const page =
          unassigned === undefined
            ? await store.devicePage(filter)
            : inboxPage(assignment(unassigned === 'false'), filter)
        return { items: await onWire(page.items), next: page.next }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/devices/{id}',
      access: 'read',
      tag: 'Devices',
      summary: 'One device',
      description: 'When several sources know the id, the latest measured answers unless `source` says which.',
      params: idParams,
      query: z.strictObject({ source: nameField }),
      problems: [404, 503],
      answers: [{ status: 200, description: 'The device', schema: ['Device', deviceSchema] }],
      async handle({ params: { id }, query: { source } }) {
        const found = (await store.devicesByExternal(id)).filter((device) => !source || device.source === source)
        const [newest] = found.toSorted((a, b) => b.lastTime - a.lastTime)
        if (!newest) throw unknownDevice(id)
        return (await onWire([newest]))[0]
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/devices/{id}/readings',
      access: 'read',
      tag: 'Devices',
      summary: 'Readings of one device',
      description: 'Ordered by epoch and sequence number. Every stored reading is here once.',
      params: idParams,
      query: readingsQuery,
      problems: [404, 503],
      answers: [{ status: 200, description: 'A page of readings', schema: ['ReadingPage', readingPage] }],
      async handle({ params: { id }, query: { from, to, cursor, limit, source } }) {
        if (from !== undefined && to !== undefined && from > to)
          throw new ProblemError(400, 'query from: is after to', { code: 'E_INVALID' })
        const page = await store.readings({
          external: id,
          limit,
          ...defined({ from, to, cursor, source }),
        })
        if (page.items.length === 0 && cursor === undefined && (await store.devicesByExternal(id)).length === 0)
          throw unknownDevice(id)
        return { items: page.items.map(readingOnWire), next: page.next }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/readings/{id}/raw',
      access: 'operate',
      tag: 'Devices',
      summary: 'The frame a reading was made of, byte for byte',
      description:
        'Copied out of the journal a second after the reading is stored, and kept for `rawDays` days; 404 where that is 0. Several readings of one frame have the same.',
      params: readingParams,
      problems: [404, 503],
      answers: [
        {
          status: 200,
          type: 'application/octet-stream',
          description: 'The bytes as they arrived, without line end or the brackets of an array.',
          headers: { 'x-source': 'name of the source', 'x-arrived': 'ISO 8601, UTC' },
        },
      ],
      async handle({ params: { id }, reply }) {
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
    }),
  ]

  async function onWire(devices: readonly DeviceState[]) {
    const orders = await store.deviceOrders(devices.map(({ id }) => id))
    const orderOf = new Map(orders.map(({ device, state }) => [device, state]))
    return devices.map((device) => deviceOnWire(device, orderOf.get(device.id), live, live.now()))
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
