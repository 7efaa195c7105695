/** Reports that are sent by e-mail: when each is due next, what became of the newest, and how to set one up. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { ScheduleOnWire } from '@baykeeper/contract/report-schedule.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import type { ReportPlace } from './report-address.ts'
import { useReportWords } from './report-words.ts'
import { bodyOf, type Draft, draftOf, newDraft, newId } from './schedule-draft.ts'
import { ScheduleForm } from './schedule-form.tsx'
import { whenText } from './schedule-words.ts'

const pollMs = 5_000
type Result = { readonly ok: boolean; readonly text: string } | undefined
/** What the form is open for; an id, or a new one. */
type Open = { readonly id: string | undefined } | undefined

export function SchedulesPanel({ place }: { place: ReportPlace }) {
  const words = useReportWords()
  const desk = useDesk()
  const again = useSignal(0)
  const open = useSignal<Open>(undefined)
  const result = useSignal<Result>(undefined)
  const schedules = useFetched(requestOf('GET /api/v1/report-schedules'), pollMs, again.value).value
  const channels = useFetched(requestOf('GET /api/v1/notification-channels'), 6 * pollMs).value
  const items = schedules.value?.items ?? []
  const mail = (channels.value?.items ?? []).filter(({ kind }) => kind === 'email').map(({ name }) => name)
  const mayChange = may(desk, 'plan')
  const changed = (text: string) => {
    result.value = { ok: true, text }
    again.value++
  }
  const put = async (id: string, draft: Draft): Promise<string | undefined> => {
    const request = requestOf('PUT /api/v1/report-schedules/{id}', { params: { id }, body: bodyOf(draft) })
    const done = await act(words, request)
    if (!done.ok) return done.why
    open.value = undefined
    changed(words.text('record' in done.value ? 'mailedLate' : 'mailedSaved', { name: draft.name }))
    return undefined
  }
  const opened = open.value
  const chosen = opened && items.find(({ id }) => id === opened.id)
  return (
    <Panel title={words.text('mailed')} of={schedules} freshMs={pollMs * 3} note={words.text('mailedNote')}>
      <p class={`result ${result.value?.ok === false ? 'bad' : ''}`} role="status">
        {result.value?.text}
      </p>
      {schedules.value && items.length === 0 && <p class="quiet">{words.text('mailedNone')}</p>}
      {channels.value && mail.length === 0 && <p class="quiet">{words.text('mailedNoChannel')}</p>}
      {items.length > 0 && (
        <List
          items={items}
          mayChange={mayChange}
          change={(id) => {
            open.value = { id }
          }}
          put={put}
          changed={changed}
          failed={(text) => {
            result.value = { ok: false, text }
          }}
        />
      )}
      {opened ? (
        <ScheduleForm
          key={opened.id ?? ''}
          label={chosen ? words.text('mailedChangeOf', { name: chosen.name }) : words.text('mailedNew')}
          start={chosen ? draftOf(chosen) : newDraft(place, mail[0] ?? '')}
          channels={[...new Set([...mail, ...(chosen ? [chosen.channel] : [])])]}
          save={(draft) =>
            put(
              opened.id ??
                newId(
                  draft.name,
                  items.map(({ id }) => id),
                ),
              draft,
            )
          }
          cancel={() => {
            open.value = undefined
          }}
        />
      ) : (
        mayChange &&
        mail.length > 0 && (
          <button
            type="button"
            onClick={() => {
              open.value = { id: undefined }
            }}
          >
            {words.text('mailedNew')} …
          </button>
        )
      )}
    </Panel>
  )
}

interface ListProps {
  readonly items: readonly ScheduleOnWire[]
  readonly mayChange: boolean
  change(id: string): void
  put(id: string, draft: Draft): Promise<string | undefined>
  changed(text: string): void
  failed(text: string): void
}

