/** One alert: what to do with it, what is known of it now, what comes next, and what has happened to it. */
import type { AlertDetail as Detail } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { ComponentChildren } from 'preact'
import { code } from '../../bay-state.ts'
import { useFetched } from '../../kit/fetched.ts'
import { writePlace } from '../../shell/address.ts'
import { routes } from '../../shell/route.ts'
import { Activity, CommentBox } from './activity.tsx'
import { AlertForm } from './alert-forms.tsx'
import { limitText, openMs, placeText, stepsIn, valueText } from './alert-view.ts'
import type { Board } from './board.ts'
import { DetailActions } from './detail-actions.tsx'
import { DetailHead } from './detail-head.tsx'
import { HeldAlerts } from './held-alerts.tsx'

const pollMs = 15_000
const childrenShown = 50

export function AlertDetail({ board, id }: { board: Board; id: string }) {
  const { words, again, stale } = board
  const request = requestOf('GET /api/v1/alerts/{id}', { params: { id }, query: { limit: childrenShown } })
  const { value: alert, failed, status } = useFetched(request, pollMs, again.value).value
  if (!alert)
    return (
      <p class={failed ? 'banner bad' : 'quiet'} role={failed ? 'alert' : undefined}>
        {failed ? words.text(status === 404 ? 'detailGone' : 'detailFailed') : `${words.text('loading')} …`}
      </p>
    )
  return (
    <>
      <div class={`detail-body ${stale ? 'stale' : ''}`}>
        <DetailHead board={board} alert={alert} />
        <DetailActions board={board} alert={alert} />
        {board.selected.value.size === 0 && <AlertForm board={board} />}
        {failed && <p class="banner bad">{words.text('detailFailed')}</p>}
        <Facts board={board} alert={alert} />
        <Steps board={board} alert={alert} />
        <HeldAlerts board={board} alert={alert} />
        <Activity board={board} alert={alert} />
      </div>
      {board.mayAct && <CommentBox key={id} board={board} id={id} />}
    </>
  )
}

function Facts({ board, alert }: { board: Board; alert: Detail }) {
  const { words, desk } = board
  const at = desk.staleSince.value ?? desk.now.value
  const value = valueText(words, alert, at)
  const limit = limitText(words, alert)
  return (
    <dl class="facts">
      <Fact name={words.text('rowNow')}>
        <b>{words.text(alert.is_resolvable ? 'untilResolved' : alert.is_active ? 'stillActive' : 'notActive')}</b> ·{' '}
        {words.span(openMs(alert, at))}
        {value !== undefined && (
          <>
            {' · '}
            <b>{value}</b>
          </>
        )}
        {limit !== undefined && ` (${limit})`}
      </Fact>
      {alert.text !== '' && (
        <Fact name={words.text('rowSeen')}>
          <bdi>{words.sentence(alert.text, desk.zone.value)}</bdi>
        </Fact>
      )}
      <Fact name={words.text('rowPlace')}>
        <bdi>{placeText(alert, desk.city.value?.floor)}</bdi>
        <PlanLink board={board} alert={alert} />
      </Fact>
      <Effect board={board} alert={alert} />
    </dl>
  )
}

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function PlanLink({
  board: { words, desk },
  alert: { subject, subject_id, site, level },
}: {
  board: Board
  alert: Detail
}) {
  const floor = desk.city.value?.floor
  const bay = subject === 'bay' && floor?.ids.includes(subject_id) ? subject_id : undefined
  const plate = floor?.plates.find((one) => one.site === site && (level === null || one.level === level))
  if (bay === undefined && !plate) return null
  const search = writePlace(
    '',
    bay === undefined ? { ...(plate ? { site: plate.site, level: plate.level } : {}) } : { bay },
  )
  return (
    <>
      {' · '}
      <a href={routes.live + search}>{words.text('onPlan')}</a>
    </>
  )
}

/** What the reader sees of it elsewhere: the bay as it is shown, or how much of the lot is unknown. */
function Effect({
  board: { words, desk },
  alert: { subject, subject_id, site, children },
}: {
  board: Board
  alert: Detail
}) {
  const city = desk.city.value
  desk.counted.value
  if (!city || !desk.loaded.value) return null
  if (subject === 'bay') {
    const bay = city.floor.ids.indexOf(subject_id)
    if (bay < 0) return null
    const state = words.text(bayStates[city.tally.states[bay] ?? code.unknown] ?? 'unknown')
    return <Fact name={words.text('rowEffect')}>{words.text('bayIs', { state })}</Fact>
  }
  const unknown = desk.sites.value.find(({ id }) => id === site)?.occupancy.unknown ?? 0
  const matters = subject === 'gateway' || subject === 'source' || (subject === 'device' && children > 0)
  return matters && unknown > 0 ? (
    <Fact name={words.text('rowEffect')}>{words.count('unknownBays', unknown)}</Fact>
  ) : null
}

function Steps({ board: { words }, alert }: { board: Board; alert: Detail }) {
  const steps = stepsIn(words.ofRule(alert.next))
  return (
    <>
      <h3>{words.text('whatNext')}</h3>
      {steps.length === 0 ? (
        <p class="quiet">{words.text('noNext')}</p>
      ) : (
        <ol class="steps">
          {steps.map((step) => (
            <li key={step}>
              <bdi>{step}</bdi>
            </li>
          ))}
        </ol>
      )}
    </>
  )
}
