/** Open alerts of the lot on the page, each with the way to it. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { useAlertsWords, withAlertsWords } from '../alerts/alerts-words.ts'
import '../alerts/live-alerts.css'
import { SeverityMark } from '../alerts/severity-mark.tsx'
import { Panel } from '../live/panel.tsx'

const pollMs = 30_000
const shownMax = 20

export const load = (desk: Desk) => withAlertsWords(desk, LotAlerts)

function LotAlerts() {
  const { alertCounts, place, zone } = useDesk()
  const words = useAlertsWords()
  const site = place.value.item
  const query = { group: 'open', site, limit: shownMax } as const
  const found = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs, alertCounts.value?.change).value
  return (
    <Panel title={words.text('alerts')} of={found} freshMs={pollMs * 3}>
      {found.value?.items.length === 0 && <p class="quiet">{words.count('alertsOpen', 0)}</p>}
      <ul class="bay-alerts">
        {found.value?.items.map((alert) => (
          <li key={alert.id}>
            <SeverityMark severity={alert.severity} />
            <div>
              <a href={`${routes.alerts}?list=all&alert=${encodeURIComponent(alert.id)}`}>
                {words.ofRule(alert.title)}
              </a>{' '}
              <bdi>{alert.subject_id}</bdi>
              <small>
                {words.text(alert.state)} ·{' '}
                {words.text('since', { time: words.dayMinute(Date.parse(alert.raised), zone.value) })}
              </small>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
