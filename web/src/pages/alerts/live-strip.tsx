/** The alerts on the Live page: how many by severity, the three most urgent with Ack, and rings on the plan where bays have one. */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { alertSeverities } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useFetched } from '../../kit/fetched.ts'
import { type Desk, go, may, needingAction, openBay, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { type AlertDeed, actOnAlerts } from './alert-action.ts'
import { openMs, placeText, subjectText, valueText } from './alert-view.ts'
import { useAlertsWords, withAlertsWords } from './alerts-words.ts'
import { Announcer } from './announcer.tsx'
import type { Notice } from './board.ts'
import './live-alerts.css'
import { SeverityMark } from './severity-mark.tsx'

const pollMs = 30_000
const urgentMax = 3
/** Bays that get a ring: of more a list is of more use than a picture. */
const ringsMax = 300
const noticeMs = 10_000

export const load = (desk: Desk) => withAlertsWords(desk, LiveStrip)

function LiveStrip() {
  const desk = useDesk()
  const words = useAlertsWords()
  const { alertCounts, staleSince } = desk
  const notice = useSignal<Notice | undefined>(undefined)
  const asked = useSignal(0)
  const change = (alertCounts.value?.change ?? 0) + asked.value
  const query = { group: 'needs-action', limit: urgentMax } as const
  const page = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs, change).value
  useRings(desk, change)
  const counts = alertCounts.value
  const need = needingAction(counts)
  const items = need === 0 ? [] : (page.value?.items ?? [])
  const act = async (deed: AlertDeed) => {
    const { notice: next } = await actOnAlerts(words, deed)
    notice.value = next
    asked.value += 0.5
    if (next.failed) return
    setTimeout(() => {
      if (notice.peek() === next) notice.value = undefined
    }, noticeMs)
  }
  return (
    <section
      class={`panel live-strip ${staleSince.value === undefined ? '' : 'stale'}`}
      aria-label={words.text('stripLabel')}
    >
      {need === 0 ? (
        <AllClearLine change={change} />
      ) : (
        <>
          <p class="strip-counts">
            {alertSeverities.map((severity) => (
              <a key={severity} href={`${routes.alerts}?severity=${severity}`}>
                <SeverityMark severity={severity} />
                <b>{words.number(counts?.needs_action[severity] ?? 0)}</b>
              </a>
            ))}
          </p>
          <ul>
            {items.map((alert) => (
              <Urgent key={alert.id} alert={alert} act={act} />
            ))}
          </ul>
          <a class="strip-more" href={routes.alerts}>
            {need > items.length ? words.text('stripMore', { n: need - items.length }) : words.text('stripAll')}
          </a>
        </>
      )}
      {notice.value && (
        <p class={`strip-notice ${notice.value.failed ? 'alert' : ''}`}>
          <span role="status">{notice.value.text}</span>
          {notice.value.undo && (
            <button type="button" onClick={() => notice.value?.undo && void act(notice.value.undo)}>
              {words.text('undo')}
            </button>
          )}
        </p>
      )}
      <Announcer />
    </section>
  )
}

function Urgent({ alert, act }: { alert: Alert; act(deed: AlertDeed): Promise<void> }) {
  const desk = useDesk()
  const words = useAlertsWords()
  const { now, staleSince, city } = desk
  const busy = useSignal(false)
  const at = staleSince.value ?? now.value
  const value = valueText(words, alert, at)
  const floor = city.value?.floor
  const open = () => {
    const bay = alert.subject === 'bay' ? (floor?.ids.indexOf(alert.subject_id) ?? -1) : -1
    if (bay >= 0 && desk.plan) openBay(desk, bay, true)
    else go(desk, `${routes.alerts}?alert=${encodeURIComponent(alert.id)}`)
  }
  return (
    <li>
      <SeverityMark severity={alert.severity} />
      <button type="button" class="link" onClick={open}>
        <b>{words.ofRule(alert.title)}</b>{' '}
        {alert.children > 0 && <small>{words.text('grouped', { n: alert.children })}</small>}
        <small>
          <bdi>{placeText(alert, floor)}</bdi> · {words.span(openMs(alert, at))}
          {value !== undefined && alert.kind !== 'overstay' && ` · ${value}`}
        </small>
      </button>
      {may(desk, 'operate') && (
        <button
          type="button"
          class="row-action"
          disabled={busy.value || staleSince.value !== undefined}
          onClick={async () => {
            busy.value = true
            await act({ action: 'acknowledge', alerts: [alert.id] })
            busy.value = false
          }}
        >
          {words.text('ack')}
          <span class="unseen"> {words.ofRule(alert.title)}</span>
        </button>
      )}
    </li>
  )
}

function AllClearLine({ change }: { change: number }) {
  const { zone, now } = useDesk()
  const words = useAlertsWords()
  const load = useFetched(requestOf('GET /api/v1/alerts/load', {}), pollMs, change).value.value
  const last = load?.last_cleared
  const at = last ? Date.parse(last.at) : undefined
  return (
    <p class="strip-clear">
      <b>{words.text('nothingNeeds')}.</b>{' '}
      {last &&
        at !== undefined &&
        words.text('clearSince', {
          time: now.value - at < 20 * 3_600_000 ? words.minute(at, zone.value) : words.dayMinute(at, zone.value),
          ...{ title: words.ofRule(last.title), subject: subjectText(last.subject_id) },
        })}{' '}
      <a href={routes.alerts}>{words.text('alerts')}</a>
    </p>
  )
}

/** Bays with an alert that needs a person. */
function useRings(desk: Desk, change: number) {
  const query = { group: 'needs-action', limit: ringsMax } as const
  const items = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs, change).value.value?.items
  const floor = desk.city.value?.floor
  useEffect(() => {
    const byId = new Map(floor?.ids.map((id, bay) => [id, bay]))
    const bays = (items ?? []).flatMap(({ subject, subject_id }) =>
      subject === 'bay' ? (byId.get(subject_id) ?? []) : [],
    )
    desk.alertBays.value = [...new Set(bays)]
  }, [items, floor, desk])
  useEffect(
    () => () => {
      desk.alertBays.value = []
    },
    [desk],
  )
}
