/**
 * The life of an alert by ISA-18.2, as a table of transitions. What is missing in the table cannot happen; an action of a person that has no effect
 * is a refusal with its reason.
 *
 *   normal ──raise──▶ unacknowledged ──acknowledge──▶ acknowledged ──clear──▶ normal
 *                        │    ▲                           │
 *                      clear raise                  undo-acknowledge
 *                        ▼    │                           ▼
 *                      returned ──acknowledge──▶ normal   unacknowledged
 *
 * - Shelved, suppressed and out of service lie over that: the condition is followed meanwhile, and where it holds at their end the alert is
 *   unacknowledged again, else it is normal. Only a shelving has its own end.
 * - `normal` is closed. An alert whose condition holds never becomes normal by hand: `resolve` is for those without a clearing condition.
 */
import type { AlertAction, AlertRefusal, AlertState } from '@baykeeper/contract/vocabulary.ts'

export type Lifecycle =
  | { readonly is: 'normal' }
  | { readonly is: 'unacknowledged' }
  | { readonly is: 'acknowledged' }
  | { readonly is: 'returned' }
  | { readonly is: 'shelved'; readonly until: number; readonly isActive: boolean }
  /** `root`: id of the alert that explains it. */
  | { readonly is: 'suppressed'; readonly root: string; readonly isActive: boolean }
  | { readonly is: 'out-of-service'; readonly isActive: boolean }

export type LifecycleEvent =
  | { readonly is: 'raise' }
  | { readonly is: 'clear' }
  | { readonly is: 'suppress'; readonly root: string }
  /** The root has ended some time ago. */
  | { readonly is: 'release' }
  /** A shelving ends. */
  | { readonly is: 'expire' }
  | { readonly is: 'shelve'; readonly until: number }
  | { readonly is: Exclude<AlertAction, 'shelve' | 'assign' | 'comment'> }

/** `undefined`: the event changes nothing. */
export type Transition = Lifecycle | AlertRefusal | undefined

type In<S extends AlertState> = Extract<Lifecycle, { is: S }>
type Row<S extends AlertState> = {
  readonly [E in LifecycleEvent['is']]: (state: In<S>, event: Extract<LifecycleEvent, { is: E }>) => Transition
}

const normal: Lifecycle = { is: 'normal' }
const unacknowledged: Lifecycle = { is: 'unacknowledged' }
const acknowledged: Lifecycle = { is: 'acknowledged' }
const returned: Lifecycle = { is: 'returned' }
const same = () => undefined
const refuse = (why: AlertRefusal) => () => why
const uncovered = ({ isActive }: { readonly isActive: boolean }) => (isActive ? unacknowledged : normal)

/** Of states that nothing covers. `isActive`: the condition holds in it. */
const open = (isActive: boolean) => ({
  suppress: (_: Lifecycle, { root }: { readonly root: string }): Transition =>
    isActive ? { is: 'suppressed', root, isActive } : undefined,
  release: same,
  expire: same,
  shelve: (_: Lifecycle, { until }: { readonly until: number }): Transition => ({ is: 'shelved', until, isActive }),
  unshelve: refuse('not-shelved'),
  'out-of-service': (): Transition => ({ is: 'out-of-service', isActive }),
  'in-service': refuse('in-service'),
})

/** Whether an alert may be resolved is decided where its rule is known: here its condition has no say. */
const transitions: { readonly [S in AlertState]: Row<S> } = {
  normal: {
    ...open(false),
    raise: () => unacknowledged,
    clear: same,
    acknowledge: refuse('closed'),
    'undo-acknowledge': () => returned,
    resolve: refuse('closed'),
    shelve: refuse('closed'),
    'out-of-service': refuse('closed'),
  },
  unacknowledged: {
    ...open(true),
    raise: same,
    clear: () => returned,
    acknowledge: () => acknowledged,
    'undo-acknowledge': refuse('not-acknowledged'),
    resolve: () => normal,
  },
  acknowledged: {
    ...open(true),
    raise: same,
    clear: () => normal,
    acknowledge: same,
    'undo-acknowledge': () => unacknowledged,
    resolve: () => normal,
  },
  returned: {
    ...open(false),
    raise: () => unacknowledged,
    clear: same,
    acknowledge: () => normal,
    'undo-acknowledge': refuse('not-acknowledged'),
    resolve: () => normal,
  },
  shelved: {
    raise: (state) => ({ ...state, isActive: true }),
    clear: (state) => ({ ...state, isActive: false }),
    suppress: same,
    release: same,
    expire: uncovered,
    acknowledge: refuse('shelved'),
    'undo-acknowledge': refuse('shelved'),
    shelve: (state, { until }) => ({ ...state, until }),
    unshelve: uncovered,
    resolve: refuse('shelved'),
    'out-of-service': ({ isActive }) => ({ is: 'out-of-service', isActive }),
    'in-service': refuse('in-service'),
  },
  suppressed: {
    raise: (state) => ({ ...state, isActive: true }),
    clear: () => normal,
    suppress: (state, { root }) => (root === state.root ? undefined : { ...state, root }),
    release: uncovered,
    expire: same,
    acknowledge: refuse('suppressed'),
    'undo-acknowledge': refuse('suppressed'),
    shelve: refuse('suppressed'),
    unshelve: refuse('not-shelved'),
    resolve: refuse('suppressed'),
    'out-of-service': ({ isActive }) => ({ is: 'out-of-service', isActive }),
    'in-service': refuse('in-service'),
  },
  'out-of-service': {
    raise: (state) => ({ ...state, isActive: true }),
    clear: (state) => ({ ...state, isActive: false }),
    suppress: same,
    release: same,
    expire: same,
    acknowledge: refuse('out-of-service'),
    'undo-acknowledge': refuse('out-of-service'),
    shelve: refuse('out-of-service'),
    unshelve: refuse('not-shelved'),
    resolve: refuse('out-of-service'),
    'out-of-service': same,
    'in-service': uncovered,
  },
}

export function transition(state: Lifecycle, event: LifecycleEvent): Transition {
  const next = transitions[state.is][event.is] as (state: Lifecycle, event: LifecycleEvent) => Transition
  return next(state, event)
}

/** Its condition holds. */
export const isActive = (state: Lifecycle): boolean =>
  'isActive' in state ? state.isActive : state.is === 'unacknowledged' || state.is === 'acknowledged'
