/**
 * A built-in rule is one value of `RuleDeclaration` in a file of `rules/`, a line in `rules/list.ts`, and its cases. It watches a quantity that
 * people may watch too (`watch`), or follows events of the folds itself (`watcher`).
 */
import type { AlertSubjectKind } from '@baykeeper/contract/vocabulary.ts'
import type { EventKind, EventOf } from '../folds/fold.ts'
import type { Watching } from '../watching.ts'
import type { AlertRule, RuleSettings, Standing, Watch } from './rule.ts'
import type { OwnText, SlotKey } from './slot.ts'
import type { Subject } from './subject.ts'
import type { World } from './world.ts'

/** A condition as a watcher has found it. */
export interface Finding {
  readonly isOn: boolean
  /** Since when. */
  readonly at: number
  readonly value: number | null
  /** One sentence with its numbers; asked only where the condition begins. */
  text(): string
  /** In place of the threshold of the rule, and the unit of its declaration. */
  readonly limit?: number | null
  readonly unit?: string
  /** What has no clearing condition has happened once more. */
  readonly isAgain?: boolean
  /** Found by looking at everything, not by an event. */
  readonly isLook?: boolean
  /** It is not raised before that, and only where it still holds then. */
  readonly notBefore?: number
  /** Of an alert that a person raises. */
  readonly own?: OwnText | null
}

export interface WatcherContext {
  readonly world: World
  /** The clock of the journal, milliseconds since 1970. */
  now(): number
  /** When the server went on after a standstill in which nothing could be heard; 0: never. */
  resumedAt(): number
  /** Reports the condition of a rule for a subject: of most subjects it does not hold, and that costs a look into a map. */
  put(rule: AlertRule, key: SlotKey, finding: Finding, subject: () => Subject | undefined): void
  /** The condition of the rule holds for it. */
  isOn(rule: AlertRule, key: SlotKey): boolean
  standing(rule: AlertRule, key: SlotKey): Standing
  /** Every subject for which the condition of the rule holds. */
  subjectsOn(rule: AlertRule): Iterable<Subject>
  /** Calls back when the clock of the journal has reached it. `name`: of the subject; decides who comes first at one moment. */
  wake(at: number, name: string, work: (at: number) => void): void
  /** Kept over a restart: JSON. Only for what does not follow from what is stored otherwise. */
  remember(name: string, value: unknown): void
  recall(name: string): unknown
}

export type Follows = { readonly [K in EventKind]?: (event: EventOf<K>) => void }

export interface Watcher {
  readonly follows: Follows
  /** Begins, with what is stored: what falls due is awaited, and nothing is put. */
  load?(): void
  /** Looks at everything as it is now: a rule or the layout is another. */
  look(at: number): void
  /** What the watcher goes on with that takes its place when a rule is another. */
  readonly tallies?: PlaceTallies
}

/** What of each place of a layout is occupied and known: by its index. */
export interface PlaceTallies {
  readonly watching: Watching
  readonly now: readonly { occupied: number; known: number; capacity: number }[]
  /** A layout has changed bays since: they are counted again. */
  isOld: boolean
}

export interface RuleDeclaration {
  readonly kind: string
  /** What it watches, and when it raises: one or two sentences. */
  readonly about: string
  readonly subject: AlertSubjectKind
  /** Of value and threshold; empty: it has none. */
  readonly unit: string
  readonly defaults: RuleSettings
  /** Kinds that it explains while it is active; which of their alerts, `explains` decides. */
  readonly holdsBack?: readonly string[]
  explains?(root: Subject, child: Subject, world: World): boolean
  /** It has no clearing condition: a person resolves it. */
  readonly isResolvable?: true
  /** A quantity that people may watch too. */
  readonly watch?: Watch
  watcher?(rules: readonly AlertRule[], context: WatcherContext, before?: Watcher): Watcher
}

/** Makes the watcher of all rules of one quantity, in place of the one before it. */
export type WatcherOf = (rules: readonly AlertRule[], context: WatcherContext, before?: Watcher) => Watcher
