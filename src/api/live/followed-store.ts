/**
 * The store as the live view follows it: its layout, and its devices along the cursor `rev`. Every device is read, also when more of them than a
 * page share one `rev`, and also after the database was set back (L2 of live-state.ts).
 */
import { setImmediate } from 'node:timers/promises'
import type { DeviceState } from '../../domain/device.ts'
import { layoutFromStored } from '../../domain/stored-layout.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { Clock } from '../../lib/clock.ts'
import { unpackJsonBeside } from '../../lib/packed-json.ts'
import type { BayStateRow, OverrideRow, Store } from '../../store/store.ts'
import { createFloor, type Floor } from './floor.ts'
import { followRevs } from './follow-revs.ts'
import { createPresence, type Presence } from './presence.ts'
import { createShownSigns, type ShownSigns } from './shown-signs.ts'

const layoutPollMs = 2_000
/** The slow round over all devices that finds what a cursor cannot: a database set back, a new journal. */
const roundMs = 30_000
const pageRows = 500
/**
 * Devices are read again after a pause of so many times as long as it took, and no more than this. States of bays have their own rows; devices
 * are only for ages and silence. With 50,000 that all report, one read takes a second, and reads without a pause took a core from processing.
 */
const deviceRest = { times: 9, msMax: 10_000 }
/** Some 5 ms: requests have their turn in between. */
const rowsInOneGo = 1_000

export interface FollowedStore {
  readonly presence: Presence
  readonly floor: Floor
  readonly signs: ShownSigns
  /** Reads what has changed. Throws what the store throws; what was read before stays. */
  read(): Promise<void>
  /** One that a bay rests on. */
  override(id: string): OverrideRow | undefined
  /** The next read looks at the layout, however new it is. */
  expectLayout(): void
  /** Bays whose devices have fallen silent, as far as arrivals are known. */
  expire(): void
}

export interface FollowOptions {
  readonly store: Store
  readonly clock: Clock
  readonly promiseMs: number
  simulated(): boolean
  /** The plan is another: indexes of before mean nothing now. */
  onLayout(version: string): void
}

export function followStore({ store, clock, promiseMs, simulated, onLayout }: FollowOptions): FollowedStore {
  let floor = createFloor(undefined, 0, simulated())
  let presence = createPresence(floor, promiseMs)
  const devices = followDevices(store, clock, () => presence)
  const bays = followBays(store, devices.heardUntil, () => presence)
  const counts = followCounts(store, () => presence)
  const signs = createShownSigns({ store, clock, presence: () => presence })
  let layoutReadAt = Number.NEGATIVE_INFINITY

  async function followLayout(): Promise<void> {
    // The first layout is looked for with every read: a page without a plan is of no use.
    if (floor.layoutVersion > 0 && clock.monotonic() - layoutReadAt < layoutPollMs) return
    layoutReadAt = clock.monotonic()
    const version = (await store.layoutVersion()) ?? 0
    if (version === floor.layoutVersion && simulated() === floor.plan.simulated) return
    const stored = await store.packedLayout()
    const layout = stored && layoutFromStored(await unpackJsonBeside(stored.packed))
    await setImmediate()
    const next = createFloor(layout, stored?.version ?? 0, simulated())
    if (next.plan.version === floor.plan.version) {
      floor = next
      return
    }
    // What they are read into is left behind.
    await devices.settled()
    const placed = await presenceOn(next, presence, promiseMs, devices.heardUntil())
    floor = next
    presence = placed
    onLayout(floor.plan.version)
  }

  return {
    get presence() {
      return presence
    },
    get floor() {
      return floor
    },
    async read() {
      await followLayout()
      await devices.read()
      await bays.read()
      await counts.read()
      await signs.read()
      await devices.goRound(bays.goRound)
    },
    signs,
    override: bays.override,
    expire: () => presence.expire(devices.heardUntil()),
    expectLayout() {
      layoutReadAt = Number.NEGATIVE_INFINITY
    },
  }
}

/** Devices along their cursor, and the slow round over all of them. */
function followDevices(store: Store, clock: Clock, presence: () => Presence) {
  let rev = -1
  const long = longRead()
  const lastRead = { atMs: Number.NEGATIVE_INFINITY, tookMs: 0 }
  const restMs = () => Math.min(deviceRest.msMax, deviceRest.times * lastRead.tookMs)
  /** A device that is not read yet is not silent. */
  const heardUntil = () => instant(Math.floor(clock.now() - behindMs(restMs(), long.isUnderWay, lastRead, clock)))
  const apply = (devices: readonly DeviceState[]) => {
    const now = heardUntil()
    for (const device of devices) presence().apply(device, now)
  }
  const hasRead = (begun: number) => {
    lastRead.atMs = clock.monotonic()
    lastRead.tookMs = lastRead.atMs - begun
  }

  /** Everything above the cursor. Many devices are waited for the first time alone: nothing is known before. */
  async function readOn(begun: number): Promise<void> {
    const page = await store.devicesSince(rev, pageRows)
    if (page.length >= pageRows) {
      const isFirst = rev < 0
      const reading = long.begin(() => readMany().then(() => hasRead(begun)), isFirst)
      return isFirst ? reading : undefined
    }
    apply(page)
    rev = page.at(-1)?.rev ?? rev
    hasRead(begun)
  }

  /**
   * More have changed than a page holds: pages by number look at each device once, those by rev at all that are left. What changes meanwhile has
   * a rev above that of the begin, and comes with the next read.
   */
  async function readMany(): Promise<void> {
    const ends = await store.deviceEnds()
    for (let from = 1; from <= ends.id; from += pageRows) {
      apply(await store.devicesNumbered(from, from + pageRows, rev))
      // SQLite answers at once: without a turn for others a request waits for all pages.
      await setImmediate()
    }
    rev = Math.max(rev, ends.rev)
  }

  return {
    heardUntil,
    /** Resolves when no devices are being read. */
    settled: long.settled,
    async read(): Promise<void> {
      if (long.isUnderWay) return
      long.throwFault()
      const begun = clock.monotonic()
      if (begun - lastRead.atMs >= restMs()) await readOn(begun)
    },
    goRound: roundOver(store, clock, presence, apply),
  }
}

