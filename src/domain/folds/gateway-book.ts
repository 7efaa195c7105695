/**
 * Which gateway carries which device, and what of that is stored. A device depends on a gateway that alone has carried its last `framesAlone` frames,
 * or all of them since it was met. One that several hear depends on none.
 */
import { type Instant, instant } from '../../lib/brand.ts'
import { hash48 } from '../../lib/hash.ts'
import type { DeviceRecord } from '../fold.ts'
import type { FramePath } from '../reading.ts'
import { devicesMin } from './gateway-outage.ts'
import type { DevicePathRow, GatewayChanges, GatewayKey, GatewayRow, StoredGateways } from './gateway-rows.ts'

const framesAlone = 3

export interface Gateway {
  readonly source: string
  /** Empty: the source itself. */
  readonly id: string
  /** Of two that fall due at one time, which comes first; the same after a restart. */
  readonly order: number
  /** It alone carries them. */
  readonly devices: Set<DeviceRecord>
  heardAt: number
  judgedFrom: number
  offlineSince: number | null
  /** Of its entries among what falls due, the earliest last. */
  readonly checks: number[]
  /** Of all its devices that are not cut off: one object keeps the way of a frame short. */
  readonly settled: Path
  /** Paths that name it. */
  named: number
  isDirty: boolean
  isStored: boolean
}

export interface Path {
  /** Null: by several, or by one that is not known. */
  readonly gateway: Gateway | null
  readonly toGo: number
  /** When the gateway that it depends on was judged offline; null: a frame of the device has arrived since. */
  readonly cutOff: number | null
}

export interface GatewayBook {
  all(): readonly Gateway[]
  find(source: string, id: string): Gateway | undefined
  /** Made where there is none. */
  meet(source: string, id: string, heardAt: number): Gateway
  /** Undefined: no frame has shown it. */
  pathOf(device: DeviceRecord): Path | undefined
  setPath(device: DeviceRecord, path: Path): void
  /** `at`: null: it is not. */
  cutOff(device: DeviceRecord, at: number | null): void
  /** Its row is to be written. */
  mark(gateway: Gateway): void
  take(): GatewayChanges
}

export function createGatewayBook(): GatewayBook {
  const bySource = new Map<string, Map<string, Gateway>>()
  /** By the number of the device. */
  const paths: Path[] = []
  const moved = new Set<number>()
  let dirty: Gateway[] = []

  function mark(gateway: Gateway) {
    if (gateway.isDirty) return
    gateway.isDirty = true
    dirty.push(gateway)
  }

  return {
    mark,
    all: () => [...bySource.values()].flatMap((ofSource) => [...ofSource.values()]),
    find: (source, id) => bySource.get(source)?.get(id),
    meet(source, id, heardAt) {
      const ofSource = bySource.getOrInsertComputed(source, () => new Map())
      return ofSource.getOrInsertComputed(id, () => newGateway(source, id, heardAt))
    },
    pathOf: ({ id }) => paths[id],
    setPath(device, path) {
      const left = paths[device.id]?.gateway
      if (left) leave(left, device)
      if (path.gateway) join(path.gateway, device, path.toGo)
      for (const gateway of [left, path.gateway]) if (gateway) mark(gateway)
      if (left?.named === 0) bySource.get(left.source)?.delete(left.id)
      paths[device.id] = shared(path)
      moved.add(device.id)
    },
    cutOff(device, at) {
      const path = paths[device.id]
      if (path === undefined) return
      paths[device.id] = shared({ ...path, cutOff: at })
      moved.add(device.id)
    },
    take() {
      if (dirty.length === 0 && moved.size === 0) return nothing
      const changes = { ...rowsOfGateways(dirty), paths: rowsOfPaths(moved, paths) }
      dirty = []
      moved.clear()
      return changes
    },
  }
}

const shared = (path: Path) =>
  path.gateway !== null && path.toGo === 0 && path.cutOff === null ? path.gateway.settled : path

function leave(gateway: Gateway, device: DeviceRecord) {
  gateway.devices.delete(device)
  gateway.named--
}

function join(gateway: Gateway, device: DeviceRecord, toGo: number) {
  gateway.named++
  if (toGo === 0) gateway.devices.add(device)
}

/**
 * A book that goes on from what is stored: nothing of it has to be written again. A device without a row depends on no gateway until its frames
 * show one. Nothing was heard later than `clock`, although devices may report what a clock ahead has stored.
 */
