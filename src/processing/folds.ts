/**
 * The folds, and the rows of the commit that each writes. Loaded with the fleet and dropped with it; `take` hands over what a batch has changed.
 * A new fold is its file in domain/folds/, a field of `HistoryBatch` of the type of its table's rows, and a line here.
 */

import { alertFold } from '../domain/alerts/alert-fold.ts'
import { noStoredAlerts, type StoredAlerts } from '../domain/alerts/alert-rows.ts'
import type { AssignedDevice, AssignmentPeriod } from '../domain/assigned-device.ts'
import { createAssignmentHistory, type PlaceThen } from '../domain/assignment-history.ts'
import type { DeskEntry } from '../domain/desk-change.ts'
import { byDistance } from '../domain/distance-presence.ts'
import type { DeviceRecord } from '../domain/fold.ts'
import type { StandingRow } from '../domain/folds/bay-memories.ts'
import type { StoredBays } from '../domain/folds/bay-rows.ts'
import { type BayStates, bayStates } from '../domain/folds/bay-states.ts'
import type { CountStateRow, CountZoneRow } from '../domain/folds/count-rows.ts'
import { notAhead } from '../domain/folds/count-time.ts'
import { deviceHealth } from '../domain/folds/device-health.ts'
import type {
  Before,
  CountStep,
  DeviceEvent,
  EventKind,
  FactsEvent,
  Fold,
  FoldStart,
  LetterEvent,
  LossFact,
  OverstayEvent,
} from '../domain/folds/fold.ts'
import type { LateRepair } from '../domain/folds/late-repair.ts'
import { placeOccupancy } from '../domain/folds/place-occupancy.ts'
import { type ReportScheduleRow, reportSchedules } from '../domain/folds/report-schedules.ts'
import type { SignRow } from '../domain/folds/sign-rows.ts'
import { type SignStart, signs as signsOf } from '../domain/folds/signs.ts'
import { type StayStart, stays } from '../domain/folds/stays.ts'
import { type VehicleCounts, vehicleCounts } from '../domain/folds/vehicle-counts.ts'
import { zoneCounts } from '../domain/folds/zone-counts.ts'
import type { OverstayRow } from '../domain/overstays.ts'
import type { FramePath, Reading } from '../domain/reading.ts'
import type { Watching } from '../domain/watching.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { createSessionBook, type HistoryBatch, type OccupancyRow } from '../store/store.ts'
import type { Fleet, Tracked } from './fleet.ts'

/** What is stored that folds resume from; absent: nothing is. A fold that needs its own rows adds a field. */
export interface FoldRows {
  /** The newest of every place there ever was. */
  readonly occupancy?: readonly OccupancyRow[]
  readonly bays?: StoredBays
  /** Every count zone there ever was. */
  readonly countZones?: readonly CountZoneRow[]
  /** The newest of each count zone. */
  readonly countStates?: readonly CountStateRow[]
  /** Every sign there ever was. */
  readonly signs?: readonly SignRow[]
  /** Every schedule of reports there ever was. */
  readonly reportSchedules?: readonly ReportScheduleRow[]
  /** What is remembered of the stays of bays. */
  readonly standing?: readonly StandingRow[]
  /** Those that go on. */
  readonly overstays?: readonly OverstayRow[]
  readonly alerts?: StoredAlerts
  /** Every period there ever was. */
  readonly assignments?: readonly AssignmentPeriod[]
}

/** What the folds write; stays that late readings repair are beside them. */
type Rows = Omit<Required<HistoryBatch>, 'bays' | 'vehicles' | 'alerts' | 'sessionsGone' | 'sessionsAdded'>
type Start = FoldStart<OccupancyRow> &
  Required<Pick<FoldRows, 'standing' | 'overstays' | 'reportSchedules'>> &
  Pick<StayStart, 'flagsOf'> & {
    readonly ofSigns: Pick<SignStart, 'isKnown' | 'stored' | 'clock'>
  }