interface LastRead {
  readonly atMs: number
  readonly tookMs: number
}

/** How old what is read may be: its first page is as old as its begin. While nothing can be read, devices do fall silent. */
function behindMs(restMs: number, isReading: boolean, { atMs, tookMs }: LastRead, clock: Clock): number {
  const isFirst = atMs === Number.NEGATIVE_INFINITY
  return isReading && !isFirst ? Math.max(restMs, clock.monotonic() - atMs) + tookMs : restMs + tookMs
}

/** A read beside all others, one at a time: states of bays do not wait for it, and requests that wait for those. */
function longRead() {
  let underWay: Promise<void> | undefined
  let failed: { readonly reason: unknown } | undefined
  return {
    get isUnderWay() {
      return underWay !== undefined
    },
    // Its fault is reported elsewhere.
    settled: async () => void (await underWay?.catch(() => {})),
    /** The fault of one that is not waited for is that of the next `throwFault`. */
    begin(read: () => Promise<void>, isAwaited: boolean): Promise<void> {
      const reading = read().finally(() => {
        underWay = undefined
      })
      reading.catch((reason) => {
        if (!isAwaited) failed = { reason }
      })
      underWay = reading
      return reading
    },
    throwFault() {
      if (!failed) return
      const { reason } = failed
      failed = undefined
      throw reason
    },
  }
}

/** A page of the round when it is time for one. `begun`: called first, at the begin of a round. */
function roundOver(
  store: Store,
  clock: Clock,
  presence: () => Presence,
  apply: (devices: readonly DeviceState[]) => void,
) {
  let round: { cursor: string | undefined; at: number } = { cursor: undefined, at: clock.monotonic() }
  return async (begun: () => void): Promise<void> => {
    if (round.cursor === undefined && clock.monotonic() - round.at < roundMs) return
    if (round.cursor === undefined) begun()
    const { cursor } = round
    const { items, next } = await store.devicePage({ limit: pageRows, ...(cursor === undefined ? {} : { cursor }) })
    apply(items.filter((device) => differs(device, presence().devices.get(device.id))))
    round = { cursor: next ?? undefined, at: clock.monotonic() }
  }
}

const differs = (a: DeviceState, b: DeviceState | undefined) => a.rev !== b?.rev || a.lastArrived !== b.lastArrived

/** States of bays along their own cursor, with the overrides that they rest on. */
function followBays(store: Store, now: () => Instant, presence: () => Presence) {
  const overrides = new Map<string, OverrideRow>()

  async function apply(rows: readonly BayStateRow[]): Promise<void> {
    for (const { override: id } of rows) {
      if (id === null || overrides.has(id)) continue
      // It changes only when it ends, and then no bay rests on it.
      const override = await store.override(id)
      if (override) overrides.set(id, override)
    }
    // From here on nothing fails: a rev counts as read with all its rows, or not at all.
    for (const row of rows) presence().applyBay(row, now())
  }

  return {
    read: followRevs(
      () => store.bayRev(),
      (rev) => store.baysSince(rev, pageRows),
      apply,
    ),
    override: (id: string) => overrides.get(id),
    /** Forgets overrides that no bay rests on. */
    goRound() {
      const named = new Set([...presence().bays()].map(({ override }) => override))
      for (const id of overrides.keys()) if (!named.has(id)) overrides.delete(id)
    },
  }
}

/** Count zones along their own cursor. */
function followCounts(store: Store, presence: () => Presence) {
  const read = followRevs(
    () => store.countRev(),
    (rev) => store.countZonesSince(rev),
    (rows) => {
      for (const row of rows) presence().counts.applyRow(row)
    },
  )
  return {
    async read() {
      if (presence().floor.counting.zones.length > 0) await read()
    },
  }
}

/** Bays and devices on another floor. A city takes a quarter of a second. */
async function presenceOn(next: Floor, before: Presence, promiseMs: number, now: Instant): Promise<Presence> {
  const placed = createPresence(next, promiseMs)
  for (const [i, row] of [...before.bays()].entries()) {
    if (i % rowsInOneGo === 0) await setImmediate()
    placed.applyBay(row, now)
  }
  for (const row of before.counts.rows()) placed.counts.applyRow(row)
  placed.counts.expire(now)
  for (const [i, device] of [...before.devices.values()].entries()) {
    if (i % rowsInOneGo === 0) await setImmediate()
    placed.apply(device, now)
  }
  placed.publish()
  return placed
}
