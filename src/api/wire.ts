/** From the nouns of the house to the names of the wire. */
import type { Device, StoredReading } from '@baykeeper/contract/device.ts'
import type { Gateway } from '@baykeeper/contract/gateway.ts'
import type { PresenceByDistance } from '@baykeeper/contract/layout.ts'
import type { DeadLetter, SourceStatus } from '@baykeeper/contract/ledger.ts'
import type { MeasureName } from '@baykeeper/contract/measures.ts'
import { qualityBits, qualityMarks } from '@baykeeper/contract/vocabulary.ts'
import { type DeviceState, missing } from '../domain/device.ts'
import type { DistanceLimits } from '../domain/layout.ts'
import { type MeasureValues, measures } from '../domain/measures.ts'
import { doubtsIn } from '../domain/order-doubts.ts'
import { type ScriptUse, scriptAt } from '../domain/script-use.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { isSaturated } from '../lib/sum.ts'
import type { GatewayRow, ReadingPage, StoredDeadLetter } from '../store/store.ts'
import { isDisputed } from './device-list.ts'
import type { LiveState } from './live/live-state.ts'
import type { SystemStatus } from './status.ts'

/** Marks a sum that has stopped at its limit. */
export const saturatedMark = (...sums: readonly number[]): { saturated?: true } =>
  sums.some(isSaturated) ? { saturated: true } : {}

export const iso = (at: Instant): string => new Date(at).toISOString()

export const gatewayOnWire = ({ source, gateway, offlineSince, heard, devices }: GatewayRow): Gateway => ({
  ...{ source, gateway: gateway || null, state: offlineSince === null ? 'online' : 'offline' },
  ...{ since: offlineSince === null ? null : iso(offlineSince), heard: iso(heard), devices },
})

type Measured = Pick<DeviceState, 'occupied'> & MeasureValues

/** Only what was measured; `null` occupancy is a measurement: the sensor reports unknown. */
function measuresOf(m: Measured): Pick<Device, 'occupied' | MeasureName> {
  const found: { [K in MeasureName]?: number } = {}
  for (const { name, key } of measures) {
    const value = m[key]
    if (value !== null) found[name] = value
  }
  return { ...(m.occupied === undefined ? {} : { occupied: m.occupied }), ...found }
}

export const limitsOnWire = ({ occupiedBelowMm, freeAboveMm }: DistanceLimits): PresenceByDistance => ({
  ...{ occupied_below_mm: occupiedBelowMm, free_above_mm: freeAboveMm },
})

const byDistanceOf = (limits: DistanceLimits | undefined): Pick<Device, 'presence_by_distance'> =>
  limits ? { presence_by_distance: limitsOnWire(limits) } : {}

/** `order`: of the device, as it is stored. */
export function deviceOnWire(
  device: DeviceState,
  order: string | undefined,
  { floor, presence }: LiveState,
  now: Instant,
): Device {
  const { possibleRepeats, isMissingCertain } = doubtsIn(order)
  const place = floor.bayOf(device)
  return {
    id: device.external,
    source: device.source,
    bay: place === undefined ? null : (floor.bays[place]?.id ?? null),
    conflict: floor.conflictOf(device) ?? null,
    since: device.since === null ? null : iso(device.since),
    time: iso(device.lastTime),
    arrived: iso(device.lastArrived),
    first_arrived: iso(device.firstArrived),
    silent: presence.isSilent(device, now),
    promise_s: Math.round(presence.promiseMsOf(device) / 1_000),
    model: floor.factsOf(device.external)?.model ?? null,
    notes: floor.factsOf(device.external)?.notes ?? null,
    ...byDistanceOf(floor.factsOf(device.external)?.presenceByDistance),
    disputed: isDisputed(device, floor, presence),
    epoch: device.epoch,
    max_seq: device.maxSeq,
    missing: missing(device),
    ...saturatedMark(missing(device)),
    missing_certain: isMissingCertain,
    possible_repeats: possibleRepeats,
    readings: device.readings,
    duplicates: device.duplicates,
    ...(device.batteryLow === null ? {} : { battery_low: device.batteryLow }),
    ...measuresOf(device),
  }
}

/** `uses`: scripts of its device, by position. */
export const readingOnWire = (row: ReadingPage['items'][number], uses: readonly ScriptUse[]): StoredReading => ({
  id: `${row.pos}.${row.idx}`,
  device: row.external,
  source: row.source,
  epoch: row.epoch,
  seq: row.seq,
  time: iso(row.time),
  arrived: iso(row.arrived),
  quality: qualityMarks.filter((mark) => (row.quality & qualityBits[mark]) !== 0),
  script: scriptAt(uses, row.pos),
  ...measuresOf(row),
})

const bytesShownMax = 65_536
const textCharsMax = 400
const decoder = new TextDecoder('utf-8')

export function deadLetterOnWire(row: StoredDeadLetter): DeadLetter {
  const shown = row.bytes.subarray(0, bytesShownMax)
  return {
    id: `${row.pos}.${row.idx}`,
    source: row.source,
    codec: row.codec,
    arrived: iso(row.arrived),
    code: row.code,
    detail: row.detail,
    state: row.state === 'requeued' ? 'requeued' : 'new',
    size: row.bytes.length,
    bytes: Buffer.from(shown).toString('base64'),
    cut: row.bytes.length > bytesShownMax,
    text: decoder
      .decode(shown.subarray(0, textCharsMax * 4))
      .slice(0, textCharsMax)
      .replaceAll(/\p{Cc}/gu, '·'),
  }
}

export function sourceOnWire(source: SystemStatus['sources'][number]): SourceStatus {
  const { name, kind, state, detail, received, accepted, refused, lossy, warnings, figures, losses } = source
  return {
    name,
    kind,
    state,
    detail,
    received,
    accepted,
    refused,
    ...(lossy === undefined ? {} : { lossy }),
    ...(warnings === undefined ? {} : { warnings: [...warnings] }),
    ...(figures === undefined ? {} : { figures }),
    ...(losses === undefined ? {} : { losses: losses.map(lossOnWire).reverse() }),
  }
}

type Loss = NonNullable<SystemStatus['sources'][number]['losses']>[number]

const lossOnWire = ({ cause, frames, from, to, detail }: Loss) => ({
  cause,
  frames,
  from: from === undefined ? null : iso(instant(from)),
  to: to === undefined ? null : iso(instant(to)),
  detail,
})
