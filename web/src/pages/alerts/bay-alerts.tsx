/** Open alerts of the bay in the drawer, each with the way to it. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { limitText, openMs, valueText } from './alert-view.ts'
import { useAlertsWords, withAlertsWords } from './alerts-words.ts'
import './live-alerts.css'
import { SeverityMark } from './severity-mark.tsx'

const pollMs = 30_000
const shownMax = 5

export const load = (desk: Desk) => withAlertsWords(desk, BayAlerts)

function BayAlerts() {
  const { drawer, city } = useDesk()
  const id = drawer.value?.of === 'bay' ? city.value?.floor.ids[drawer.value.bay] : undefined
  return id === undefined ? null : <AlertsOf key={id} subject={id} />
}

function AlertsOf({ subject }: { subject: string }) {
  const { alertCounts, now, staleSince, zone } = useDesk()
  const words = useAlertsWords()
  const query = { group: 'open', subject, limit: shownMax } as const
  const items = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs, alertCounts.value?.change).value.value
    ?.items
  const at = staleSince.value ?? now.value
  const own = items?.filter((alert) => alert.subject === 'bay') ?? []
  if (own.length === 0) return null
  return (
    <ul class="bay-alerts" aria-label={words.text('bayAlerts')}>
      {own.map((alert) => (
        <li key={alert.id}>
          <SeverityMark severity={alert.severity} />
          <div>
            <a href={`${routes.alerts}?list=all&alert=${encodeURIComponent(alert.id)}`}>{words.ofRule(alert.title)}</a>{' '}
            <small>
              {words.text(alert.state)} · {words.span(openMs(alert, at))} ·{' '}
              {words.text('since', { time: words.dayMinute(Date.parse(alert.raised), zone.value) })}
            </small>
            <small>
              {[valueText(words, alert, at), limitText(words, alert)].filter((part) => part !== undefined).join(', ')}
            </small>
          </div>
        </li>
      ))}
    </ul>
  )
}