/** Behind the folds of bays and count zones, whose events they may follow. */
function foldsOf(
  start: Start,
  emit: (event: OverstayEvent) => void,
): {
  readonly late: LateRepair
  readonly currentOverstays: () => Iterable<OverstayRow>
  readonly list: { readonly [Field in keyof Rows]: AnyFold<Rows[Field]> }
} {
  const ofBays = stays(start, createSessionBook(), emit)
  const list = {
    sessions: anyFold(ofBays),
    standing: { follows: [], apply: () => undefined, take: ofBays.takeStanding },
    occupancy: anyFold(placeOccupancy(start)),
    counts: anyFold(zoneCounts()),
    health: anyFold(deviceHealth()),
    signs: anyFold(signsOf({ ...start, ...start.ofSigns })),
    reportSchedules: anyFold(reportSchedules(start.reportSchedules)),
  }
  return { late: ofBays.late, currentOverstays: ofBays.currentOverstays, list }
}

/** A layout that takes effect. `assigned`: where its devices are. */
export interface LaidOut {
  readonly watching: Watching
  readonly assigned: readonly AssignedDevice[]
}

export interface HistoryFold {
  /**
   * A frame of the device has arrived, before its outcome is known. `path`: absent: by its source alone. `isSetBack`: the clock of the server was
   * set back meanwhile.
   */
  touchLiveness(state: DeviceRecord, arrived: Instant, time: Instant, path?: FramePath, isSetBack?: boolean): void
  doubted(state: DeviceRecord, time: Instant): void
  counted(state: DeviceRecord, step: CountStep, time: Instant, arrived: Instant): void
  /** The bay that its stays are of while it watches none: the one that it claims, unless that is assigned to another device. */
  claimOf(state: DeviceRecord): string | null
  /** The reading with the presence that its distance shows, where the layout has limits for its device; else the reading itself. */
  seen(state: DeviceRecord, reading: Reading): Reading
  /** The bay that the device watches, or claims. */
  bayOf(state: DeviceRecord): string | null
  /** Where the device was at that time. */
  placeAt(state: DeviceRecord, time: Instant): PlaceThen
  /** When a device was moved last, whichever: what was measured later was measured where its device is now. */
  readonly movedAt: number
  /** Numbers are missing before the reading that has just changed the device; null: it is not known how many. `after`: the reading before. */
  skipped(state: DeviceRecord, numbers: number | null, after: Instant): void
  applied(state: DeviceRecord, before: Before, reading: Reading, time: Instant, isTimeTrusted?: boolean): void
  /** `at`: when the layout was published. */
  relayout(layout: LaidOut, fleet: Fleet, at: Instant): void
  /** A heartbeat of the journal. */
  clock(at: Instant): void
  /** A change by a person. `pos`: of its record. */
  desk(entry: DeskEntry, pos: number): void
  /** The record whose events come next: the `rev` of alert events. */
  position(pos: number): void
  /** A frame has become a dead letter. */
  letter(letter: Omit<LetterEvent, 'is'>): void
  /** What intake has reported with a heartbeat. */
  facts(facts: Omit<FactsEvent, 'is'>): void
  /** Records of the journal cannot be read back: at the moment that it had come to. `first`: where nothing has come before. */
  lost(losses: readonly LossFact[], first: Instant): void
  /** For stays that late readings repair. */
  readonly late: LateRepair
  take(): HistoryBatch
}

/**
 * A sensor that is moved to a bay has reported nothing of it, and nor has one that takes the place of another: it does not know until its next
 * reading. One that had no bay, at a bay that had none, stood there all the time; and a bay that is gone was given another name.
 */
function forgetMoved(fleet: Fleet, { before, after }: { before: Watching; after: Watching }, at: Instant) {
  const all = [...fleet.all()].filter(hasPresence)
  const watched = new Set(all.map(({ state }) => before.bayOf(state)))
  for (const device of all) {
    const [was, is] = [before.bayOf(device.state), after.bayOf(device.state)]
    if (is === undefined || is === was) continue
    const isMoved = was === undefined ? watched.has(is) : after.closed.has(was)
    if (!isMoved) continue
    forgetPresence(fleet, device, at)
  }
}

