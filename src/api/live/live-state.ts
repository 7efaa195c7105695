/**
 * Live state: follows the store as a cursor and publishes what moved. Nothing stands between it and the store but `rev`, so it
 * can begin again at any time.
 *
 * Promises
 * - L1 It never throws for a store that is away: the last state stays, its age grows, `storeDown` says so, and it comes back alone.
 * - L2 Every device is read, also when more devices than a page share one `rev`, and also after the database was set back.
 * - L3 A change of the layout changes the indexes: it is a reset for everybody who watches, never a delta.
 * - L4 At most ten deltas a second, with dense sequence numbers; `shown` and `q` always belong together.
 * - L5 Who asks gets numbers about a poll old, also when nobody was watching; a store that does not answer is not waited for.
 */
import type { DeviceState } from '../../domain/device.ts'
import type { Instant } from '../../lib/brand.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { retryDelayMs } from '../../lib/retry.ts'
import type { Store } from '../../store/store.ts'
import { createDeltaRing, type DeltaRing, type Frame } from './delta-ring.ts'
import { createFloor, type Floor } from './floor.ts'
import { createPresence, type Presence } from './presence.ts'

/** While somebody watches; and while nobody does. */
const watchedPollMs = 100
const idlePollMs = 1_000
/** A read that took long, because much has changed, is followed by a pause of so many times as long, and no more than this. */
const restTimes = 2
const restMsMax = 300
const layoutPollMs = 2_000
const secondMs = 1_000
/** The slow round over all devices that finds what a cursor cannot: a database set back, a journal begun anew. */
const roundMs = 30_000
const pageRows = 1_000
/** Without an answer for this long the store counts as away, whether it refuses or hangs. */
const storeDownMs = 5_000
/** A page is not kept waiting longer than this for newer numbers than there are. */
const currentWaitMs = 250
/** Whoever has written the layout waits this long to see it live; then it becomes so by itself. */
const refreshWaitMs = 2_000
const storeRetry = { firstMs: 200, capMs: 2_000 }

interface LiveListener {
  frame(frame: Frame): void
  /** The plan has changed: indexes of before mean nothing now. */
  reset(version: string): void
  second(): void
}

export interface LiveState extends AsyncDisposable {
  readonly presence: Presence
  readonly floor: Floor
  readonly ring: Pick<DeltaRing, 'q' | 'since'>
  /** The store has been read whole at least once. */
  readonly loaded: boolean
  /** When the store last answered; undefined before it did. */
  readonly fresh: Instant | undefined
  readonly storeDown: boolean
  now(): Instant
  /** Reads the layout and the devices now, for whoever has just changed them. */
  refresh(): Promise<void>
  /** Resolves when the numbers are about as new as the store's. */
  current(): Promise<void>
  /** Somebody is watching: read more often. */
  watch(watching: boolean): void
  listen(listener: LiveListener): void
}

export interface LiveOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly promiseMs: number
  simulated(): boolean
}

