/** Severity by shape and colour: filled diamond, triangle, circle. Its name stands beside it or is read in its place. */
import type { AlertSeverity } from '@baykeeper/contract/vocabulary.ts'
import { useAlertsWords } from './alerts-words.ts'

const shapes: Readonly<Record<AlertSeverity, string>> = {
  critical: 'M12 2l10 10-10 10L2 12zM12 7.500v5M12 15.500v.5',
  warning: 'M12 4L2.500 20h19zM12 10v5M12 17v.5',
  info: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 11v5M12 8v.2',
}

export function SeverityMark({ severity, named = false }: { severity: AlertSeverity; named?: boolean }) {
  const words = useAlertsWords()
  const name = words.text(severity)
  return (
    <span class={`severity ${severity}`} title={named ? undefined : name}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={shapes[severity]} />
      </svg>
      {named ? <b>{name}</b> : <span class="unseen">{name}</span>}
    </span>
  )
}
