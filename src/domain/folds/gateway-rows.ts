/** What is stored of gateways, and resumed from. */
import type { Instant } from '../../lib/brand.ts'

/** A gateway that carries enough devices alone to be judged, or is offline. */
export interface GatewayRow {
  readonly source: string
  /** Empty: the source itself, whose frames name no gateway. */
  readonly gateway: string
  /** Devices that it alone carries. */
  readonly devices: number
  /** Arrival of its newest frame. */
  readonly heard: Instant
  /** Its silence counts from then on: its newest frame, or the end of a standstill of the server after it. */
  readonly judgedFrom: Instant
  /** Null: it is online. */
  readonly offlineSince: Instant | null
}
export type GatewayKey = Pick<GatewayRow, 'source' | 'gateway'>

/** By which way the frames of a device come. Without a row: not known yet. */
export interface DevicePathRow {
  /** DeviceState.id */
  readonly device: number
  /** Null: by several, or by one that is not known. */
  readonly gateway: string | null
  /** Frames in a row that this gateway still has to carry alone before the device depends on it. */
  readonly toGo: number
  /** When that gateway was judged offline; null: it was not, or a frame of the device has arrived since. */
  readonly cutOff: Instant | null
}

export interface StoredGateways {
  readonly gateways: readonly GatewayRow[]
  readonly paths: readonly DevicePathRow[]
}

export interface GatewayChanges {
  readonly gateways: readonly GatewayRow[]
  readonly gatewaysGone: readonly GatewayKey[]
  readonly paths: readonly DevicePathRow[]
}