function List({ items, mayChange, ...ways }: ListProps) {
  const words = useReportWords()
  return (
    <Table<ScheduleOnWire>
      label={words.text('mailed')}
      rows={items}
      keyOf={({ id }) => id}
      columns={[
        { name: words.text('mailedName'), cell: (schedule) => <What schedule={schedule} /> },
        { name: words.text('mailedWhen'), cell: (schedule) => whenText(words, schedule) },
        { name: words.text('mailedNext'), cell: (schedule) => <Next schedule={schedule} /> },
        { name: words.text('mailedLast'), cell: (schedule) => <Last schedule={schedule} /> },
      ]}
      {...(mayChange ? { below: (schedule: ScheduleOnWire) => <Ways schedule={schedule} {...ways} /> } : {})}
    />
  )
}

function What({ schedule: { name, kind, period, format, channel, site } }: { schedule: ScheduleOnWire }) {
  const words = useReportWords()
  const { sites } = useDesk()
  const lot = site === null ? words.text('allLots') : (sites.value.find(({ id }) => id === site)?.name ?? site)
  return (
    <>
      <b>
        <bdi>{name}</bdi>
      </b>
      <br />
      <small>
        {words.text(`kind_${kind}`)} · {words.text(`period_${period}`)} · <bdi>{lot}</bdi> · {format.toUpperCase()} →{' '}
        {channel}
      </small>
    </>
  )
}

function Next({ schedule: { next_due, time_zone } }: { schedule: ScheduleOnWire }) {
  const words = useReportWords()
  if (next_due === null) return <>{words.text('mailedPaused')}</>
  return <time dateTime={next_due}>{words.dayMinute(Date.parse(next_due), time_zone)}</time>
}

function Last({ schedule: { last, time_zone } }: { schedule: ScheduleOnWire }) {
  const words = useReportWords()
  const state = words.text(`mailed_${last.state}`)
  return (
    <>
      {last.state === 'dead' ? <span class="chip bad">{state}</span> : state}
      {last.due !== null && (
        <>
          {' '}
          <time dateTime={last.due}>{words.dayMinute(Date.parse(last.due), time_zone)}</time>
          {last.asked && ` (${words.text('mailedWasAsked')})`}
        </>
      )}
      {last.due !== null && last.detail !== '' && (
        <>
          <br />
          <small lang="en">{last.detail}</small>
        </>
      )}
    </>
  )
}

function Ways({
  schedule,
  change,
  put,
  changed,
  failed,
}: { schedule: ScheduleOnWire } & Omit<ListProps, 'items' | 'mayChange'>) {
  const words = useReportWords()
  const busy = useSignal(false)
  const isSure = useSignal(false)
  const { id, name, paused } = schedule
  const run = async (work: () => Promise<string | undefined>) => {
    if (busy.value) return
    busy.value = true
    const why = await work()
    busy.value = false
    if (why !== undefined) failed(why)
  }
  const send = async () => {
    const done = await act(words, requestOf('POST /api/v1/report-schedules/{id}/send', { params: { id } }))
    if (!done.ok) return done.why
    changed(words.text('mailedAsked', { name }))
    return undefined
  }
  const remove = async () => {
    const done = await act(words, requestOf('DELETE /api/v1/report-schedules/{id}', { params: { id }, query: {} }))
    if (!done.ok) return done.why
    changed(words.text('mailedRemoved', { name }))
    return undefined
  }
  const way = (text: string, click: () => void) => (
    <button type="button" aria-disabled={busy.value} aria-label={`${text}: ${name}`} onClick={click}>
      {text}
    </button>
  )
  return (
    <span class="report-ways">
      {way(words.text('mailedSend'), () => void run(send))}
      {way(words.text('mailedChange'), () => change(id))}
      {way(
        words.text(paused ? 'mailedResume' : 'mailedPause'),
        () => void run(() => put(id, { ...draftOf(schedule), paused: !paused })),
      )}
      {isSure.value
        ? way(words.text('mailedRemoveSure'), () => void run(remove))
        : way(`${words.text('mailedRemove')} …`, () => {
            isSure.value = true
          })}
    </span>
  )
}
