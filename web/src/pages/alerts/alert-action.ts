/** Sends what the reader does with alerts, and words what came of it. */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { type AlertAction, type AlertRefusal, type AlertState, alertGroups } from '@baykeeper/contract/vocabulary.ts'
import { act } from '../../shell/acting.ts'
import type { AlertsWords } from './alerts-words.ts'
import type { Notice } from './board.ts'

export interface AlertDeed {
  readonly action: AlertAction
  readonly alerts: readonly string[]
  readonly reason?: string
  readonly until?: string
  readonly owner?: string | null
  /** It takes another one back. */
  readonly isUndo?: boolean
}

interface Outcome {
  readonly done: readonly string[]
  readonly notice: Notice
}

const undoOf = { acknowledge: 'undo-acknowledge', shelve: 'unshelve' } as const

export async function actOnAlerts(words: AlertsWords, deed: AlertDeed): Promise<Outcome> {
  const { action, alerts, isUndo, ...more } = deed
  const body = { id: requestId(), action, alerts: [...alerts], ...more }
  const sent = await act(words, requestOf('POST /api/v1/alerts/actions', { body }))
  if (!sent.ok) return { done: [], notice: { text: sent.why, failed: true } }
  const answer = sent.value
  // Safe in the journal, not in effect yet.
  if (!('results' in answer)) return { done: alerts, notice: { text: words.text('accepted'), failed: false } }
  const done = answer.results.filter(({ ok }) => ok).map(({ alert }) => alert)
  const refused = Map.groupBy(
    answer.results.filter(({ ok }) => !ok),
    ({ code }) => code,
  )
  const parts = [
    ...(done.length > 0 ? [words.count(`done_${action}`, done.length)] : []),
    ...[...refused].map(([code, of]) =>
      words.text('notDone', {
        n: of.length,
        why: code === null ? '' : words.text(`refusal_${code satisfies AlertRefusal}`),
      }),
    ),
  ]
  const back = isUndo ? undefined : undoOf[action as keyof typeof undoOf]
  const undo = back && done.length > 0 ? { undo: { action: back, alerts: done, isUndo: true } } : {}
  return { done, notice: { text: parts.join(' '), failed: done.length === 0, ...undo } }
}

/** Sent again it is the same action. `randomUUID` is missing on plain HTTP off loopback. */
const requestId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

const { 'needs-action': needsAction, acknowledged } = alertGroups
const isNeedingAction = ({ state }: Pick<Alert, 'state'>) => (needsAction as readonly AlertState[]).includes(state)
const isUncovered = (alert: Pick<Alert, 'state'>) =>
  isNeedingAction(alert) || (acknowledged as readonly AlertState[]).includes(alert.state)
export const canAcknowledge = (alert: Pick<Alert, 'state'>): boolean => isNeedingAction(alert)
export const canShelve = (alert: Pick<Alert, 'state'>): boolean => isUncovered(alert)
export const canResolve = (alert: Pick<Alert, 'state' | 'is_resolvable'>): boolean =>
  alert.is_resolvable && isUncovered(alert)
