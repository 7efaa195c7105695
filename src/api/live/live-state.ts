/**
 * Live state: follows the store as a cursor and publishes what moved. Nothing stands between it and the store but `rev`, so it
 * can begin again at any time.
 *
 * Promises
 * - L1 It never throws for a store that is away: the last state stays, its age grows, `storeDown` is set, and it recovers without a restart.
 * - L2 Every device is read, also when more devices than a page share one `rev`, and also after the database was set back.
 * - L3 A change of the layout changes the indexes: it is a reset for everybody who watches, never a delta.
 * - L4 At most ten deltas a second, with dense sequence numbers; `shown` and `q` always belong together.
 * - L5 A request gets numbers about one poll old, also without viewers; a store that does not answer is not waited for.
 */
import type { Instant } from '../../lib/brand.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { OverrideRow, Store } from '../../store/store.ts'
import { createDeltaRing, type DeltaRing, type Frame } from './delta-ring.ts'
import type { Floor } from './floor.ts'
import { followStore } from './followed-store.ts'
import { startPolling, watchedPollMs } from './polling.ts'
import type { Presence } from './presence.ts'
import type { ShownSigns } from './shown-signs.ts'

const secondMs = 1_000
/** Without an answer for this long the store counts as away, whether it refuses or hangs. */
const storeDownMs = 5_000
/** A page is not kept waiting longer than this for newer numbers than there are. */
const currentWaitMs = 250
/** Upper bound on the wait after a change of the layout; then the live view catches up in the background. */
const refreshWaitMs = 2_000

interface LiveListener {
  frame(frame: Frame): void
  /** The plan has changed: indexes of before mean nothing now. */
  reset(version: string): void
  second(): void
}

export interface LiveState extends AsyncDisposable {
  readonly presence: Presence
  readonly floor: Floor
  readonly signs: ShownSigns
  readonly ring: Pick<DeltaRing, 'q' | 'since'>
  /** The store has been read whole at least once. */
  readonly loaded: boolean
  /** When the store last answered; undefined before it did. */
  readonly fresh: Instant | undefined
  readonly storeDown: boolean
  now(): Instant
  /** Reads the layout and the devices now, after a change of them. */
  refresh(): Promise<void>
  /** Resolves when the numbers are about as new as the store's. */
  current(): Promise<void>
  /** Somebody is watching: read more often. */
  watch(watching: boolean): void
  /** What readers may see has changed: all fetch plan and snapshot again. */
  restart(): void
  listen(listener: LiveListener): void
  /** One that a bay rests on. */
  override(id: string): OverrideRow | undefined
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
  const contact = storeContact(clock, log)
  let loaded = false
  let secondAt = Number.NEGATIVE_INFINITY
  const followed = followStore({
    ...{ store, clock, promiseMs, simulated },
    onLayout(version) {
      ring.reset()
      for (const listener of listeners) listener.reset(version)
    },
  })

  async function read(): Promise<void> {
    try {
      await followed.read()
    } catch (error) {
      contact.failed(error)
      throw error
    }
    contact.answered()
    loaded = true
  }

  function publish() {
    const changes = followed.presence.publish()
    if (changes.length === 0) return
    const frame = ring.push(changes, clock.now())
    for (const listener of listeners) listener.frame(frame)
  }

  /** The once-a-second part goes on without the store: ages grow, and listeners are notified. */
  function tick(): void {
    if (clock.monotonic() - secondAt >= secondMs) {
      secondAt = clock.monotonic()
      followed.expire()
      for (const listener of listeners) listener.second()
    }
    publish()
  }

  const polling = startPolling(read, clock)
  const ticking = setInterval(tick, watchedPollMs)
  return {
    get presence() {
      return followed.presence
    },
    get floor() {
      return followed.floor
    },
    signs: followed.signs,
    ring,
    get loaded() {
      return loaded
    },
    get fresh() {
      return contact.fresh
    },
    get storeDown() {
      return contact.isDown || contact.ageMs > storeDownMs
    },
    now: () => clock.now(),
    async refresh() {
      followed.expectLayout()
      await within(clock, refreshWaitMs, polling.readNow())
      publish()
    },
    async current() {
      const isNew = contact.fresh !== undefined && contact.ageMs < polling.everyMs()
      if (contact.isDown || isNew) return
      // A failed read leaves the last state, with its age.
      const read = (polling.underWay ?? polling.readNow()).then(publish, () => {})
      await within(clock, currentWaitMs, read)
    },
    watch: polling.watch,
    restart() {
      ring.reset()
      for (const listener of listeners) listener.reset(followed.floor.plan.version)
    },
    listen: (listener) => {
      listeners.push(listener)
    },
    override: followed.override,
    async [Symbol.asyncDispose]() {
      clearInterval(ticking)
      await within(clock, secondMs, polling.stop())
    },
  }
}

/** Whether the store answers, and since when it has not. */
function storeContact(clock: Clock, log: Log) {
  const startedAt = clock.monotonic()
  let fresh: { wall: Instant; monotonic: number } | undefined
  let isDown = false
  return {
    /** When it last answered. */
    get fresh() {
      return fresh?.wall
    },
    get isDown() {
      return isDown
    },
    /** Since it last answered, or since the start. */
    get ageMs() {
      return clock.monotonic() - (fresh?.monotonic ?? startedAt)
    },
    answered() {
      fresh = { wall: clock.now(), monotonic: clock.monotonic() }
      if (isDown) log.info('the store answers again')
      isDown = false
    },
    failed(error: unknown) {
      if (!isDown) log.warn('the store cannot be read: the pages keep the last state', { error })
      isDown = true
    },
  }
}

/** Waits for the work, but no longer than this. */
async function within(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const done = new AbortController()
  // The sleep is aborted once it is not needed any more.
  await Promise.race([work, clock.sleep(ms, done.signal).catch(() => {})])
  done.abort()
}
