/** What can be done with the alert that is shown. One button is filled: what comes next. */
import type { AlertDetail } from '@baykeeper/contract/alerts.ts'
import { routes } from '../../shell/route.ts'
import { canAcknowledge, canResolve, canShelve } from './alert-action.ts'
import { actAndGoOn } from './alert-row.tsx'
import type { Board, FormName } from './board.ts'

export function DetailActions({ board, alert }: { board: Board; alert: AlertDetail }) {
  const { words, mayAct, selected, stale, busy, form } = board
  if (!mayAct) return <p class="quiet">{words.text('readOnly')}</p>
  const off = stale || busy.value
  const isBulk = selected.value.size > 0
  const open = (name: FormName) => {
    selected.value = new Set()
    form.value = form.value === name ? undefined : name
  }
  const filled = isBulk || form.value !== undefined ? '' : 'filled'
  const isOpen = alert.state !== 'normal'
  return (
    <div class="detail-actions">
      {canAcknowledge(alert) && (
        <button
          type="button"
          class={`main ${filled}`}
          disabled={off}
          onClick={() => void actAndGoOn(board, 'acknowledge', alert.id)}
        >
          {words.text('acknowledge')} <kbd>A</kbd>
        </button>
      )}
      {canResolve(alert) && (
        <button
          type="button"
          class={canAcknowledge(alert) ? '' : `main ${filled}`}
          disabled={off}
          onClick={() => void actAndGoOn(board, 'resolve', alert.id)}
        >
          {words.text('resolve')} <kbd>R</kbd>
        </button>
      )}
      {alert.state === 'shelved' && (
        <button
          type="button"
          class={`main ${filled}`}
          disabled={off}
          onClick={() => void board.act({ action: 'unshelve', alerts: [alert.id] })}
        >
          {words.text('unshelve')}
        </button>
      )}
      {alert.state === 'out-of-service' && (
        <button
          type="button"
          class={`main ${filled}`}
          disabled={off}
          onClick={() => void board.act({ action: 'in-service', alerts: [alert.id] })}
        >
          {words.text('inService')}
        </button>
      )}
      {isOpen && (
        <button type="button" disabled={off} aria-expanded={form.value === 'assign'} onClick={() => open('assign')}>
          {words.text('assign')} <kbd>I</kbd>
        </button>
      )}
      {canShelve(alert) && (
        <button type="button" disabled={off} aria-expanded={form.value === 'shelve'} onClick={() => open('shelve')}>
          {words.text('shelve')} <kbd>S</kbd>
        </button>
      )}
      <More board={board} alert={alert} off={off} open={open} />
    </div>
  )
}

interface MoreProps {
  readonly board: Board
  readonly alert: AlertDetail
  readonly off: boolean
  open(name: FormName): void
}

function More({ board, alert, off, open }: MoreProps) {
  const { words, notice } = board
  const canLeave = alert.state !== 'normal' && alert.state !== 'out-of-service'
  return (
    <details class="more-actions">
      <summary aria-label={words.text('moreActions')} title={words.text('moreActions')}>
        …
      </summary>
      <div class="panel">
        {canLeave && (
          <button type="button" disabled={off} onClick={() => open('out-of-service')}>
            {words.text('outOfService')}
          </button>
        )}
        {alert.kind !== 'person' && (
          <a href={`${routes.rules}/${encodeURIComponent(alert.rule)}`}>{words.text('editRule')}</a>
        )}
        <button
          type="button"
          onClick={() => {
            const url = new URL(`${routes.alerts}?list=all&alert=${encodeURIComponent(alert.id)}`, location.href)
            // A browser that refuses shows the address instead.
            navigator.clipboard?.writeText(url.href).then(
              () => {
                notice.value = { text: words.text('linkCopied'), failed: false }
              },
              () => {
                notice.value = { text: url.href, failed: false }
              },
            )
          }}
        >
          {words.text('copyLink')}
        </button>
      </div>
    </details>
  )
}
