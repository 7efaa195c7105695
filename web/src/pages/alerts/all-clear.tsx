/** Nothing needs a person: the proof that the silence is real, what comes back, and what was closed. */
import type { AlertLoad } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import type { ComponentChildren } from 'preact'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { Icon } from '../../shell/icons.tsx'
import { routes } from '../../shell/route.ts'
import { openMs, placeText, subjectText } from './alert-view.ts'
import type { Board } from './board.ts'
import { HourBars } from './hour-bars.tsx'

const pollMs = 15_000
const dayMs = 86_400_000
const shownMax = 10

export function AllClear({ board, load }: { board: Board; load: AlertLoad | undefined }) {
  const { words, desk, stale } = board
  const last = load?.last_cleared
  const time = last && words.dayMinute(Date.parse(last.at), desk.zone.value)
  return (
    <div class={`all-clear ${stale ? 'stale' : ''}`}>
      <section class="panel clear-head">
        <span class="clear-mark">
          <Icon name="check" />
        </span>
        <div>
          <h2>{words.text('nothingNeeds')}</h2>
          {load && (
            <p class="quiet">
              {last && time
                ? words.text('clearSince', {
                    time,
                    title: words.ofRule(last.title),
                    subject: subjectText(last.subject_id),
                  })
                : words.text('clearNever')}
            </p>
          )}
        </div>
        <a class="button" href={routes.live}>
          {words.text('openLive')}
        </a>
      </section>
      <div class="clear-parts">
        <Monitoring board={board} load={load} />
        <ComingBack board={board} />
        {load && <LastDay board={board} load={load} />}
      </div>
      <ClosedToday board={board} />
      <p class="quiet">{words.text('quietNote')}</p>
    </div>
  )
}

const Line = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function Monitoring({ board: { words, desk }, load }: { board: Board; load: AlertLoad | undefined }) {
  const status = useFetched(requestOf('GET /api/v1/status', {}), pollMs).value.value
  const devices = desk.kpi.value?.devices
  const sources = status?.sources
  const up = sources?.filter(({ state }) => state === 'up').length
  const pipeline = desk.kpi.value?.pipeline
  return (
    <section class="panel part">
      <h3>{words.text('monitoring')}</h3>
      <dl class="facts">
        {load && (
          <Line name={words.text('rulesChecked')}>
            {words.text('checkedOf', {
              ...{ n: load.rules.enabled, all: load.rules.all },
              age: words.ago(desk.now.value - Date.parse(load.at)),
            })}
          </Line>
        )}
        {devices && (
          <Line name={words.text('devicesReporting')}>
            {words.text('nOf', { n: devices.reporting, all: devices.seen })}
          </Line>
        )}
        {sources && up !== undefined && (
          <Line name={words.text('sourcesUp')}>{words.text('nOf', { n: up, all: sources.length })}</Line>
        )}
        {pipeline && (
          <Line name={words.text('processing')}>
            {pipeline === 'ok' ? (
              words.text('processingOk')
            ) : (
              <a href={routes.pipeline}>{words.text('processingNot')}</a>
            )}
          </Line>
        )}
      </dl>
    </section>
  )
}

function ComingBack({ board: { words, desk, again } }: { board: Board }) {
  const query = { group: 'shelved', limit: shownMax } as const
  const items = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs, again.value).value.value?.items
  return (
    <section class="panel part">
      <h3>{words.text('comingBack')}</h3>
      {items?.length === 0 && <p class="quiet">{words.text('comingNone')}</p>}
      <dl class="facts">
        {(items ?? []).map((alert) => (
          <Line key={alert.id} name={`${words.ofRule(alert.title)} · ${subjectText(alert.subject_id)}`}>
            {alert.shelved_until !== null &&
              words.text('shelvedUntil', { time: words.dayMinute(Date.parse(alert.shelved_until), desk.zone.value) })}
          </Line>
        ))}
      </dl>
      {items && items.length > 0 && <p class="quiet">{words.text('comingNote')}</p>}
    </section>
  )
}

function LastDay({ board: { words, desk }, load }: { board: Board; load: AlertLoad }) {
  const sum = (of: 'alerts' | 'held_back') => load.hours.reduce((all, hour) => all + hour[of], 0)
  return (
    <section class="panel part">
      <h3>{words.text('lastDay')}</h3>
      <HourBars words={words} hours={load.hours} zone={desk.zone.value} />
      <dl class="facts">
        <Line name={words.text('raisedDay')}>{words.number(sum('alerts'))}</Line>
        <Line name={words.text('heldDay')}>{words.number(sum('held_back'))}</Line>
        <Line name={words.text('perOperator')}>
          {words.number(load.per_operator_hour, 1)} ({words.text('aimSix')})
        </Line>
      </dl>
    </section>
  )
}

function ClosedToday({ board: { words, desk, again } }: { board: Board }) {
  const query = { group: 'closed', sort: '-raised', limit: 100 } as const
  const items = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs, again.value).value.value?.items
  if (!items) return null
  const { now, zone, city } = desk
  const rows = items
    .filter(({ closed, root }) => root === null && closed !== null && now.value - Date.parse(closed) < dayMs)
    .sort((a, b) => Date.parse(b.closed ?? '') - Date.parse(a.closed ?? ''))
    .slice(0, shownMax)
  return (
    <section class="panel part">
      <div class="part-head">
        <h3>{words.text('closedDay')}</h3>
        <a class="age" href="/desk/alerts?list=closed">
          {words.text('allClosed')}
        </a>
      </div>
      {rows.length === 0 ? (
        <p class="quiet">{words.text('closedNone')}</p>
      ) : (
        <Table
          label={words.text('closedDay')}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            { name: words.text('closedAt'), cell: (one) => words.dayMinute(Date.parse(one.closed ?? ''), zone.value) },
            { name: words.text('alertColumn'), cell: (one) => <b>{words.ofRule(one.title)}</b> },
            { name: words.text('rowPlace'), cell: (one) => <bdi>{placeText(one, city.value?.floor)}</bdi> },
            { name: words.text('openColumn'), figure: true, cell: (one) => words.span(openMs(one, now.value)) },
            {
              name: words.text('closedBy'),
              class: 'wide-only',
              cell: (one) => <bdi>{one.acknowledged_by ?? words.text('noPerson')}</bdi>,
            },
          ]}
        />
      )}
    </section>
  )
}
