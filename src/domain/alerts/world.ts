/** What watchers may look at: the folds beside them as they are now, and the layout. */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceRecord } from '../fold.ts'
import type { CountZoneRow } from '../folds/count-rows.ts'
import type { GatewayKey } from '../folds/gateway-rows.ts'
import type { Watching } from '../watching.ts'
import type { SiteHours } from './schedule.ts'
import { type Subject, subject } from './subject.ts'

export interface BayNow {
  readonly state: BayState
  readonly since: number | null
  readonly flags: number
}

export interface GatewayOutage extends GatewayKey {
  readonly offlineSince: number
  /** Those that it alone carries. */
  readonly devices: ReadonlySet<DeviceRecord>
}

/** The folds beside the one of alerts. */
export interface Neighbours {
  bay(bay: string): BayNow | undefined
  /** As occupancy counts it: by the index of the zone in the layout. */
  restOf(zone: number): { readonly occupied: number; readonly known: number; readonly capacity: number }
  countZone(zone: number): Omit<CountZoneRow, 'rev'> | undefined
  gatewaysOffline(): Iterable<GatewayOutage>
  /** The gateway that alone carries the device. */
  carrierOf(device: DeviceRecord): GatewayKey | undefined
  /** Overstays that go on: the bay, and since when. */
  overstays(): Iterable<{ readonly bay: string; readonly begun: number; readonly maxStayMin: number }>
  /** How long a device may be silent, milliseconds. */
  promiseMsOf(external: string): number
}

export interface World extends Neighbours {
  readonly watching: Watching
  /** In the order of their numbers. */
  devices(): Iterable<DeviceRecord>
  /** By the id of a subject of kind `device`. */
  deviceNamed(id: string): DeviceRecord | undefined
  subjectOfBay(bay: string): Subject
  subjectOfDevice(device: DeviceRecord): Subject
  hoursOf(site: string): SiteHours
  /** The device belongs to a bay or a gate of the layout. */
  isPlaced(device: DeviceRecord): boolean
}

const utc: SiteHours = { zone: 'UTC', holidays: [] }
export const deviceKey = ({ source, external }: Pick<DeviceRecord, 'source' | 'external'>) =>
  ({ kind: 'device', id: `${source} ${external}` }) as const

/** Devices that were met, by number and by subject. */
export interface KnownDevices {
  has(id: number): boolean
  meet(device: DeviceRecord): void
  all(): Iterable<DeviceRecord>
  named(id: string): DeviceRecord | undefined
}

function knownDevices(devices: Iterable<DeviceRecord>): KnownDevices {
  const byNumber: (DeviceRecord | undefined)[] = []
  const byKey = new Map<string, DeviceRecord>()
  function meet(device: DeviceRecord) {
    byNumber[device.id] = device
    byKey.set(deviceKey(device).id, device)
  }
  for (const device of devices) meet(device)
  return { meet, has: (id) => byNumber[id] !== undefined, all: () => byKey.values(), named: (id) => byKey.get(id) }
}

/** Those of one layout, until those of the next one take their place. */
export function replaceableDevices(first: Iterable<DeviceRecord>) {
  let devices = knownDevices(first)
  const known: KnownDevices = {
    has: (id) => devices.has(id),
    meet: (device) => devices.meet(device),
    all: () => devices.all(),
    named: (id) => devices.named(id),
  }
  return {
    ...known,
    replace(next: Iterable<DeviceRecord>) {
      devices = knownDevices(next)
    },
  }
}

export function createWorld(neighbours: Neighbours, devices: KnownDevices, watching: () => Watching): World {
  function subjectOfBay(bay: string): Subject {
    const place = watching().locationOf(bay)
    return subject(
      'bay',
      bay,
      place ? { site: place.site, level: place.level, zones: place.zones, types: place.types } : {},
    )
  }
  function siteOfGate(external: string): string {
    const { counting } = watching()
    const [passage] = counting.passagesOf(external) ?? []
    return passage === undefined ? '' : (counting.zones[passage.zone]?.site ?? '')
  }
  return {
    ...neighbours,
    get watching() {
      return watching()
    },
    devices: devices.all,
    deviceNamed: devices.named,
    subjectOfBay,
    subjectOfDevice(device) {
      const bay = watching().bayOf(device)
      const { kind, id } = deviceKey(device)
      const own = { device: device.external, source: device.source }
      if (bay === undefined) return subject(kind, id, { ...own, site: siteOfGate(device.external) })
      const { site, level, zones, types } = subjectOfBay(bay)
      return subject(kind, id, { ...own, site, level, zones, types })
    },
    hoursOf: (site) => watching().siteHours.get(site) ?? utc,
    isPlaced: (device) => watching().bayOf(device) !== undefined || watching().counting.isAtGate(device.external),
  }
}
