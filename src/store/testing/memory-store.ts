/** The part of the store that processing needs, in memory: for tests of placement and folding, and small enough to be its model. */
import assert from 'node:assert/strict'
import type { DeviceState } from '../../domain/device.ts'
import { emptyLayout, type Layout } from '../../domain/layout.ts'
import { instant } from '../../lib/brand.ts'
import { unpackJson } from '../../lib/packed-json.ts'
import { rowsOfBatch } from '../batch-rows.ts'
import { createBatchPacker, receivedBatch } from '../packed-batch.ts'
import type { Gap, SensorDayDelta } from '../store.ts'
import {
  type AssignmentRow,
  type CommitBatch,
  type Cursor,
  type DeadLetterRow,
  type DeviceOrder,
  type LayoutRow,
  type LedgerDelta,
  listOf,
  type ReadingRow,
  type Store,
  type StoredDeadLetter,
  type StoredLayout,
  StoreError,
} from '../store.ts'
import { change } from '../table.ts'
import { assignment } from '../tables/assignment.ts'
import { codec, codecVersion } from '../tables/codec.ts'
import { deskRequest } from '../tables/desk-request.ts'
import { deviceScript } from '../tables/device-script.ts'
import { gap } from '../tables/gap.ts'
import { ledger } from '../tables/ledger.ts'
import { sensorDay } from '../tables/sensor-day.ts'
import {
  createMemoryHistory,
  type Remembered,
  type RememberedAlerts,
  type RememberedBays,
  type RememberedCounts,
  type RememberedSigns,
} from './memory-history.ts'
import { createMemoryTable } from './memory-table.ts'

export type ProcessingStore = Pick<
  Store,
  | 'takeFence'
  | 'cursor'
  | 'devices'
  | 'commit'
  | 'deviceOrders'
  | 'undecidedFrames'
  | 'findSeqs'
  | 'findTimes'
  | 'newestOf'
  | 'readingsBetween'
  | 'epochSpan'
  | 'gapsFrom'
  | 'requeuedDeadLetters'
  | 'layout'
  | 'openAssignments'
  | 'allAssignments'
  | 'hasAssignments'
  | 'newestOccupancy'
  | 'storedBays'
  | 'countZones'
  | 'countStatesAt'
  | 'storedAlerts'
  | 'signs'
  | 'reportSchedules'
  | 'staysAround'
  | 'standingStays'
  | 'currentOverstays'
  | 'codecs'
  | 'codecVersions'
  | 'deviceScripts'
  | 'deskRequests'
>

export interface MemoryStore extends ProcessingStore {
  readonly readings: ReadingRow[]
  readonly deadLetters: Map<string, StoredDeadLetter>
  /** Every version, oldest first. */
  layouts(): readonly StoredLayout[]
  /** By device and beginning. */
  assignments(): readonly AssignmentRow[]
  /** By device, epoch and end. */
  gaps(): readonly Gap[]
  /** By day and device. */
  sensorDays(): readonly SensorDayDelta[]
  /** By source and day. */
  ledger(): readonly LedgerDelta[]
  deviceOf(external: string): DeviceState | undefined
  /** Everything of the history, in order of its keys. */
  history(): Remembered
  bays(): RememberedBays
  vehicles(): RememberedCounts
  alerts(): RememberedAlerts
  signHistory(): RememberedSigns['changes']
  totals(): Omit<LedgerDelta, 'source' | 'day'>
  /** Thrown by the next commits, in order; `after` commits first and throws then (a commit in doubt). */
  failNext(...faults: readonly { readonly error: StoreError; readonly after?: boolean }[]): void
  requeueAll(): void
}

