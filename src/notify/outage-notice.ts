/**
 * Reports an outage of the database while it lasts: its alert can be stored only when the database is back. The event is made in advance
 * (outage-event.ts), and the stored one, when it comes, is recognised by its id and sends nothing.
 *
 * - It is made once the database has been away for `noticeAfterMs`, once for an outage: a process that is started again knows that it was made.
 * - Where the outage is shorter, or the notifier is away too, the stored event is sent as any other: late, and not lost.
 */
import type { DatabaseSync } from 'node:sqlite'
import { databaseOutage } from '../domain/alerts/rules/database-outage.ts'
import type { SystemHealth } from '../domain/folds/fold.ts'
import type { AlertEvent } from './alert-event.ts'
import { afterEvent, type Outage, type OutageAlert, type OutageRule, outageEvent, outageRule } from './outage-event.ts'

/** A restart of the database takes less. */
export const noticeAfterMs = 20_000

export interface OutageNotice {
  /** What is known of the database now. A part that is missing is not known. */
  look(database: SystemHealth['database']): void
  /** An event that is followed, in the transaction in which it is. */
  saw(event: AlertEvent): void
  /** The rule of such alerts, as it is stored. */
  rule(rule: OutageRule): void
}

export interface NoticeDeps {
  readonly db: DatabaseSync
  readonly now: () => number
  /** Takes over an event that is not in the feed yet. */
  announce(event: AlertEvent): void
}

interface Begun extends Outage {
  readonly isAnnounced: boolean
  /** Its stored event has been followed. */
  readonly isStored: boolean
}

export function createOutageNotice({ db, now, announce }: NoticeDeps): OutageNotice {
  const state = storedState(db)
  let begun = state.get<Begun>('outage')

  function put(next: Begun | undefined) {
    begun = next
    state.put('outage', next)
  }

  return {
    look(database) {
      if (!database) return
      if (database.isUp) {
        // One that is away again before that goes on with the same alert.
        if (begun && (!begun.isAnnounced || begun.isStored)) put(undefined)
        return
      }
      if (database.since === null) return
      // A processor that is started again counts from then: the journal has the first moment.
      if (!begun) put({ since: database.since, detail: database.detail, isAnnounced: false, isStored: false })
      if (!begun || begun.isAnnounced || now() - begun.since < noticeAfterMs) return
      const rule = state.get<OutageRule>('outage-rule') ?? databaseOutage.defaults
      const event = outageEvent(begun, rule, state.get<OutageAlert>('outage-alert'))
      if (!event || event.at > now()) return
      announce(event)
      put({ ...begun, isAnnounced: true })
    },
    saw(event) {
      if (event.rule !== outageRule) return
      const before = state.get<OutageAlert>('outage-alert')
      const after = afterEvent(before, event)
      if (after !== before) state.put('outage-alert', after)
      if (begun?.isAnnounced && after?.isActive && event.at >= begun.since) put({ ...begun, isStored: true })
    },
    rule: ({ enabled, severity, title, channels, onDelayS, schedule }) =>
      state.put('outage-rule', { enabled, severity, title, channels, onDelayS, schedule }),
  }
}

/** JSON under names, in the table `state` of `notify.db`. */
function storedState(db: DatabaseSync) {
  const get = db.prepare('select value from state where name = ?')
  const put = db.prepare('insert into state values (?, ?) on conflict (name) do update set value = excluded.value')
  const remove = db.prepare('delete from state where name = ?')
  return {
    get<Of>(name: string): Of | undefined {
      const found = get.get(name) as { value: string } | undefined
      return found && (JSON.parse(found.value) as Of)
    },
    put(name: string, value: unknown) {
      if (value === undefined) return void remove.run(name)
      const text = JSON.stringify(value)
      if ((get.get(name) as { value: string } | undefined)?.value !== text) put.run(name, text)
    },
  }
}
