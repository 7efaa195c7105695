/** The count zones of a lot: how many vehicles are in each, how sure that is, and what an operator may do about it: recount. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { CountChangeOnWire, CountZone } from '@baykeeper/contract/count.ts'
import type { CountChange } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import { useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import { useDesk } from '../../shell/desk.ts'

const pollMs = 5_000
/** A city without count zones may get some. */
const noneMs = 60_000
const reasonCharsMax = 500
const trailShown = 8

/** All of the city: fetched once for all lots. `again`: a new number fetches at once. */
export function useCountZones(again: number): readonly CountZone[] {
  const some = useRef(false)
  const found = useFetched(requestOf('GET /api/v1/count-zones'), some.current ? pollMs : noneMs, again).value.value
  some.current = (found?.items.length ?? 0) > 0
  return found?.items ?? []
}

/** `changed`: called when the server has recounted one. */
export function CountZones({ of, changed }: { of: readonly CountZone[]; changed(): void }) {
  const { words } = useDesk()
  if (of.length === 0) return null
  return (
    <ul class="count-zones" aria-label={words.text('countZones')}>
      {of.map((zone) => (
        <li key={`${zone.level} ${zone.zone}`}>
          <Zone zone={zone} changed={changed} />
        </li>
      ))}
    </ul>
  )
}

