/** Keys of the Alerts page: J, K, Enter, X, A, I, S, R, N, / and Escape. Letters only while the reader has them switched on. */
import { useEffect, useRef } from 'preact/hooks'
import { canAcknowledge, canResolve, canShelve } from './alert-action.ts'
import { actAndGoOn, focusRow, select } from './alert-row.tsx'
import type { Board } from './board.ts'
import { closeDetail } from './detail-head.tsx'

export function useAlertKeys(board: Board): void {
  const newest = useRef(board)
  newest.current = board
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping = target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea')
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      const now = newest.current
      if (now.desk.dialog.value !== undefined) return
      if (!onAlertKey(now, event)) return
      event.preventDefault()
      event.stopPropagation()
    }
    // Before the keys of the desk: "/" filters here.
    document.addEventListener('keydown', onKey, { capture: true })
    return () => document.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}

/** True: it was a key of this page. */
function onAlertKey(board: Board, event: KeyboardEvent): boolean {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const inRow = event.target instanceof HTMLElement && event.target.matches('[role=row]')
  if (key === 'Escape') return leave(board)
  if (inRow && (key === 'ArrowDown' || key === 'ArrowUp')) return move(board, key === 'ArrowDown' ? 1 : -1)
  if (inRow && (key === 'Home' || key === 'End')) return jump(board, key === 'Home' ? 0 : -1)
  if (inRow && key === 'Enter') return open(board)
  if (!board.desk.letterKeys.value) return false
  if (key === 'j' || key === 'k') return move(board, key === 'j' ? 1 : -1)
  if (key === '/') return focus('alert-filter')
  if (!board.mayAct || board.stale) return false
  if (key === 'n') return open(board) && focus('alert-comment')
  if (key === 'x' && board.current.value !== undefined) {
    select(board, board.current.value, event.shiftKey)
    return true
  }
  return deed(board, key)
}

function deed(board: Board, key: string): boolean {
  const { rows, form } = board
  const targets = board.targets()
  const alerts = rows.value.flatMap(({ alert }) => (targets.includes(alert.id) ? [alert] : []))
  const fitting = (can: (alert: (typeof alerts)[number]) => boolean) => alerts.filter(can).map(({ id }) => id)
  if (alerts.length === 0) return false
  if (key === 'a' && fitting(canAcknowledge).length > 0)
    void actAndGoOn(board, 'acknowledge', ...fitting(canAcknowledge))
  else if (key === 'r' && fitting(canResolve).length > 0) void actAndGoOn(board, 'resolve', ...fitting(canResolve))
  else if (key === 'i' || (key === 's' && fitting(canShelve).length > 0)) {
    if (board.selected.value.size === 0) open(board)
    form.value = key === 'i' ? 'assign' : 'shelve'
  } else return false
  return true
}

function move(board: Board, by: 1 | -1): boolean {
  const { rows, current } = board
  const at = rows.value.findIndex(({ alert }) => alert.id === current.value)
  const next = rows.value[Math.max(0, Math.min(rows.value.length - 1, at + by))]
  if (!next) return false
  board.show(next.alert.id)
  if (board.place.alert !== undefined) board.go({ alert: next.alert.id }, { replace: true })
  requestAnimationFrame(() => focusRow(next.alert.id))
  return true
}

function jump(board: Board, to: 0 | -1): boolean {
  const id = board.rows.value.at(to)?.alert.id
  board.show(id)
  requestAnimationFrame(() => focusRow(id))
  return id !== undefined
}

function open(board: Board): boolean {
  const id = board.current.value
  if (id === undefined) return false
  board.go({ alert: id }, { replace: true })
  return true
}

function leave(board: Board): boolean {
  const { form, selected, place } = board
  if (form.value !== undefined) form.value = undefined
  else if (selected.value.size > 0) selected.value = new Set()
  else if (place.alert !== undefined) closeDetail(board)
  else return false
  return true
}

function focus(id: string): boolean {
  requestAnimationFrame(() => document.getElementById(id)?.focus())
  return true
}
