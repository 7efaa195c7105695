/** What the server shows of a fleet, read through its public API: devices, bays, outcome of frames, stays, and the balance of messages. */
import type { Client } from '@baykeeper/contract/client.ts'
import type { Device } from '@baykeeper/contract/device.ts'
import type { Stay } from '@baykeeper/contract/history.ts'
import { routes } from '@baykeeper/contract/routes.ts'

/** `null`: unknown. `undefined`: the layout has no such bay. */
export type BayShown = boolean | null | undefined

export interface FramesShown {
  readonly committed: number
  readonly duplicate: number
  readonly quarantined: number
  readonly lost: number
}

export interface ServerView {
  device(id: string): Device | undefined
  bay(id: string): BayShown
  /** The server marks that the sensor changes more often than vehicles can, and holds the bay occupied until it is steady. */
  isFlapping(id: string): Promise<boolean>
  /** Over all days. */
  frames(device: string): FramesShown
  stays(bay: string): readonly Stay[]
  /** Messages that the server cannot account for; 0 where the balance holds, null where it shows none. */
  readonly difference: number | null
}

const pageItems = 1_000
/** Octets of the snapshot; every other one is no presence. */
const octet = { free: 0, occupied: 1 }

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

async function* allItems<T>(page: (cursor: string | undefined) => Promise<Page<T>>): AsyncGenerator<T> {
  let cursor: string | undefined
  do {
    const { items, next } = await page(cursor)
    yield* items
    cursor = next ?? undefined
  } while (cursor !== undefined)
}

/** `has`: devices of the fleet; of others nothing is kept. `from`: when the fleet began, ms since 1970. */
export async function readServer(
  client: Client,
  has: (device: string) => boolean,
  from: number,
  onProgress: (read: number) => void = () => {},
): Promise<ServerView> {
  let read = 0
  const limit = pageItems
  const devices = new Map<string, Device>()
  for await (const device of allItems((cursor) => client.call(routes.devices, { query: { cursor, limit } }))) {
    if (has(device.id)) devices.set(device.id, device)
    onProgress(++read)
  }
  const frames = new Map<string, FramesShown>()
  for await (const day of allItems((cursor) => client.call(routes.sensorDays, { query: { cursor, limit } }))) {
    if (has(day.device)) frames.set(day.device, added(frames.get(day.device), day))
    onProgress(++read)
  }
  const stays = new Map<string, Stay[]>()
  const query = { from: new Date(from - daysOfStaysMs).toISOString(), limit }
  for await (const stay of allItems((cursor) => client.call(routes.stays, { query: { ...query, cursor } }))) {
    if (stay.bay === null) continue
    const of = stays.get(stay.bay)
    if (of) of.push(stay)
    else stays.set(stay.bay, [stay])
    onProgress(++read)
  }
  const bay = await readBays(client)
  const { totals } = await client.call(routes.ledger)
  return {
    isFlapping: async (id) => (await client.call(routes.bay, { params: { id } })).flags.includes('flapping'),
    ...{ bay, device: (id) => devices.get(id) },
    frames: (device) => frames.get(device) ?? none,
    stays: (id) => stays.get(id) ?? [],
    difference: totals?.difference ?? null,
  }
}

/** Device clocks of a fleet are less than a day behind. */
const daysOfStaysMs = 2 * 86_400_000
const none: FramesShown = { committed: 0, duplicate: 0, quarantined: 0, lost: 0 }

const added = (before: FramesShown = none, day: FramesShown): FramesShown => ({
  committed: before.committed + day.committed,
  duplicate: before.duplicate + day.duplicate,
  quarantined: before.quarantined + day.quarantined,
  lost: before.lost + day.lost,
})

async function readBays(client: Client): Promise<(id: string) => BayShown> {
  const plan = await client.call(routes.plan)
  const octets = new Uint8Array(await (await client.answer(routes.snapshot)).arrayBuffer())
  const places = new Map(plan.ids.map((id, i) => [id, i]))
  return (id) => {
    const at = places.get(id)
    if (at === undefined) return undefined
    const state = octets[at]
    return state === octet.occupied ? true : state === octet.free ? false : null
  }
}