export function createMemoryStore(layout: Layout = emptyLayout): MemoryStore {
  const history = createMemoryHistory()
  const before = { created: instant(0), author: 'test', comment: '', published: null }
  const layouts: StoredLayout[] = [{ ...before, version: 1, layout }]
  let cursor: Cursor = { position: 0, fence: 0 }
  /** It has one: `cursor` is of this. */
  let journal = 'test'
  const devices = new Map<number, DeviceState>()
  const orders = new Map<number, DeviceOrder>()
  const readings: ReadingRow[] = []
  const places = new Set<string>()
  const deadLetters = new Map<string, StoredDeadLetter>()
  const rows = {
    assignment: createMemoryTable(assignment),
    ledger: createMemoryTable(ledger),
    gap: createMemoryTable(gap),
    sensor_day: createMemoryTable(sensorDay),
    codec: createMemoryTable(codec),
    codec_version: createMemoryTable(codecVersion),
    device_script: createMemoryTable(deviceScript),
    desk_request: createMemoryTable(deskRequest),
  }
  const faults: { error: StoreError; after?: boolean }[] = []
  const key = ({ pos, idx }: Pick<DeadLetterRow, 'pos' | 'idx'>) => `${pos}.${idx}`

  function apply(batch: CommitBatch) {
    if (cursor.position !== batch.from || cursor.fence > batch.fence)
      throw new StoreError('fenced', 'the offset has moved')
    const stored = listOf(batch.readings)
    for (const row of stored)
      if (places.has(key(row))) throw new StoreError('transient', `a reading is stored at ${key(row)} already`)
    cursor = { position: batch.to, fence: batch.fence }
    for (const row of stored) places.add(key(row))
    readings.push(...stored)
    if (batch.history) history.put(batch.history)
    for (const device of batch.devices) devices.set(device.id, { ...device })
    for (const done of batch.deadLettersDone) deadLetters.delete(key(done))
    for (const order of batch.orders ?? []) orders.set(order.device, order)
    for (const letter of batch.deadLetters) deadLetters.set(key(letter), { ...letter, state: letter.state ?? 'new' })
    for (const change of rowsOfBatch(batch)) rows[change.table as keyof typeof rows]?.apply(change)
    for (const row of batch.layouts ?? []) applyLayout(batch.journal, row)
  }

  function applyLayout(batch: string, { packed, record, journal = batch, ...row }: LayoutRow) {
    assert.equal(row.version, (layouts.at(-1)?.version ?? 0) + 1)
    layouts.push({ ...row, published: { journal, record }, layout: unpackJson(packed) as Layout })
  }

  return {
    readings,
    deadLetters,
    gaps: rows.gap.rows,
    sensorDays: rows.sensor_day.rows,
    ledger: () => {
      const sums = createMemoryTable(ledger)
      sums.apply(
        change(
          ledger,
          rows.ledger.rows().map((row) => ({ ...row, journal: '' })),
        ),
      )
      return sums.rows().map(({ journal: _, ...row }) => row)
    },
    history: history.all,
    newestOccupancy: async () => history.newest(),
    storedBays: async () => history.storedBays(),
    countZones: async () => history.vehicles().zones,
    countStatesAt: async (at = instant(Number.MAX_SAFE_INTEGER)) =>
      // In order of their times: the last one of each zone stays.
      [
        ...new Map(
          history
            .vehicles()
            .states.filter(({ time }) => time <= at)
            .map((row) => [JSON.stringify([row.site, row.level, row.zone]), row]),
        ).values(),
      ],
    vehicles: history.vehicles,
    storedAlerts: async () => history.alerts(),
    alerts: history.alerts,
    signs: async () => history.signs().signs,
    reportSchedules: async () => history.reportSchedules(),
    signHistory: () => history.signs().changes,
    bays: history.bays,
    staysAround: async (bay, from, to) =>
      history
        .all()
        .sessions.filter((row) => row.bay === bay && row.departure >= from && row.arrival <= to)
        .sort((a, b) => a.departure - b.departure || a.arrival - b.arrival),
    standingStays: async () => history.all().standing,
    currentOverstays: async () => history.all().overstays.filter(({ ended }) => ended === null),
    codecs: async () => rows.codec.rows().sort((a, b) => (a.id < b.id ? -1 : 1)),
    codecVersions: async (id) =>
      rows.codec_version
        .rows()
        .filter((row) => row.id === id)
        .sort((a, b) => b.version - a.version),
    deviceScripts: async (of) =>
      rows.device_script
        .rows()
        .filter(({ device }) => of?.includes(device) ?? true)
        .sort((a, b) => a.device - b.device || a.pos - b.pos),
    deskRequests: async () => rows.desk_request.rows().sort((a, b) => a.at - b.at),
    layouts: () => layouts,
    layout: async (version) =>
      version === undefined ? layouts.at(-1) : layouts.find((stored) => stored.version === version),
    assignments: rows.assignment.rows,
    allAssignments: async () => rows.assignment.rows(),
    openAssignments: async () => rows.assignment.rows().filter(({ to }) => to === null),
    hasAssignments: async () => rows.assignment.rows().length > 0,
    deviceOf: (external) => [...devices.values()].find((device) => device.external === external),
    totals() {
      const sum = { committed: 0, duplicate: 0, quarantined: 0, lost: 0, damaged: 0 }
      for (const row of rows.ledger.rows())
        for (const column of Object.keys(sum) as (keyof typeof sum)[]) sum[column] += row[column]
      return sum
    },
    failNext: (...next) => faults.push(...next),
    requeueAll() {
      for (const [id, letter] of deadLetters)
        if (letter.state === 'new') deadLetters.set(id, { ...letter, state: 'requeued' })
    },
    async takeFence(id, fence) {
      if (fence < cursor.fence) throw new StoreError('fenced', 'a newer writer took over')
      journal = id
      cursor = { ...cursor, fence }
    },
    cursor: async (id) => (id === journal ? cursor : { position: 0, fence: 0 }),
    devices: async () => [...devices.values()].map((device) => ({ ...device })),
    async commit(batch) {
      const fault = faults.shift()
      if (fault && !fault.after) throw fault.error
      if (!batch.dry) apply(receivedBatch(structuredClone(createBatchPacker().pack(batch).sent)))
      if (fault) throw fault.error
    },
    findSeqs: async (device, epoch, seqs) =>
      readings.flatMap((row) =>
        row.device === device && row.epoch === epoch && row.seq !== null && seqs.includes(row.seq) ? [row] : [],
      ),
    findTimes: async (device, times) => readings.filter((row) => row.device === device && times.includes(row.time)),
    newestOf: async (devices, count) =>
      devices.map((device) =>
        readings
          .filter((row) => row.device === device)
          .sort((a, b) => b.pos - a.pos || b.idx - a.idx)
          .slice(0, count),
      ),
    readingsBetween: async (device, from, to) =>
      readings.filter((row) => row.device === device && row.time >= from && row.time < to),
    deviceOrders: async () => [...orders.values()],
    undecidedFrames: async () =>
      [...deadLetters.values()]
        .filter(({ state }) => state === 'tentative')
        .sort((a, b) => a.pos - b.pos || a.idx - b.idx),
    async epochSpan(device, epoch) {
      const seqs = readings.flatMap((row) =>
        row.device === device && row.epoch === epoch && row.seq !== null ? [row.seq] : [],
      )
      return seqs.length === 0 ? undefined : { min: Math.min(...seqs), max: Math.max(...seqs), distinct: seqs.length }
    },
    gapsFrom: async (device, epoch, seq, limit) =>
      rows.gap
        .rows()
        .filter((gap) => gap.device === device && gap.epoch === epoch && gap.to >= seq)
        .sort((a, b) => a.to - b.to)
        .slice(0, limit),
    requeuedDeadLetters: async (limit) =>
      [...deadLetters.values()].filter(({ state }) => state === 'requeued').slice(0, limit),
  }
}
