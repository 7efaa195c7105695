/** The bar of a selection: it takes over the filled button. And the notice of what was done, with Undo for ten seconds. */
import { useEffect } from 'preact/hooks'
import { AlertForm } from './alert-forms.tsx'
import type { Board, FormName } from './board.ts'

const noticeMs = 10_000

export function BulkBar({ board }: { board: Board }) {
  const { words, selected, stale, busy, form } = board
  const n = selected.value.size
  if (n === 0) return null
  const off = stale || busy.value
  const open = (name: FormName) => {
    form.value = form.value === name ? undefined : name
  }
  return (
    <section class="panel bulk-bar" aria-label={words.count('selectedCount', n)}>
      <p>
        <b>{words.count('selectedCount', n)}</b>
        <button
          type="button"
          class={`main ${form.value === undefined ? 'filled' : ''}`}
          disabled={off}
          onClick={() => void board.act({ action: 'acknowledge', alerts: [...selected.value] })}
        >
          {words.count('ackCount', n)}
        </button>
        <button type="button" disabled={off} aria-expanded={form.value === 'assign'} onClick={() => open('assign')}>
          {words.text('assign')}
        </button>
        <button type="button" disabled={off} aria-expanded={form.value === 'shelve'} onClick={() => open('shelve')}>
          {words.text('shelve')}
        </button>
        <button
          type="button"
          onClick={() => {
            selected.value = new Set()
            form.value = undefined
          }}
        >
          {words.text('clearSelection')}
        </button>
      </p>
      <AlertForm board={board} />
    </section>
  )
}

export function NoticeBar({ board }: { board: Board }) {
  const { words, notice, busy } = board
  const now = notice.value
  useEffect(() => {
    // A failure stays until the next action.
    if (!now || now.failed) return
    const timer = setTimeout(() => {
      if (notice.peek() === now) notice.value = undefined
    }, noticeMs)
    return () => clearTimeout(timer)
  }, [now, notice])
  return (
    <div class={`notice-bar ${now ? (now.failed ? 'bad' : 'done') : 'unseen'}`}>
      <span role="status">{now?.text}</span>
      {now?.undo && (
        <button type="button" disabled={busy.value} onClick={() => now.undo && void board.act(now.undo)}>
          {words.text('undo')}
        </button>
      )}
      {now && (
        <button
          type="button"
          class="link"
          onClick={() => {
            notice.value = undefined
          }}
        >
          {words.text('close')}
        </button>
      )}
    </div>
  )
}
