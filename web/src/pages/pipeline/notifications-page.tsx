/** Notifications: the channels with their health and a test, and what was sent to them. A delivery that was given up can be sent again. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { ChannelHealth, ChannelHealthList, Delivery } from '@baykeeper/contract/notifications.ts'
import { useSignal } from '@preact/signals'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { PageHead } from './page-head.tsx'
import { type PipelineWords, usePipelineWords, withWords } from './pipeline-words.ts'

export const load = (desk: Desk) => withWords(desk, NotificationsPage)

const pollMs = 5_000
const freshMs = pollMs * 3
const deliveriesMax = 50

type Page = { readonly items: readonly Delivery[]; readonly next: string | null }
type Result = { readonly ok: boolean; readonly text: string } | undefined

function NotificationsPage() {
  const words = usePipelineWords()
  const again = useSignal(0)
  const busy = useSignal(false)
  const result = useSignal<Result>(undefined)
  const only = useSignal<'all' | 'dead'>('all')
  const query = { limit: deliveriesMax, ...(only.value === 'dead' ? { state: 'dead' as const } : {}) }
  const channels = useFetched(requestOf('GET /api/v1/notification-channels'), pollMs, again.value).value
  const deliveries = useFetched(requestOf('GET /api/v1/notifications', { query }), pollMs, again.value).value
  const run = async (work: () => Promise<Result>) => {
    if (busy.value) return
    busy.value = true
    result.value = undefined
    result.value = await work()
    busy.value = false
    again.value++
  }
  const test = (name: string) =>
    run(async () => {
      const done = await act(words, requestOf('POST /api/v1/notification-channels/{name}/test', { params: { name } }))
      if (!done.ok) return { ok: false, text: done.why }
      const { sent, detail } = done.value
      return { ok: sent, text: words.text(sent ? 'testSent' : 'testNotSent', { name, detail }) }
    })
  const retry = (id: number) =>
    run(async () => {
      const done = await act(words, requestOf('POST /api/v1/notifications/{id}/retry', { params: { id } }))
      return done.ok ? { ok: true, text: words.text('deliveryRetried') } : { ok: false, text: done.why }
    })
  return (
    <>
      <PageHead title={words.text('notifications')} lead={words.text('notificationsLead')} />
      <p class={`result ${result.value?.ok === false ? 'bad' : ''}`} role="status">
        {busy.value ? `${words.text('working')} …` : result.value?.text}
      </p>
      <Channels channels={channels} busy={busy.value} test={(name) => void test(name)} />
      {channels.value && channels.value.items.length > 0 && (
        <Deliveries
          deliveries={deliveries}
          only={only.value}
          choose={(next) => {
            only.value = next
          }}
          busy={busy.value}
          retry={(id) => void retry(id)}
        />
      )}
    </>
  )
}

interface ChannelsProps {
  readonly channels: Fetched<ChannelHealthList>
  readonly busy: boolean
  test(name: string): void
}

function Channels({ channels, busy, test }: ChannelsProps) {
  const words = usePipelineWords()
  const { state, items = [] } = channels.value ?? {}
  return (
    <Panel title={words.text('channels')} of={channels} freshMs={freshMs}>
      {state === 'waiting' && <p class="quiet">{words.text('notifierWaits')}</p>}
      {state === 'absent' && <p class="quiet">{words.text(items.length === 0 ? 'noChannels' : 'notifierAbsent')}</p>}
      {items.length > 0 && (
        <Table<ChannelHealth>
          label={words.text('channels')}
          keyOf={({ name }) => name}
          rows={items}
          below={(channel) => <ChannelDetail channel={channel} />}
          columns={[
            {
              name: words.text('channel'),
              cell: ({ name, kind }) => (
                <>
                  <b>{name}</b> <small>{kind}</small>
                </>
              ),
            },
            {
              name: words.text('channelSent'),
              figure: true,
              class: 'wide-only',
              cell: ({ sent }) => words.number(sent),
            },
            {
              name: words.text('channelPending'),
              figure: true,
              class: 'wide-only',
              cell: ({ pending }) => words.number(pending),
            },
            {
              name: words.text('channelDead'),
              figure: true,
              cell: ({ dead }) => (dead > 0 ? <span class="chip bad">{words.number(dead)}</span> : words.number(dead)),
            },
            {
              name: words.text('channelTest'),
              cell: ({ name }) => (
                <button
                  type="button"
                  disabled={busy}
                  aria-label={`${words.text('sendTest')}: ${name}`}
                  onClick={() => test(name)}
                >
                  {words.text('sendTest')}
                </button>
              ),
            },
          ]}
        />
      )}
    </Panel>
  )
}

function ChannelDetail({
  channel: { target, sent, pending, last_sent, last_error, last_error_at, held },
}: {
  channel: ChannelHealth
}) {
  const words = usePipelineWords()
  const { now, zone } = useDesk()
  const moment = (at: string) => (
    <time dateTime={at} title={words.moment(Date.parse(at), zone.value)}>
      {words.ago(now.value - Date.parse(at))}
    </time>
  )
  return (
    <>
      <bdi>{target}</bdi> ·{' '}
      {last_sent === null ? (
        words.text('neverSent')
      ) : (
        <>
          {words.text('lastSent')} {moment(last_sent)}
        </>
      )}
      <span class="narrow-text">
        {` · ${words.text('channelSent')}: ${words.number(sent)} · ${words.text('channelPending')}: ${words.number(pending)}`}
      </span>
      {held > 0 && ` · ${words.count('heldBack', held)}`}
      {last_error !== '' && (
        <p class="mark">
          <em>{words.text('lastFault')}</em> {last_error_at && moment(last_error_at)} {last_error}
        </p>
      )}
    </>
  )
}

interface DeliveriesProps {
  readonly deliveries: Fetched<Page>
  readonly only: 'all' | 'dead'
  readonly busy: boolean
  choose(only: 'all' | 'dead'): void
  retry(id: number): void
}

function Deliveries({ deliveries, only, busy, choose, retry }: DeliveriesProps) {
  const words = usePipelineWords()
  const { now, zone, sites } = useDesk()
  const { items, next } = deliveries.value ?? { items: [], next: null }
  return (
    <Panel title={words.text('deliveries')} of={deliveries} freshMs={freshMs}>
      <label class="tick">
        <input
          type="checkbox"
          checked={only === 'dead'}
          onChange={(event) => choose(event.currentTarget.checked ? 'dead' : 'all')}
        />
        <span>{words.text('deadOnly')}</span>
      </label>
      {deliveries.value && items.length === 0 && (
        <p class="quiet">{words.text(only === 'dead' ? 'noDeadDeliveries' : 'noDeliveries')}</p>
      )}
      {items.length > 0 && (
        <Table<Delivery>
          label={words.text('deliveries')}
          keyOf={({ id }) => `${id}`}
          rows={items}
          {...(items.some(({ last_error }) => last_error !== '')
            ? { below: ({ last_error }: Delivery) => last_error }
            : {})}
          columns={[
            {
              name: words.text('deliveryEvent'),
              cell: ({ title, event, alert, site }) => (
                <>
                  <b>
                    <bdi>{event === 'report' ? title : <a href={addressOf(alert)}>{title}</a>}</bdi>
                  </b>{' '}
                  <small>
                    {eventWord(words, event)}
                    {site !== '' && ` · ${sites.value.find(({ id }) => id === site)?.name ?? site}`}
                  </small>
                </>
              ),
            },
            { name: words.text('channel'), cell: ({ channel }) => channel },
            {
              name: words.text('deliveryAt'),
              cell: ({ at }) => (
                <time dateTime={at} title={words.moment(Date.parse(at), zone.value)}>
                  {words.ago(now.value - Date.parse(at))}
                </time>
              ),
            },
            {
              name: words.text('deliveryAttempts'),
              figure: true,
              class: 'wide-only',
              cell: ({ attempts }) => words.number(attempts),
            },
            {
              name: words.text('state'),
              cell: ({ id, state, hold }) => (
                <>
                  {state === 'dead' ? (
                    <span class="chip bad">{words.text('delivery_dead')}</span>
                  ) : (
                    words.text(stateWord(state, hold))
                  )}{' '}
                  {state === 'dead' && (
                    <button type="button" disabled={busy} onClick={() => retry(id)}>
                      {words.text('sendAgain')}
                    </button>
                  )}
                </>
              ),
            },
          ]}
        />
      )}
      {next !== null && <p class="quiet">{words.text('deliveriesCut', { n: deliveriesMax })}</p>}
    </Panel>
  )
}

function stateWord(state: Exclude<Delivery['state'], 'dead'>, hold: Delivery['hold']) {
  if (state !== 'pending' || hold === 'none') return `delivery_${state}` as const
  return hold === 'making' ? 'delivery_making' : 'delivery_held'
}

/** The alert names the device or bay that it is about. */
const addressOf = (alert: string) => `${routes.alerts}?${new URLSearchParams({ list: 'all', alert })}`

const eventWord = (words: PipelineWords, event: Delivery['event']): string =>
  words.text(`event_${event.replaceAll('-', '_') as Underscored<Delivery['event']>}`)

type Underscored<S extends string> = S extends `${infer A}-${infer B}` ? `${A}_${Underscored<B>}` : S
