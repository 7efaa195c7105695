/** What the drawer of a bay fetches: its last 24 hours, its sensor with what an operator may do, and a way to silence its alerts. */
import type { BayDetail, BayHistory } from '@baykeeper/contract/bay.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { type BayState, bayStates } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { createElement } from 'preact'
import { useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import { type Desk, may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import './live-tools.css'
import type { NoteForm, SwapForm } from '../devices/device-actions.tsx'
import { useToolsWords, withToolsWords } from './tools-words.ts'

const pollMs = 5_000
const historyMs = 60_000
const hourMs = 3_600_000
const ribbonH = 36

/** Forms of the pages about devices, which are fetched with those. */
interface Forms {
  readonly Swap: typeof SwapForm
  readonly Note: typeof NoteForm
}

export async function load(desk: Desk) {
  const { SwapForm: Swap, NoteForm: Note, withDevicesWords } = await import('../devices/places-page.tsx')
  const extras = await withDevicesWords(desk, () => createElement(BayExtras, { Swap, Note }))
  return withToolsWords(desk, () => createElement(extras, null))
}

function BayExtras(forms: Forms) {
  const { drawer, city } = useDesk()
  const id = drawer.value?.of === 'bay' ? city.value?.floor.ids[drawer.value.bay] : undefined
  return id === undefined ? null : <Extras key={id} id={id} forms={forms} />
}

function Extras({ id, forms }: { id: string; forms: Forms }) {
  const desk = useDesk()
  const again = useSignal(0)
  const found = useFetched(requestOf('GET /api/v1/bays/{id}', { params: { id } }), pollMs, again.value).value.value
  const history = useFetched(
    requestOf('GET /api/v1/bays/{id}/history', { params: { id } }),
    historyMs,
    again.value,
  ).value
  return (
    <div class="bay-extras">
      {history.value && <Ribbon of={history.value} />}
      {found && may(desk, 'operate') && <SensorWays bay={found} forms={forms} changed={() => again.value++} />}
      {found && may(desk, 'operate') && <Silence bay={id} />}
    </div>
  )
}

function Ribbon({ of: { from, to, states } }: { of: BayHistory }) {
  const { zone } = useDesk()
  const words = useToolsWords()
  const [begin, end] = [Date.parse(from), Date.parse(to)]
  const spans = states.map(({ state, at }, i) => ({
    state,
    from: Math.max(begin, Date.parse(at)),
    to: Date.parse(states[i + 1]?.at ?? to),
  }))
  const sum = (state: BayState) =>
    words.duration(spans.reduce((ms, span) => ms + (span.state === state ? span.to - span.from : 0), 0))
  const label = words.text('ribbonLabel', {
    ...{ occupied: sum('occupied'), free: sum('free'), unknown: sum('unknown') },
  })
  const x = (at: number) => ((at - begin) / (end - begin)) * 1_000
  const height = (state: BayState) => (state === 'free' ? 8 : state === 'unknown' ? 16 : 26)
  if (bayStates.every((state) => spans.every((span) => span.state !== state)))
    return <p class="quiet">{words.text('ribbonNone')}</p>
  return (
    <figure>
      <svg class="ribbon" viewBox={`0 0 1000 ${ribbonH}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {spans.map((span) => (
          <rect
            key={span.from}
            class={span.state}
            x={x(span.from)}
            width={Math.max(1, x(span.to) - x(span.from))}
            y={ribbonH - height(span.state)}
            height={height(span.state)}
          />
        ))}
      </svg>
      <figcaption>
        <span>{words.minute(begin, zone.value)}</span>
        <span>{words.text('ribbon')}</span>
        <span>{words.minute(end, zone.value)}</span>
      </figcaption>
    </figure>
  )
}

type Form = 'sensor' | 'note' | undefined

function SensorWays({ bay, forms: { Swap, Note }, changed }: { bay: BayDetail; forms: Forms; changed(): void }) {
  const words = useToolsWords()
  const form = useSignal<Form>(undefined)
  const device = bay.assigned[0] ?? bay.device?.id
  const known = useFetched(
    bay.device ? requestOf('GET /api/v1/devices/{id}', { params: { id: bay.device.id } }) : undefined,
    historyMs,
  ).value.value
  const done = () => {
    form.value = undefined
    changed()
  }
  const toggle = (of: Form) => () => {
    form.value = form.value === of ? undefined : of
  }
  return (
    <section aria-label={words.text('sensorPart')}>
      <p class="ways">
        <button type="button" aria-expanded={form.value === 'sensor'} onClick={toggle('sensor')}>
          {words.text(device === undefined ? 'sensorAssign' : 'sensorPart')} …
        </button>
        {known && (
          <button type="button" aria-expanded={form.value === 'note'} onClick={toggle('note')}>
            {words.text('noteOf')} …
          </button>
        )}
        {known && (
          <a href={`${routes.devices}/${encodeURIComponent(known.id)}?source=${encodeURIComponent(known.source)}`}>
            <bdi>{known.id}</bdi>
          </a>
        )}
      </p>
      {form.value === 'sensor' && <Swap device={device} bay={bay.id} done={done} />}
      {form.value === 'note' && known && <Note device={known} done={done} />}
    </section>
  )
}

/** Shelves what is open of the bay, and of nothing else. */
function Silence({ bay }: { bay: string }) {
  const { alertCounts } = useDesk()
  const words = useToolsWords()
  const note = useSignal('')
  const query = { group: 'open', subject: bay, limit: 50 } as const
  const found = useFetched(requestOf('GET /api/v1/alerts', { query }), historyMs, alertCounts.value?.change).value.value
  const open = found?.items.filter(({ subject, state }) => subject === 'bay' && state !== 'shelved') ?? []
  const silence = async () => {
    const body = {
      ...{ alerts: open.map(({ id }) => id), action: 'shelve' as const },
      ...{ until: new Date(Date.now() + hourMs).toISOString(), reason: words.text('silenceReason') },
    }
    const sent = await act(words, requestOf('POST /api/v1/alerts/actions', { body }))
    const done = sent.ok && 'results' in sent.value ? sent.value.results.filter(({ ok }) => ok).length : open.length
    note.value = sent.ok ? words.count('silenced', done) : sent.why
  }
  return (
    <>
      {open.length > 0 && (
        <button type="button" onClick={() => void silence()}>
          {words.text('silence')}
        </button>
      )}
      <p role="status" class="quiet">
        {note.value}
      </p>
    </>
  )
}
