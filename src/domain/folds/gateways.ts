/** Which gateways are offline (gateway-outage.ts), and the devices that depend on them (gateway-book.ts). */
import type { DeviceRecord } from '../fold.ts'
import type { FramePath } from '../reading.ts'
import { followWay, type Gateway, type GatewayBook, loadedBook } from './gateway-book.ts'
import { devicesMin, outageAt, quietMs } from './gateway-outage.ts'
import type { GatewayChanges, StoredGateways } from './gateway-rows.ts'

export interface Gateways {
  /** A frame of the device has arrived by this way. */
  heard(device: DeviceRecord, arrived: number, way: FramePath): void
  /** Its gateway was judged offline, and no frame of the device has arrived since. */
  isCutOff(device: DeviceRecord): boolean
  /** An entry has come due: whether the gateway is offline from then on, and all its devices cut off. */
  judge(gateway: Gateway, at: number): boolean
  /** Heartbeats may be others. */
  reconsider(now: number): void
  /** The server has taken in nothing until now: nothing could be heard in that time. */
  resume(now: number): void
  /** The clock was set back: an outage that began later has not begun yet. */
  turnBack(now: number): void
  /** That alone carries the device; undefined: none, or it is not known. */
  carrierOf(device: DeviceRecord): Gateway | undefined
  offline(): Iterable<Gateway>
  take(): GatewayChanges
}

interface GatewayDeps {
  readonly devices: readonly DeviceRecord[]
  readonly stored: StoredGateways | undefined
  /** Nothing was heard later. */
  readonly clock: number
  heartbeatMsOf(external: string): number | undefined
  /** To be judged then. */
  due(gateway: Gateway, at: number): void
  /** An outage has begun, or it has ended. */
  changed?(gateway: Gateway, at: number): void
}

const never = Number.POSITIVE_INFINITY

export function createGateways({ devices, stored, clock, heartbeatMsOf, due, changed }: GatewayDeps): Gateways {
  const book = loadedBook(devices, stored ?? { gateways: [], paths: [] }, clock)

  function schedule(gateway: Gateway, from: number) {
    if (!isJudged(gateway)) return
    const at = Math.max(from, gateway.judgedFrom + quietMs)
    if (at >= nextCheck(gateway)) return
    gateway.checks.push(at)
    due(gateway, at)
  }

  function hear(gateway: Gateway, arrived: number) {
    const wasOffline = gateway.offlineSince !== null
    if (carried(gateway, arrived)) book.mark(gateway)
    if (wasOffline && gateway.offlineSince === null) changed?.(gateway, arrived)
    // At the latest a minute from now: until then nothing can make it offline.
    if (nextCheck(gateway) > arrived + quietMs) schedule(gateway, 0)
  }

  return {
    heard(device, arrived, way) {
      const path = book.pathOf(device)
      const carrier = path?.gateway
      if (carrier && path === carrier.settled && carrier.id === way) hear(carrier, arrived)
      // A frame from before the outage, decoded again, shows nothing.
      else if (arrived >= (path?.cutOff ?? 0))
        for (const gateway of followWay(book, device, arrived, way)) hear(gateway, arrived)
    },
    isCutOff: (device) => (book.pathOf(device)?.cutOff ?? null) !== null,
    judge(gateway, at) {
      if (nextCheck(gateway) !== at) return false
      gateway.checks.pop()
      if (!isJudged(gateway)) return false
      const offlineAt = soonestOutage(gateway, at, heartbeatMsOf)
      if (offlineAt > at) {
        schedule(gateway, offlineAt)
        return false
      }
      goOffline(book, gateway, at)
      changed?.(gateway, at)
      return true
    },
    reconsider(now) {
      for (const gateway of book.all()) schedule(gateway, now)
    },
    resume: (now) => resumeAll(book, now),
    turnBack(now) {
      for (const gateway of book.all()) {
        const wasOffline = gateway.offlineSince !== null
        turnBackOne(book, gateway, now)
        if (wasOffline && gateway.offlineSince === null) changed?.(gateway, now)
        schedule(gateway, now)
      }
    },
    carrierOf: (device) => book.pathOf(device)?.gateway ?? undefined,
    offline: () => book.all().filter(({ offlineSince }) => offlineSince !== null),
    take: book.take,
  }
}

/** Whether it is to be written: it was heard, or its outage ends. */
function carried(gateway: Gateway, arrived: number): boolean {
  const isNews = arrived > gateway.heardAt
  if (isNews) {
    gateway.heardAt = arrived
    gateway.judgedFrom = Math.max(gateway.judgedFrom, arrived)
  }
  if (gateway.offlineSince === null || arrived < gateway.offlineSince) return isNews
  gateway.offlineSince = null
  return true
}

function goOffline(book: GatewayBook, gateway: Gateway, at: number) {
  gateway.offlineSince = at
  book.mark(gateway)
  for (const device of gateway.devices) book.cutOff(device, at)
}

/** It is not offline before that. One that was heard within a minute needs no look at its devices. */
function soonestOutage(gateway: Gateway, at: number, heartbeatMsOf: GatewayDeps['heartbeatMsOf']): number {
  const soonest = gateway.judgedFrom + quietMs
  return soonest > at ? soonest : outageAt(gateway, heartbeatMsOf)
}

function resumeAll(book: GatewayBook, now: number) {
  for (const gateway of book.all()) {
    gateway.judgedFrom = Math.max(gateway.judgedFrom, now)
    if (gateway.isStored) book.mark(gateway)
  }
}

function turnBackOne(book: GatewayBook, gateway: Gateway, now: number) {
  gateway.heardAt = Math.min(gateway.heardAt, now)
  gateway.judgedFrom = Math.min(gateway.judgedFrom, now)
  gateway.checks.length = 0
  const { offlineSince } = gateway
  const isUndone = offlineSince !== null && offlineSince > now
  if (isUndone) gateway.offlineSince = null
  for (const device of gateway.devices)
    if ((book.pathOf(device)?.cutOff ?? 0) > now) book.cutOff(device, isUndone ? null : now)
  book.mark(gateway)
}

const nextCheck = ({ checks }: Gateway) => (checks.length === 0 ? never : (checks[checks.length - 1] as number))
const isJudged = ({ devices, offlineSince }: Gateway) => offlineSince === null && devices.size >= devicesMin
