/** One alert of the list: severity, title and place, value and limit, how long, who, and the one action that comes next. */
/* biome-ignore-all lint/a11y/useSemanticElements: rows are laid out in two lines on a phone, by the grid pattern of WAI-ARIA */
/* biome-ignore-all lint/a11y/useFocusableInteractive: one row is in the tab order, and the keys move from it */
/* biome-ignore-all lint/a11y/useKeyWithClickEvents: alert-keys.ts has the keys of all rows */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import { canAcknowledge, canResolve } from './alert-action.ts'
import { limitText, openMs, placeText, subjectText, valueText } from './alert-view.ts'
import type { Board } from './board.ts'
import { HeldBack } from './held-back.tsx'
import { between, type Listed } from './listing.ts'
import { SeverityMark } from './severity-mark.tsx'

export const rowId = (id: string) => `alert-${id}`

interface Props {
  readonly board: Board
  readonly listed: Listed
  readonly index: number
}

export function AlertRow({ board, listed, index }: Props) {
  const { words, desk, current, selected, mayAct } = board
  const { alert, gone } = listed
  const { now, zone, staleSince, city } = desk
  const at = staleSince.value ?? now.value
  const title = words.ofRule(alert.title)
  const isCurrent = current.value === alert.id
  const value = valueText(words, alert, at)
  const limit = limitText(words, alert)
  const raised = Date.parse(alert.raised)
  const isNew = alert.state === 'unacknowledged'
  return (
    <>
      <div
        id={rowId(alert.id)}
        role="row"
        class={`alert-row ${isCurrent ? 'current' : ''} ${gone ? 'gone' : ''} ${isNew ? 'new' : ''}`}
        aria-rowindex={index + 2}
        aria-selected={selected.value.has(alert.id)}
        aria-current={isCurrent ? 'true' : undefined}
        tabIndex={isCurrent || (current.value === undefined && index === 0) ? 0 : -1}
        onClick={(event) => {
          if (event.target instanceof Element && event.target.closest('button, input, a')) return
          board.show(alert.id)
          board.go({ alert: alert.id }, { replace: true })
        }}
        onFocus={() => board.show(alert.id)}
      >
        <span role="gridcell">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={words.text('selectAlert', { title: `${title} ${subjectText(alert.subject_id)}` })}
            checked={selected.value.has(alert.id)}
            disabled={!mayAct || gone}
            onClick={(event) => {
              if (event.shiftKey) select(board, alert.id, true)
              else toggle(board, alert.id)
            }}
          />
        </span>
        <span role="gridcell">
          <SeverityMark severity={alert.severity} />
        </span>
        <span role="gridcell" class="what">
          <span class="title">
            {isNew ? <b>{title}</b> : title}
            <Tags board={board} listed={listed} />
          </span>
          <small>
            <bdi>{placeText(alert, city.value?.floor)}</bdi>
          </small>
        </span>
        <span role="gridcell" class="figure value">
          {value !== undefined && <b>{value}</b>}
          {limit !== undefined && <small>{limit}</small>}
        </span>
        <span role="gridcell" class="figure age-cell">
          <span>{words.span(openMs(alert, at))}</span>
          <small>{at - raised < dayMs ? words.minute(raised, zone.value) : words.dayMinute(raised, zone.value)}</small>
        </span>
        <span role="gridcell">
          <Owner board={board} name={alert.owner} />
        </span>
        <span role="gridcell">{!gone && <NextAction board={board} alert={alert} />}</span>
      </div>
      {isCurrent && alert.children > 0 && (
        <div role="row" class="alert-held">
          <div role="gridcell" aria-colspan={7}>
            <HeldBack board={board} alert={alert} />
          </div>
        </div>
      )}
    </>
  )
}

const dayMs = 86_400_000

function Tags({ board: { words }, listed: { alert, section, gone } }: { board: Board; listed: Listed }) {
  return (
    <>
      {alert.children > 0 && <em class="tag">{words.text('grouped', { n: alert.children })}</em>}
      {alert.times > 1 && <em class="tag warn">{words.text('timesTag', { n: alert.times })}</em>}
      {gone ? (
        <em class="tag">{words.text('goneMark')}</em>
      ) : (
        alert.state !== section && <em class="tag">{words.text(alert.state)}</em>
      )}
    </>
  )
}

function Owner({ board: { words }, name }: { board: Board; name: string | null }) {
  const text = name === null ? words.text('notAssigned') : words.text('assignedTo', { name })
  return (
    <span class={`owner ${name === null ? 'none' : ''}`} title={text}>
      <span aria-hidden="true">{name === null ? '' : initialsOf(name)}</span>
      <span class="unseen">{text}</span>
    </span>
  )
}

const initialsOf = (name: string) =>
  name
    .split(/[\s._-]+/)
    .filter((part) => part !== '')
    .slice(0, 2)
    .map((part) => [...part][0]?.toUpperCase() ?? '')
    .join('')

function NextAction({ board, alert }: { board: Board; alert: Alert }) {
  const { words, mayAct, stale, busy } = board
  if (!mayAct) return null
  const action = canAcknowledge(alert) ? 'acknowledge' : canResolve(alert) ? 'resolve' : undefined
  if (action === undefined) return null
  return (
    <button
      type="button"
      class="row-action"
      disabled={stale || busy.value}
      onClick={() => void actAndGoOn(board, action, alert.id)}
    >
      {words.text(action === 'acknowledge' ? 'ack' : 'resolveShort')}
      <span class="unseen"> {words.ofRule(alert.title)}</span>
    </button>
  )
}

/** The row leaves: the focus goes on in the next one. */
export async function actAndGoOn(board: Board, action: 'acknowledge' | 'resolve', ...ids: string[]): Promise<void> {
  const before = board.current.value
  if (ids.length === 1) board.current.value = ids[0]
  const inGrid = document.activeElement?.closest('#alert-grid') !== null
  if (!(await board.act({ action, alerts: ids }))) board.current.value = before
  else if (inGrid) requestAnimationFrame(() => focusRow(board.current.value))
}

export function focusRow(id: string | undefined): void {
  const row = id === undefined ? null : document.getElementById(rowId(id))
  const next = row ?? document.querySelector<HTMLElement>('#alert-grid [role=row][tabindex="0"]')
  ;(next ?? document.getElementById('main'))?.focus({ preventScroll: false })
}

export function toggle({ selected, anchor }: Pick<Board, 'selected' | 'anchor'>, id: string): void {
  const next = new Set(selected.value)
  if (!next.delete(id)) next.add(id)
  selected.value = next
  anchor.id = id
}

export function select(board: Board, id: string, range: boolean): void {
  if (range)
    board.selected.value = new Set([...board.selected.value, ...between(board.rows.value, board.anchor.id, id)])
  else toggle(board, id)
}
