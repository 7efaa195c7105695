/**
 * The fold of alerts: rules in use, watchers that find their conditions, and what people do. What becomes of a condition is decided by the engine.
 * The rules: docs/specs/alerts.md.
 */
import type { Instant } from '../../lib/brand.ts'
import type { DeskEntry } from '../desk-change.ts'
import type { DeviceRecord } from '../fold.ts'
import type { EventOf, Fold } from '../folds/fold.ts'
import type { Watching } from '../watching.ts'
import { type AlertBook, createAlertBook } from './alert-book.ts'
import { createAlertClock, rememberedClock } from './alert-clock.ts'
import { createAlertDesk } from './alert-desk.ts'
import { type AlertEngine, createAlertEngine } from './alert-engine.ts'
import type { AlertRows, StoredAlerts } from './alert-rows.ts'
import type { WatcherContext } from './declaration.ts'
import { applyChange, areSameLimits, dropGone } from './dropped-slots.ts'
import type { AlertRule } from './rule.ts'
import { createRuleBook, type RuleBook } from './rule-book.ts'
import { createWaits } from './waits.ts'
import { createWatcherSet, type WatcherSet } from './watcher-set.ts'
import { createWorld, type Neighbours, replaceableDevices, type World } from './world.ts'

const follows = [
  ...(['liveness', 'applied', 'counted', 'bay', 'count', 'flags', 'gateway', 'overstay', 'zone'] as const),
  ...(['letter', 'facts', 'layout', 'set-back', 'clock', 'desk'] as const),
] as const

export interface AlertFold extends Fold<AlertRows, (typeof follows)[number]> {
  /** Of the record whose events come next. */
  position(pos: number): void
  /** The newest moment that the journal has come to; 0: none. */
  readonly clock: number
}

export interface AlertStart {
  readonly watching: Watching
  readonly devices: readonly DeviceRecord[]
  readonly stored: StoredAlerts
  readonly clock: Instant | undefined
  readonly neighbours: Neighbours
}

export function alertFold(start: AlertStart): AlertFold {
  let { watching } = start
  const devices = replaceableDevices(start.devices)
  const world = createWorld(start.neighbours, devices, () => watching)
  const book = createAlertBook(start.stored)
  const rules = createRuleBook(start.stored.rules)
  const engine = createAlertEngine({ book, world, clock: clockOf(start, book), inUse: rules.inUse })
  const clock = createAlertClock(engine, book)
  const rejudged = new Set<string>()
  const context = { ...contextOf(book, world, engine, rules, rejudged), resumedAt: () => clock.resumedAt }
  const watchers = createWatcherSet({ context, wake: engine.wake, sweep: engine.sweep })
  watchers.watch(rules.enabled())
  engine.load()
  const waits = createWaits({ book, world, wake: engine.wake })
  const desk = createAlertDesk({
    ...{ book, engine, world, clock: () => engine.clock },
    changeRule: ruleChange({ book, engine, rules, watchers, rejudged }),
  })

  function people(entry: DeskEntry) {
    const { change, author, at } = entry
    if (change.is !== 'wait' && change.is !== 'wait-end') return desk.apply(entry, clock.advance)
    // What falls due before it has fallen due.
    clock.advance(at)
    if (change.is === 'wait') waits.begin(change, author, at)
    else waits.end(change.id)
  }

  function relayout(event: EventOf<'layout'>) {
    watching = event.watching
    devices.replace(event.devices)
    dropGone(book, engine, world)
    watchers.dispatch(event)
    watchers.look(event.at)
    waits.look(event.at)
  }

  return {
    follows,
    position: book.position,
    get clock() {
      return engine.clock
    },
    tick: clock.tick,
    apply(event) {
      if (event.is === 'liveness' && !devices.has(event.device.id)) devices.meet(event.device)
      // A message that no device is known of has moved no clock.
      if (event.is === 'letter') clock.advance(event.time)
      if (event.is === 'set-back') clock.setBack()
      else if (event.is === 'layout') relayout(event)
      else if (event.is === 'desk') people(event.entry)
      else watchers.dispatch(event)
      if (event.is === 'bay' && event.after === 'free') waits.freed(event.bay, event.time)
    },
    take: book.take,
  }
}

interface RuleChangeDeps {
  readonly book: AlertBook
  readonly engine: AlertEngine
  readonly rules: RuleBook
  readonly watchers: WatcherSet
  readonly rejudged: Set<string>
}

const ruleChange =
  ({ book, engine, rules, watchers, rejudged }: RuleChangeDeps) =>
  (id: string, rule: AlertRule | null, at: number) => {
    const was = rules.inUse(id)
    rules.change(id, rule)
    const is = rules.inUse(id)
    applyChange({ book, engine, id, was, is }, at)
    watchers.watch(rules.enabled())
    if (was && is && !areSameLimits(was, is)) rejudged.add(id)
    watchers.lookAtChanged(at)
    rejudged.clear()
  }

const clockOf = ({ clock, devices }: AlertStart, book: AlertBook): number =>
  rememberedClock(book, clock ?? devices.reduce((newest, { lastArrived }) => Math.max(newest, lastArrived), 0))

/** `rejudged`: ids of rules whose limits are others: what is within them clears without hysteresis. */
const contextOf = (
  book: AlertBook,
  world: World,
  engine: AlertEngine,
  rules: RuleBook,
  rejudged: ReadonlySet<string>,
): Omit<WatcherContext, 'wake' | 'resumedAt'> => ({
  world,
  now: () => engine.clock,
  put(rule, key, finding, subject) {
    const used = rules.inUse(rule.id)
    if (used) engine.put(used, key, finding, subject)
  },
  isOn: engine.isOn,
  standing(rule, key) {
    const standing = engine.standing(rule, key)
    return rejudged.has(rule.id) ? { ...standing, isRaised: false } : standing
  },
  subjectsOn: engine.subjectsOn,
  remember: book.remember,
  recall: book.recall,
})
