/** What people do with alerts and rules: each request has an outcome, and is made once. */
import type { AlertEventKind, AlertRefusal } from '@baykeeper/contract/vocabulary.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { AlertChange, AlertMade, DeskEntry } from '../desk-change.ts'
import type { AlertBook } from './alert-book.ts'
import type { AlertEngine } from './alert-engine.ts'
import type { AlertOutcome } from './alert-rows.ts'
import { isActive, type LifecycleEvent, transition } from './lifecycle.ts'
import type { AlertRule } from './rule.ts'
import { person } from './rules/person.ts'
import type { Slot } from './slot.ts'
import { type Subject, subject } from './subject.ts'
import type { World } from './world.ts'

export const shelveMsMax = 7 * dayMs
/** Open alerts that people have made. */
export const madeMax = 1_000

interface DeskDeps {
  readonly book: AlertBook
  readonly engine: AlertEngine
  readonly world: World
  clock(): number
  changeRule(id: string, rule: AlertRule | null, at: number): void
}

const eventOf: { readonly [A in AlertChange['action']]: AlertEventKind } = {
  ...{ acknowledge: 'acknowledged', 'undo-acknowledge': 'unacknowledged', assign: 'assigned', comment: 'commented' },
  ...{ shelve: 'shelved', unshelve: 'unshelved', resolve: 'resolved' },
  ...{ 'out-of-service': 'out-of-service', 'in-service': 'in-service' },
}

export function createAlertDesk({ book, engine, world, clock, changeRule }: DeskDeps) {
  function act(slot: Slot | undefined, change: AlertChange, entry: DeskEntry): AlertRefusal | null {
    if (!slot?.alert) return 'unknown'
    const { alert } = slot
    const { action, owner } = change
    const { author, reason, at } = entry
    if (action === 'assign') {
      if (alert.life.is === 'normal') return 'closed'
      alert.owner = owner
    } else if (action !== 'comment') {
      const refusal = move(engine, slot, change, entry)
      if (refusal) return refusal
      // Channels are notified of it: they have the alert as active.
      if (action === 'acknowledge')
        Object.assign(alert, {
          acknowledged: at,
          acknowledgedBy: author,
          isAnnounced: isActive(alert.life),
          isOwed: false,
        })
      if (action === 'undo-acknowledge') Object.assign(alert, { acknowledged: null, acknowledgedBy: null })
    }
    book.mark(slot)
    const text = action === 'assign' ? (owner ?? '') : reason
    const detail = { at, author, text }
    if (action === 'unshelve' || action === 'in-service')
      book.event(slot, eventOf[action], { ...detail, isQuiet: engine.uncovered(slot, at) })
    else book.event(slot, eventOf[action], detail)
    engine.schedule(slot)
    return null
  }

  return {
    apply(entry: DeskEntry, advance: (time: number) => void) {
      const { change, at, author, reason } = entry
      if (change.is !== 'rule' && change.is !== 'alert' && change.is !== 'alert-made') return
      if (book.isRequestKnown(change.request)) return
      // What a person does comes as a frame does: what falls due before it has fallen due.
      advance(at)
      let results: AlertOutcome[] = []
      if (change.is === 'rule') {
        const body = change.rule === null ? null : JSON.stringify(change.rule)
        book.rule({ id: change.id, body, author, reason, at })
        changeRule(change.id, change.rule, clock())
      } else if (change.is === 'alert-made') results = make({ book, engine, world }, change, entry)
      else
        results = change.alerts.map((id) => {
          const slot = book.slotOfAlert(id)
          const code = act(slot, change, entry)
          return { alert: id, code, state: slot?.alert?.life.is ?? null }
        })
      book.request({ id: change.request, at, author, results: JSON.stringify(results) })
    },
  }
}

/** Undefined: done. */
function move(
  engine: AlertEngine,
  slot: Slot,
  { action, until }: AlertChange,
  { at }: DeskEntry,
): AlertRefusal | undefined {
  const { alert } = slot
  if (!alert || action === 'assign' || action === 'comment') return undefined
  if (action === 'resolve' && !slot.isResolvable)
    return alert.life.is === 'normal' ? 'closed' : isActive(alert.life) ? 'still-active' : 'not-resolvable'
  if (action === 'shelve' && (until === null || until <= at || until > at + shelveMsMax)) return 'too-late'
  const event: LifecycleEvent = action === 'shelve' ? { is: action, until: until ?? at } : { is: action }
  const next = transition(alert.life, event)
  if (typeof next === 'string') return next
  if (next === undefined) return undefined
  engine.move(slot, event, at)
  slot.floor = Math.max(slot.floor, at)
  if (action === 'resolve') {
    Object.assign(slot, { isOn: false, since: at, value: null })
    alert.cleared = at
  }
  return undefined
}

type MakeDeps = Pick<DeskDeps, 'book' | 'engine' | 'world'>

function make({ book, engine, world }: MakeDeps, change: AlertMade, { author, at }: DeskEntry): AlertOutcome[] {
  const open = [...book.all()].filter(({ kind, alert }) => kind === person.kind && alert?.closed === null)
  if (open.length >= madeMax) return []
  const { request, title, severity, text } = change
  const rule: AlertRule = { id: person.kind, kind: person.kind, ...person.defaults }
  const own = { title, severity }
  const key = { kind: 'system', id: request } as const
  const finding = { isOn: true, at, value: null, limit: null, own, text: () => text || title }
  engine.put({ rule, declared: person }, key, finding, () => subjectOf(change, world))
  const slot = [...book.all()].find((one) => one.kind === person.kind && one.subject.source === request)
  if (!slot?.alert) return []
  book.event(slot, 'commented', { at, author, text: text || title, isQuiet: true })
  return [{ alert: slot.alert.id, code: null, state: slot.alert.life.is }]
}

/** `source` holds the request: two alerts of one bay are two. */
function subjectOf({ bay, site, request }: AlertMade, world: World): Subject {
  if (bay !== null) return { ...world.subjectOfBay(bay), source: request }
  if (site !== null) return subject('place', site, { site, source: request })
  return subject('system', 'server', { source: request })
}