/** A distance is no presence any more: what the limits made of the last one is not known to hold, and no later reading would end it. */
function forgetUnlimited(fleet: Fleet, { before, after }: { before: Watching; after: Watching }, at: Instant) {
  for (const device of fleet.all()) {
    const { external } = device.state
    if (!hasPresence(device) || !before.distanceLimitsOf(external) || after.distanceLimitsOf(external)) continue
    forgetPresence(fleet, device, at)
  }
}

const hasPresence = ({ state, order }: Tracked) =>
  typeof state.occupied === 'boolean' || typeof order.held?.occupied === 'boolean'

function forgetPresence(fleet: Fleet, device: Tracked, at: Instant) {
  Object.assign(device.state, { occupied: null, since: at })
  const { order } = device
  // What is in doubt is of before too.
  if (order.held) {
    order.held = { ...order.held, occupied: null, since: at }
    order.changed = true
  }
  fleet.touch(device)
}

/** Those whose events other folds follow. */
function emittingFolds(
  start: Pick<Start, 'watching' | 'devices' | 'promiseMs'>,
  { bays: stored, countZones = [], countStates = [] }: FoldRows,
  emit: (event: DeviceEvent) => void,
): { readonly bays: BayStates; readonly vehicles: VehicleCounts } {
  const bays = bayStates({ ...start, stored }, emit)
  const { stateOf } = bays
  const counted = { stored: countZones, storedStates: countStates, clock: stored?.clock }
  return { bays, vehicles: vehicleCounts({ ...start, stateOf, ...counted }, emit) }
}

const signStart = ({ signs: stored = [], bays }: FoldRows, isKnown: VehicleCounts['isKnown']) => ({
  ...{ isKnown, stored, clock: bays?.clock },
})

const promiseMsUsual = 24 * 60 * 60_000

/** `promiseMs`: a device silent for longer is silent, whole milliseconds. */
export function createHistoryFold(
  first: Watching,
  fleet: Fleet,
  stored: FoldRows = {},
  promiseMs = promiseMsUsual,
): HistoryFold {
  let watching = first
  const assignments = createAssignmentHistory(stored.assignments ?? [])
  const devices = statesOf(fleet)
  const emit = (event: DeviceEvent) => {
    for (const fold of by[event.is]) fold.apply(event)
  }
  const { bays, vehicles } = emittingFolds({ watching, devices, promiseMs }, stored, emit)
  const { occupancy = [], standing = [], overstays = [], reportSchedules = [] } = stored
  const flagsOf = (bay: string) => bays.bay(bay)?.flags ?? 0
  const ofSigns = signStart(stored, vehicles.isKnown)
  const standingOn = { stateOf: bays.stateOf, flagsOf, restOf: vehicles.restOf, ofSigns }
  const start: Start = { watching, devices, occupancy, standing, overstays, reportSchedules, promiseMs, ...standingOn }
  const { late, list, currentOverstays } = foldsOf(start, emit)
  // Behind all others: it looks at them as they are.
  const alerts = alertFold({
    ...{ watching, devices, stored: stored.alerts ?? noStoredAlerts, clock: stored.bays?.clock },
    neighbours: neighboursOf(bays, vehicles, currentOverstays),
  })
  const folds = Object.entries<AnyFold<unknown>>(list).map(([field, fold]) => ({ field, fold }))
  const all: readonly AnyFold<unknown>[] = [
    anyFold(bays),
    anyFold(vehicles),
    ...folds.map(({ fold }) => fold),
    anyFold(alerts),
  ]
  const by = byKind(all)
  const ticking = all.flatMap(({ tick }) => (tick ? [tick] : []))
  const claimOf = (device: DeviceRecord) => (watching.conflictOf(device) === undefined ? device.claimedBay : null)
  const tickAll = (time: Instant) => {
    for (const tick of ticking) tick(time)
  }

  return {
    touchLiveness(device, arrived, time, path = '', isSetBack = false) {
      if (isSetBack) emit({ is: 'set-back' })
      tickAll(arrived)
      emit({ is: 'liveness', device, arrived, time, path })
    },
    applied: (device, before, reading, time, isTimeTrusted = false) =>
      emit({ is: 'applied', device, before, reading, time, isTimeTrusted }),
    late,
    skipped: (device, numbers, after) => emit({ is: 'skipped', device, numbers, after }),
    doubted: (device, time) => emit({ is: 'doubted', device, time }),
    counted: (device, step, time, arrived) => emit({ is: 'counted', device, ...notAhead(step, time, arrived) }),
    claimOf,
    seen: (device, reading) => byDistance(reading, watching.distanceLimitsOf(device.external)),
    bayOf: (device) => watching.bayOf(device) ?? claimOf(device),
    placeAt: (device, time) => assignments.placeAt(device, time, watching),
    get movedAt() {
      return assignments.changedAt
    },
    relayout({ watching: next, assigned }, devices, at) {
      assignments.relayout(assigned, at)
      const layouts = { before: watching, after: next }
      forgetMoved(devices, layouts, at)
      forgetUnlimited(devices, layouts, at)
      watching = next
      emit({ is: 'layout', watching, devices: statesOf(devices), at })
    },
    clock(at) {
      tickAll(at)
      emit({ is: 'clock', at })
    },
    position(pos) {
      // What the record before has put off is of that record, wherever batches are cut.
      bays.settle()
      alerts.position(pos)
    },
    letter(letter) {
      tickAll(letter.time)
      emit({ is: 'letter', ...letter })
    },
    facts: (facts) => emit({ is: 'facts', ...facts }),
    lost: (losses, first) => emit({ is: 'facts', at: instant(alerts.clock || first), losses, health: undefined }),
    desk(entry, pos) {
      // A change by a person is an arrival too: what fell due before it comes first.
      tickAll(entry.at)
      emit({ is: 'desk', entry, pos })
    },
    take() {
      // First: what it has put off reaches the folds behind it.
      const ofBays = bays.take()
      const rows = Object.fromEntries(folds.map(({ field, fold }) => [field, fold.take()])) as unknown as Rows
      return { bays: ofBays, vehicles: vehicles.take(), ...rows, alerts: alerts.take() }
    },
  }
}

