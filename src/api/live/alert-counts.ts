/** Counts of alerts for the stream and the metrics: read when an alert has changed, at most once a second. */
import type { AlertCounts } from '@baykeeper/contract/alerts.ts'
import { alertGroups } from '@baykeeper/contract/vocabulary.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AlertCount, Store } from '../../store/store.ts'

const pollMs = 1_000

export interface WatchedAlertCounts extends Disposable {
  /** As read last; undefined before the first read. */
  newest(): AlertCounts | undefined
  /** Reads them now. Throws what the store throws. */
  read(): Promise<AlertCounts>
}

type Deps = { readonly store: Pick<Store, 'alertRev' | 'alertCounts'>; readonly clock: Clock }

export function watchAlertCounts({ store, clock }: Deps, onChange: (counts: AlertCounts) => void): WatchedAlertCounts {
  let counts: AlertCounts | undefined
  const ended = new AbortController()

  async function read(): Promise<AlertCounts> {
    const rev = await store.alertRev()
    if (counts?.change === rev) return counts
    counts = countsOf(rev, await store.alertCounts())
    onChange(counts)
    return counts
  }

  async function run() {
    while (!ended.signal.aborted) {
      // A store that is away is reported by the live state; the counts stay as they are.
      await read().catch(() => undefined)
      await clock.sleep(pollMs, ended.signal)
    }
  }
  // It ends with the abort, which rejects the sleep.
  run().catch(() => undefined)
  return { read, newest: () => counts, [Symbol.dispose]: () => ended.abort() }
}

export function countsOf(change: number, rows: readonly AlertCount[]): AlertCounts {
  const needsAction = { critical: 0, warning: 0, info: 0 }
  const sums = { active: 0, shelved: 0, suppressed: 0 }
  const isIn = (group: keyof typeof alertGroups, state: AlertCount['state']) =>
    (alertGroups[group] as readonly string[]).includes(state)
  for (const { state, severity, isActive, alerts } of rows) {
    if (isIn('needs-action', state)) needsAction[severity] += alerts
    if (isIn('shelved', state)) sums.shelved += alerts
    if (isIn('suppressed', state)) sums.suppressed += alerts
    if (isActive) sums.active += alerts
  }
  return { change, needs_action: needsAction, ...sums }
}
