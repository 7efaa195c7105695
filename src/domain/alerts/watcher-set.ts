/** The watchers of the rules in use. A change of a rule makes those again that watch its quantity, and no other. */
import type { DeviceEvent, EventKind } from '../folds/fold.ts'
import type { RuleInUse } from './alert-engine.ts'
import type { Watcher, WatcherContext, WatcherOf } from './declaration.ts'
import { watcherGroups } from './rules-in-use.ts'

export interface WatcherSet {
  watch(rules: readonly RuleInUse[]): void
  dispatch(event: DeviceEvent): void
  /** The layout is another. */
  look(at: number): void
  /** Rules are others: those look that the last `watch` has made. */
  lookAtChanged(at: number): void
}

export interface WatcherDeps {
  readonly context: Omit<WatcherContext, 'wake'>
  /** `holds`: false once it is no longer waited for. */
  wake(at: number, name: string, work: (at: number) => void, holds: () => boolean): void
  /** Drops what does not hold any more. */
  sweep(): void
}

interface Group {
  /** JSON of its rules. */
  readonly written: string
  readonly watcher: Watcher
}
type Handlers = Partial<Record<EventKind, ((event: never) => void)[]>>

export function createWatcherSet({ context, wake, sweep }: WatcherDeps): WatcherSet {
  let groups = new Map<WatcherOf, Group>()
  let by: Handlers = {}
  let changed: Watcher[] = []
  let isLooking = false

  function make(create: WatcherOf, rules: Parameters<WatcherOf>[0], before: Watcher | undefined): Watcher {
    const holds = () => groups.get(create)?.watcher === watcher
    const own: WatcherContext = {
      ...context,
      put: (rule, key, finding, of) => context.put(rule, key, isLooking ? { ...finding, isLook: true } : finding, of),
      wake: (at, name, work) => wake(at, name, work, holds),
    }
    const watcher: Watcher = create(rules, own, before)
    return watcher
  }

  function lookWith(watchers: Iterable<Watcher>, at: number) {
    isLooking = true
    for (const watcher of watchers) watcher.look(at)
    isLooking = false
  }

  return {
    watch(rules) {
      const before = groups
      groups = new Map()
      changed = []
      for (const [create, of] of watcherGroups(rules)) {
        const written = JSON.stringify(of)
        const known = before.get(create)
        const group = known?.written === written ? known : { written, watcher: make(create, of, known?.watcher) }
        groups.set(create, group)
        if (group !== known) changed.push(group.watcher)
      }
      by = handlersOf([...groups.values()])
      for (const watcher of changed) watcher.load?.()
      sweep()
    },
    dispatch(event) {
      const handlers = by[event.is]
      if (handlers) for (const handle of handlers) handle(event as never)
    },
    look: (at) =>
      lookWith(
        [...groups.values()].map(({ watcher }) => watcher),
        at,
      ),
    lookAtChanged: (at) => lookWith(changed, at),
  }
}

function handlersOf(groups: readonly Group[]): Handlers {
  const by: Handlers = {}
  for (const { watcher } of groups)
    for (const [kind, handle] of Object.entries(watcher.follows)) {
      const list = by[kind as EventKind] ?? []
      list.push(handle as (event: never) => void)
      by[kind as EventKind] = list
    }
  return by
}