/** Those that follow each kind of event, in their order. */
function byKind(all: readonly AnyFold<unknown>[]) {
  const following = (kind: EventKind) => all.filter(({ follows }) => follows.includes(kind))
  return {
    ...{ liveness: following('liveness'), applied: following('applied'), doubted: following('doubted') },
    ...{ counted: following('counted'), layout: following('layout'), 'set-back': following('set-back') },
    ...{ skipped: following('skipped'), clock: following('clock'), desk: following('desk'), bay: following('bay') },
    ...{ count: following('count'), flags: following('flags'), gateway: following('gateway') },
    ...{ overstay: following('overstay'), zone: following('zone'), letter: following('letter') },
    facts: following('facts'),
  } satisfies Record<EventKind, unknown>
}

/** The folds beside that of alerts, as it looks at them. */
const neighboursOf = (
  bays: BayStates,
  vehicles: VehicleCounts,
  currentOverstays: () => Iterable<OverstayRow>,
): Parameters<typeof alertFold>[0]['neighbours'] => ({
  ...{ bay: bays.bay, promiseMsOf: bays.promiseMsOf, restOf: vehicles.restOf, countZone: vehicles.zone },
  overstays: currentOverstays,
  *gatewaysOffline() {
    for (const { source, id, offlineSince, devices } of bays.gateways.offline())
      yield { source, gateway: id, offlineSince: offlineSince ?? 0, devices }
  },
  carrierOf(device) {
    const gateway = bays.gateways.carrierOf(device)
    return gateway && { source: gateway.source, gateway: gateway.id }
  },
})

const statesOf = (fleet: Fleet) => [...fleet.all()].map(({ state }) => state)

/** A fold of the list: it is given only events of the kinds that it follows. */
interface AnyFold<Rows> extends Omit<Fold<Rows>, 'apply'> {
  apply(event: DeviceEvent): void
}

const anyFold = <Rows, K extends EventKind>(fold: Fold<Rows, K>): AnyFold<Rows> => fold as unknown as AnyFold<Rows>
