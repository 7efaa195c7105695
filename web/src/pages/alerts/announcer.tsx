/** New alerts for those who do not see the list: politely, at most one message in ten seconds; a new critical one at once, and once. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { needingAction, useDesk } from '../../shell/desk.ts'
import { useAlertsWords } from './alerts-words.ts'

const quietMs = 10_000

export function Announcer() {
  const words = useAlertsWords()
  const { alertCounts } = useDesk()
  const polite = useSignal('')
  const assertive = useSignal('')
  const last = useRef<{ all: number; critical: number; at: number } | undefined>(undefined)
  const counts = alertCounts.value
  useEffect(() => {
    if (!counts) return
    const all = needingAction(counts)
    const { critical } = counts.needs_action
    const before = last.current
    const at = Date.now()
    last.current = { all, critical, at: before?.at ?? 0 }
    if (!before) return
    if (critical > before.critical) assertive.value = words.count('announcedCritical', critical - before.critical)
    else if (all > before.all && at - before.at >= quietMs) {
      polite.value = words.count('announced', all - before.all)
      last.current.at = at
    } else if (all > before.all) last.current.all = before.all
  }, [counts, words, polite, assertive])
  return (
    <>
      <span class="unseen" aria-live="polite">
        {polite.value}
      </span>
      <span class="unseen" aria-live="assertive">
        {assertive.value}
      </span>
    </>
  )
}