function Zone({ zone, changed }: { zone: CountZone; changed(): void }) {
  const { words, zone: timeZone } = useDesk()
  const { name, state, vehicles, capacity, band, free, set } = zone
  const isShown = vehicles !== null && band !== null
  return (
    <>
      <div class="row">
        <b>
          <bdi>{name}</bdi>
        </b>
        <span>
          {isShown ? (
            <>
              <b>{words.number(vehicles)}</b> {words.text('countOf', { n: capacity })}
            </>
          ) : (
            words.text('countUnset', { n: capacity })
          )}
        </span>
      </div>
      {isShown && (
        <p class="quiet">
          {[
            band.low < band.high && words.text('countBand', { low: band.low, high: band.high }),
            free !== null && words.text('countFree', { n: free }),
            set && words.text('countSet', { time: words.dayMinute(Date.parse(set.at), timeZone.value) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      <Doubts zone={zone} />
      <Recounting zone={zone} changed={changed} isUrgent={state === 'unknown' || state === 'uncertain'} />
      <Trail zone={zone} />
    </>
  )
}

function Doubts({ zone: { state, silent, mismatch, cut } }: { zone: CountZone }) {
  const { words, zone } = useDesk()
  const since = mismatch && words.dayMinute(Date.parse(mismatch.since), zone.value)
  const doubts = [
    state === 'unknown' && words.text('countUnknown'),
    state === 'uncertain' && !mismatch && words.text('countUncertain'),
    state === 'stale' &&
      (silent.length > 0 ? words.text('countStale', { devices: silent.join(', ') }) : words.text('countNoGate')),
    mismatch &&
      words.text(mismatch.vehicles > 0 ? 'countMore' : 'countFewer', {
        n: Math.abs(mismatch.vehicles),
        since: since ?? '',
      }),
    cut.empty + cut.full > 0 && words.count('countCut', cut.empty + cut.full),
  ].filter((text) => typeof text === 'string')
  return doubts.map((text) => (
    <p key={text} class="banner warn">
      {text}
    </p>
  ))
}

interface RecountingProps {
  readonly zone: CountZone
  readonly isUrgent: boolean
  changed(): void
}

function Recounting({ zone, isUrgent, changed }: RecountingProps) {
  const { words } = useDesk()
  const asking = useSignal(false)
  const why = useSignal('')
  const done = (failed: string | undefined) => {
    why.value = failed ?? ''
    if (failed !== undefined) return
    asking.value = false
    changed()
  }
  const open = (isOpen: boolean) => {
    why.value = ''
    asking.value = isOpen
  }
  return (
    <div class="bay-actions">
      {asking.value ? (
        <RecountForm zone={zone} done={done} cancel={() => open(false)} />
      ) : (
        <button type="button" class={isUrgent ? 'main' : ''} onClick={() => open(true)}>
          {words.text('recount')} …
        </button>
      )}
      <p class="alert" role="alert">
        {why.value}
      </p>
    </div>
  )
}

interface FormProps {
  readonly zone: CountZone
  done(failed: string | undefined): void
  cancel(): void
}

/** The same id in every try: a recount whose answer was lost is not made twice. */
const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, '0')).join('')

function RecountForm({ zone: { site, level, zone, capacity, name }, done, cancel }: FormProps) {
  const { words } = useDesk()
  const id = useSignal(newId())
  const vehicles = useSignal('')
  const reason = useSignal(words.text('recountReason'))
  const busy = useSignal(false)
  const wrong = useSignal('')
  const send = async () => {
    const n = Number(vehicles.value)
    const isNumber = /^\d+$/.test(vehicles.value.trim()) && n <= capacity
    wrong.value = isNumber
      ? reason.value.trim() === ''
        ? words.text('reasonMissing')
        : ''
      : words.text('recountWrong', { n: capacity })
    if (wrong.value !== '' || busy.value) return
    busy.value = true
    const body = { id: id.value, site, level, zone, vehicles: n, reason: reason.value.trim() }
    const sent = await act(words, requestOf('POST /api/v1/recounts', { body }))
    busy.value = false
    done(sent.ok ? undefined : sent.why)
  }
  /** Another content is another recount. */
  const typed = (field: { value: string }) => (event: { readonly currentTarget: HTMLInputElement }) => {
    field.value = event.currentTarget.value
    wrong.value = ''
    id.value = newId()
  }
  const errorId = `recount-wrong-${level}-${zone}`
  return (
    <form
      aria-label={words.text('recountOf', { name })}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label>
        <span>{words.text('recountVehicles')}</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: the form was opened to write here
          autoFocus
          type="text"
          inputMode="numeric"
          autoComplete="off"
          aria-invalid={wrong.value !== ''}
          aria-describedby={errorId}
          value={vehicles.value}
          onInput={typed(vehicles)}
        />
      </label>
      <label>
        <span>{words.text('reason')}</span>
        <input
          type="text"
          maxLength={reasonCharsMax}
          aria-describedby={errorId}
          value={reason.value}
          onInput={typed(reason)}
        />
      </label>
      <p id={errorId} class="alert" role="alert">
        {wrong.value}
      </p>
      <p class="ways">
        <button type="submit" class="main" aria-disabled={busy.value}>
          {words.text('recount')}
        </button>
        <button type="button" onClick={cancel}>
          {words.text('cancel')}
        </button>
      </p>
    </form>
  )
}

const changeTexts: Readonly<Record<CountChange, TextKey>> = {
  recount: 'changeRecount',
  reset: 'changeReset',
  empty: 'changeEmpty',
  full: 'changeFull',
}

/** Fetched only when it is opened. */
function Trail({ zone }: { zone: CountZone }) {
  const { words } = useDesk()
  const open = useSignal(false)
  return (
    <details
      class="last-day"
      onToggle={(event) => {
        open.value = event.currentTarget.open
      }}
    >
      <summary>{words.text('countTrail')}</summary>
      {open.value && <TrailList zone={zone} />}
    </details>
  )
}

function TrailList({ zone: { site, level, zone, set } }: { zone: CountZone }) {
  const { words } = useDesk()
  const query = { site, level, zone, limit: trailShown }
  const request = requestOf('GET /api/v1/count-zones/trail', { query })
  // A new recount or reset: fetched at once.
  const { value, failed } = useFetched(request, pollMs, set ? Date.parse(set.at) : 0).value
  if (!value) return <p class="quiet">{words.text(failed ? 'failedNothing' : 'loading')}</p>
  if (value.items.length === 0) return <p class="quiet">{words.text('countTrailNone')}</p>
  return (
    <ol class="count-trail">
      {value.items.map((change) => (
        <li key={`${change.at} ${change.change} ${change.id}`}>
          <Change change={change} />
        </li>
      ))}
    </ol>
  )
}

function Change({
  change: { change, at, vehicles, before, difference, cut, author, reason },
}: {
  change: CountChangeOnWire
}) {
  const { words, zone } = useDesk()
  const isSet = change === 'recount' || change === 'reset'
  return (
    <>
      <time dateTime={at}>{words.dayMinute(Date.parse(at), zone.value)}</time>{' '}
      {words.text(changeTexts[change], { n: isSet ? vehicles : cut })}
      {isSet && difference !== null && before !== null && ` (${words.text('countWas', { n: before })})`}
      {author !== null && (
        <small>
          <bdi>{author}</bdi>: <bdi>{reason}</bdi>
        </small>
      )}
    </>
  )
}
