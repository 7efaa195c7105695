/** Judge and correct one distance sensor: its own distances, the limits they suggest, and what limits would have made of them. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Device } from '@baykeeper/contract/device.ts'
import type { Calibration } from '@baykeeper/contract/device-care.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { useDevicesWords } from './devices-words.ts'
import { DistanceHistogram } from './distance-histogram.tsx'

const pollMs = 60_000
type Limits = NonNullable<Calibration['current']>
type Outcome = NonNullable<Calibration['outcomes']['current']>

export function CalibrationPanel({ device, changed }: { device: Device; changed(): void }) {
  const { words } = useDevicesWords()
  const typed = useSignal<Limits | undefined>(undefined)
  const again = useSignal(0)
  const { id, source } = device
  const isValid =
    typed.value && typed.value.occupied_below_mm > 0 && typed.value.occupied_below_mm <= typed.value.free_above_mm
  const query = { source, ...(isValid ? typed.value : {}) }
  const request = requestOf('GET /api/v1/devices/{id}/calibration', { params: { id }, query })
  const found = useFetched(request, pollMs, again.value).value
  const shown = found.value
  return (
    <Panel title={words.text('distances')} of={found} freshMs={pollMs * 3}>
      {shown && shown.readings === 0 && <p class="quiet">{words.text('distancesNone')}</p>}
      {shown && shown.readings > 0 && (
        <>
          <DistanceHistogram of={shown} limits={typed.value ?? shown.current ?? shown.suggestion?.limits} />
          <p>{suggestionText(words, shown)}</p>
          <LimitsForm
            key={JSON.stringify([shown.current, shown.suggestion?.limits])}
            of={shown}
            device={id}
            typed={(limits) => (typed.value = limits)}
            outcome={typed.value ? shown.outcomes.asked : (shown.outcomes.current ?? shown.outcomes.suggested)}
            done={() => {
              again.value++
              changed()
            }}
          />
        </>
      )}
    </Panel>
  )
}

type Words = ReturnType<typeof useDevicesWords>['words']

function suggestionText(words: Words, { suggestion, why, readings }: Calibration): string {
  if (!suggestion) return words.text('cannotTell', { why: words.text(why ?? 'few-readings'), n: readings })
  const { near, far, gap_mm } = suggestion
  return words.text('suggested', {
    ...{ near: words.number(near.median_mm), far: words.number(far.median_mm) },
    ...{ from: words.number(gap_mm[0]), to: words.number(gap_mm[1]), n: words.number(near.readings + far.readings) },
  })
}

interface LimitsFormProps {
  readonly of: Calibration
  readonly device: string
  readonly outcome: Outcome | null
  typed(limits: Limits): void
  done(): void
}

function LimitsForm({ of, device, outcome, typed, done }: LimitsFormProps) {
  const desk = useDesk()
  const { words } = useDevicesWords()
  const start = of.current ?? of.suggestion?.limits
  const below = useSignal(start ? String(start.occupied_below_mm) : '')
  const above = useSignal(start ? String(start.free_above_mm) : '')
  const why = useSignal('')
  const limits = { occupied_below_mm: Number(below.value), free_above_mm: Number(above.value) }
  const set = (text: { readonly below?: string; readonly above?: string }) => {
    below.value = text.below ?? below.value
    above.value = text.above ?? above.value
    why.value = ''
    typed({ occupied_below_mm: Number(below.value), free_above_mm: Number(above.value) })
  }
  const send = async (next: Limits | null) => {
    const body = { presence_by_distance: next }
    const sent = await act(words, requestOf('PATCH /api/v1/devices/{id}', { params: { id: device }, body }))
    why.value = sent.ok ? '' : sent.why
    if (sent.ok) done()
  }
  const mayChange = may(desk, 'operate')
  return (
    <form
      class="assign-form"
      aria-label={words.text('limits')}
      onSubmit={(event) => {
        event.preventDefault()
        void send(limits)
      }}
    >
      <label>
        <span>{words.text('occupiedBelow')}</span>
        <input
          type="number"
          required
          min={1}
          max={100_000}
          value={below.value}
          onInput={(event) => set({ below: event.currentTarget.value })}
        />
      </label>
      <label>
        <span>{words.text('freeAbove')}</span>
        <input
          type="number"
          required
          min={1}
          max={100_000}
          value={above.value}
          onInput={(event) => set({ above: event.currentTarget.value })}
        />
      </label>
      <p class="quiet" role="status">
        {outcome && words.text('limitsOutcome', { ...outcome, n: of.readings })}
      </p>
      <p class="quiet">{words.text('limitsHint')}</p>
      {mayChange ? (
        <p class="ways">
          <button type="submit" class="main">
            {words.text('limitsUse', { below: below.value, above: above.value })}
          </button>
          {of.current && (
            <button type="button" onClick={() => void send(null)}>
              {words.text('limitsNone')}
            </button>
          )}
        </p>
      ) : (
        <p class="quiet">{words.text('needOperator')}</p>
      )}
      <p class="alert" role="alert">
        {why.value}
      </p>
    </form>
  )
}
