/** Severity, state and title of the alert, and the way to its neighbours in the list. */
import type { AlertDetail } from '@baykeeper/contract/alerts.ts'
import { Icon } from '../../shell/icons.tsx'
import { focusRow } from './alert-row.tsx'
import type { Board } from './board.ts'
import { SeverityMark } from './severity-mark.tsx'

export function DetailHead({ board, alert }: { board: Board; alert: AlertDetail }) {
  const { words, desk } = board
  const { zone, now } = desk
  const time = (text: string) => {
    const at = Date.parse(text)
    return now.value - at < 20 * 3_600_000 ? words.minute(at, zone.value) : words.dayMinute(at, zone.value)
  }
  const state = alert.state
  return (
    <header class="detail-head">
      <p>
        <SeverityMark severity={alert.severity} named />
        <em class={`tag ${state === 'unacknowledged' ? 'new' : ''}`}>{words.text(state)}</em>
        <span class="steps-list">
          <Step board={board} by={-1} />
          <Step board={board} by={1} />
          <button
            type="button"
            class="tool square close-detail"
            aria-label={words.text('close')}
            title={words.text('close')}
            onClick={() => closeDetail(board)}
          >
            <Icon name="close" />
          </button>
        </span>
      </p>
      <h2>
        <bdi>{words.ofRule(alert.title)}</bdi>
      </h2>
      <p class="quiet">
        {words.text('raisedAt', { time: time(alert.raised) })}
        {alert.cleared !== null && ` · ${words.text('clearedAt', { time: time(alert.cleared) })}`}
        {' · '}
        {alert.owner === null ? words.text('notAssigned') : words.text('assignedTo', { name: alert.owner })}
        {alert.shelved_until !== null && ` · ${words.text('shelvedUntil', { time: time(alert.shelved_until) })}`}
      </p>
    </header>
  )
}

/** Back to the list: of a narrow screen the detail covers it. */
export function closeDetail(board: Board): void {
  const { current } = board
  const id = current.value
  board.go({ alert: undefined }, { replace: true })
  requestAnimationFrame(() => focusRow(id))
}

function Step({ board, by }: { board: Board; by: 1 | -1 }) {
  const { words, rows, current } = board
  const at = rows.value.findIndex(({ alert }) => alert.id === current.value)
  const next = at < 0 ? undefined : rows.value[at + by]?.alert.id
  const label = words.text(by < 0 ? 'previous' : 'next')
  return (
    <button
      type="button"
      class="tool square"
      aria-label={label}
      title={label}
      disabled={next === undefined}
      onClick={() => {
        board.show(next)
        board.go({ alert: next }, { replace: true })
      }}
    >
      <Icon name={by < 0 ? 'up' : 'down'} />
    </button>
  )
}