export function loadedBook(devices: readonly DeviceRecord[], stored: StoredGateways, clock: number): GatewayBook {
  const book = createGatewayBook()
  for (const { source, gateway: id, heard, judgedFrom, offlineSince } of stored.gateways)
    Object.assign(book.meet(source, id, heard), { judgedFrom, offlineSince, isStored: true })
  const paths = new Map(stored.paths.map((row) => [row.device, row]))
  for (const device of devices) {
    const row = paths.get(device.id)
    if (row === undefined) continue
    const heardAt = Math.min(device.lastArrived, clock)
    const carrier = row.gateway === null ? null : book.meet(device.source, row.gateway, heardAt)
    if (carrier && !carrier.isStored) {
      carrier.heardAt = Math.max(carrier.heardAt, heardAt)
      carrier.judgedFrom = carrier.heardAt
    }
    book.setPath(device, { gateway: carrier, toGo: row.toGo, cutOff: row.cutOff })
  }
  book.take()
  return book
}

/** Notes by which way a frame of the device has come. Answers with the gateways that have carried it. */
export function followWay(
  book: GatewayBook,
  device: DeviceRecord,
  arrived: number,
  way: FramePath,
): readonly Gateway[] {
  const before = book.pathOf(device)
  if (typeof way === 'string') {
    const gateway = book.meet(device.source, way, arrived)
    const toGo = framesToGo(before, gateway, arrived === device.firstArrived)
    if (before?.gateway !== gateway || toGo !== before.toGo || before.cutOff !== null)
      book.setPath(device, { gateway, toGo, cutOff: null })
    return [gateway]
  }
  const carrier = way.length === 0 ? before?.gateway : null
  if (!carrier || carrier.offlineSince !== null) {
    if (!before || before.gateway) book.setPath(device, { gateway: null, toGo: 0, cutOff: null })
    // It proves nothing of a gateway that is offline.
    return way.flatMap((id) => book.find(device.source, id) ?? [])
  }
  if (before?.cutOff !== null) book.cutOff(device, null)
  return [carrier]
}

/** `isMet`: with this frame. One that was stored before its gateways were is not, nor one that was met by a retained message. */
function framesToGo(before: Path | undefined, gateway: Gateway, isMet: boolean): number {
  if (before?.gateway === gateway) return Math.max(0, before.toGo - 1)
  return before === undefined && isMet ? 0 : framesAlone - 1
}

function newGateway(source: string, id: string, heardAt: number): Gateway {
  const gateway: Omit<Gateway, 'settled'> & { settled?: Path } = {
    ...{ source, id, order: hash48(`${source} ${id}`), devices: new Set(), heardAt, judgedFrom: heardAt },
    ...{ offlineSince: null, checks: [], named: 0, isDirty: false, isStored: false },
  }
  return Object.assign(gateway, { settled: { gateway: gateway as Gateway, toGo: 0, cutOff: null } })
}

/** One that could not be judged has no row: a source may have a sender for each device. */
function rowsOfGateways(dirty: readonly Gateway[]): Pick<GatewayChanges, 'gateways' | 'gatewaysGone'> {
  const gateways: GatewayRow[] = []
  const gatewaysGone: GatewayKey[] = []
  for (const gateway of dirty) {
    gateway.isDirty = false
    const { source, id, devices, offlineSince, named } = gateway
    if (named > 0 && (devices.size >= devicesMin || offlineSince !== null)) {
      gateway.isStored = true
      gateways.push({
        ...{ source, gateway: id, devices: devices.size },
        ...{ heard: instant(gateway.heardAt), judgedFrom: instant(gateway.judgedFrom) },
        offlineSince: offlineSince as Instant | null,
      })
    } else if (gateway.isStored) {
      gateway.isStored = false
      gatewaysGone.push({ source, gateway: id })
    }
  }
  return { gateways, gatewaysGone }
}

function rowsOfPaths(moved: ReadonlySet<number>, paths: readonly Path[]): DevicePathRow[] {
  return [...moved].map((device) => {
    const { gateway, toGo, cutOff } = paths[device] as Path
    return { device, gateway: gateway?.id ?? null, toGo, cutOff: cutOff as Instant | null }
  })
}

const nothing: GatewayChanges = { gateways: [], gatewaysGone: [], paths: [] }