export function createLiveState({ store, clock, log, promiseMs, simulated }: LiveOptions): LiveState {
  const ring = createDeltaRing(clock.now())
  const listeners: LiveListener[] = []
  const stop = new AbortController()
  let floor = createFloor(undefined, 0, simulated())
  let presence = createPresence(floor, promiseMs)
  let rev = -1
  let loaded = false
  let fresh: { wall: Instant; monotonic: number } | undefined
  const startedAt = clock.monotonic()
  let down: unknown
  let watching = false
  let wake = () => {}
  let layoutReadAt = Number.NEGATIVE_INFINITY
  let secondAt = Number.NEGATIVE_INFINITY
  let round: { cursor: string | undefined; at: number } = { cursor: undefined, at: clock.monotonic() }

  const answered = () => {
    fresh = { wall: clock.now(), monotonic: clock.monotonic() }
    if (down !== undefined) log.info('the store answers again')
    down = undefined
  }
  const apply = (devices: readonly DeviceState[]) => {
    const now = clock.now()
    for (const device of devices) presence.apply(device, now)
  }
  const publish = () => {
    const changes = presence.publish()
    if (changes.length === 0) return
    const frame = ring.push(changes, clock.now())
    for (const listener of listeners) listener.frame(frame)
  }

  /** Everything above the cursor. A page may end within one rev, so the rev of a full page's last row is asked for again. */
  async function followDevices(): Promise<void> {
    for (let limit = pageRows; ; ) {
      const page = await store.devicesSince(rev, limit)
      apply(page)
      const last = page.at(-1)
      if (!last) return
      if (page.length < limit) {
        rev = last.rev
        return
      }
      if (last.rev - 1 > rev) rev = last.rev - 1
      else limit *= 2
    }
  }

  async function goRound(): Promise<void> {
    if (round.cursor === undefined && clock.monotonic() - round.at < roundMs) return
    const { cursor } = round
    const { items, next } = await store.devicePage({ limit: pageRows, ...(cursor === undefined ? {} : { cursor }) })
    apply(items.filter((device) => differs(device, presence.devices.get(device.id))))
    round = { cursor: next ?? undefined, at: clock.monotonic() }
  }

  async function followLayout(): Promise<void> {
    // The first layout is looked for with every read: a page without a plan is of no use.
    if (floor.layoutVersion > 0 && clock.monotonic() - layoutReadAt < layoutPollMs) return
    layoutReadAt = clock.monotonic()
    const version = (await store.layoutVersion()) ?? 0
    if (version === floor.layoutVersion && simulated() === floor.plan.simulated) return
    const stored = await store.layout()
    const before = floor.plan.version
    floor = createFloor(stored?.layout, stored?.version ?? 0, simulated())
    if (floor.plan.version === before) return
    const devices = presence.devices.values()
    presence = createPresence(floor, promiseMs)
    apply([...devices])
    presence.publish()
    ring.reset()
    for (const listener of listeners) listener.reset(floor.plan.version)
  }

  async function poll(): Promise<void> {
    try {
      await followLayout()
      await followDevices()
      await goRound()
    } catch (error) {
      if (down === undefined) log.warn('the store cannot be read: the pages keep the last state', { error })
      down = error
      throw error
    }
    answered()
    loaded = true
  }

  /** The once-a-second part goes on without the store: ages grow, and people are told. */
  function tick(): void {
    if (clock.monotonic() - secondAt >= secondMs) {
      secondAt = clock.monotonic()
      presence.expire(clock.now())
      for (const listener of listeners) listener.second()
    }
    publish()
  }

  /** How long the last read took. */
  let tookMs = 0
  /** What is read is at most so old. */
  const readEveryMs = () => Math.max(watchedPollMs, Math.min(restMsMax, restTimes * tookMs))

  let reading: Promise<void> | undefined
  /** One read at a time; whoever comes while one is under way waits for the one after it. */
  async function readNow(): Promise<void> {
    // Whoever began that read gets its fault.
    while (reading) await reading.catch(() => {})
    const begun = clock.monotonic()
    reading = poll().finally(() => {
      reading = undefined
      tookMs = clock.monotonic() - begun
    })
    await reading
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !stop.signal.aborted; ) {
      const begun = clock.monotonic()
      let pause = idlePollMs
      try {
        await readNow()
        attempt = 0
        if (watching) pause = readEveryMs()
      } catch {
        pause = retryDelayMs(attempt++, storeRetry)
      }
      if (stop.signal.aborted) return
      await nap(Math.max(10, pause - (clock.monotonic() - begun)))
    }
  }
  const nap = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /** Waits for the work, but no longer than this. */
  async function within(ms: number, work: Promise<void>): Promise<void> {
    const done = new AbortController()
    // The sleep is aborted once it is not needed any more.
    await Promise.race([work, clock.sleep(ms, done.signal).catch(() => {})])
    done.abort()
  }

  const running = run()
  const ticking = setInterval(tick, watchedPollMs)
  return {
    get presence() {
      return presence
    },
    get floor() {
      return floor
    },
    ring,
    get loaded() {
      return loaded
    },
    get fresh() {
      return fresh?.wall
    },
    get storeDown() {
      return down !== undefined || clock.monotonic() - (fresh?.monotonic ?? startedAt) > storeDownMs
    },
    now: () => clock.now(),
    async refresh() {
      layoutReadAt = Number.NEGATIVE_INFINITY
      await within(refreshWaitMs, readNow())
      publish()
    },
    async current() {
      if (down !== undefined || clock.monotonic() - (fresh?.monotonic ?? 0) < readEveryMs()) return
      const read = (reading ?? readNow()).then(publish, () => {})
      await within(currentWaitMs, read)
    },
    watch(now) {
      if (now && !watching) wake()
      watching = now
    },
    listen: (listener) => {
      listeners.push(listener)
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      clearInterval(ticking)
      wake()
      await within(secondMs, running)
    },
  }
}

const differs = (a: DeviceState, b: DeviceState | undefined) => a.rev !== b?.rev || a.lastArrived !== b.lastArrived
