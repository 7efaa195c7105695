/** Why a bay is in its state, and what an operator may do about it: set the state until a time with a reason, or end that. */
import type { BayDetail } from '@baykeeper/contract/bay.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Override } from '@baykeeper/contract/override.ts'
import { type BayFlag, type SettableState, settableStates } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import type { TextKey } from '../../i18n/en.ts'
import { act } from '../../shell/acting.ts'
import { useDesk } from '../../shell/desk.ts'

const reasonCharsMax = 500
const hourMin = 60
/** Minutes; null: until a person ends it. */
const durations = [hourMin, 4 * hourMin, 24 * hourMin, 7 * 24 * hourMin, null] as const

const flagTexts: Readonly<Record<BayFlag, TextKey>> = {
  stale: 'stale',
  stuck: 'flagStuck',
  flapping: 'flagFlapping',
  disputed: 'flagDisputed',
  'low-battery': 'flagLowBattery',
  'gateway-offline': 'flagGateway',
}

export function BayReasons({ found }: { found: BayDetail }) {
  const { words } = useDesk()
  return (
    <>
      {found.cause === 'layout' && found.state === 'closed' && <p class="quiet">{words.text('closedByLayout')}</p>}
      {shownFlags(found).map((flag) => (
        <p key={flag} class="banner warn">
          {flag === 'gateway-offline' && found.gateway ? <Outage of={found.gateway} /> : words.text(flagTexts[flag])}
        </p>
      ))}
    </>
  )
}

/** A gateway that is offline is the reason for the silence of its sensors. */
const shownFlags = ({ flags }: BayDetail) =>
  flags.includes('gateway-offline') ? flags.filter((flag) => flag !== 'stale') : flags

function Outage({ of: { gateway, source, since } }: { of: NonNullable<BayDetail['gateway']> }) {
  const { words, zone } = useDesk()
  const time = words.moment(Date.parse(since), zone.value)
  return gateway === null
    ? words.text('sourceOffline', { source, time })
    : words.text('gatewayOffline', { gateway, time })
}

/** `changed`: called when the server has done it. */
export function BayActions({ found, changed }: { found: BayDetail; changed(): void }) {
  const { words } = useDesk()
  const asking = useSignal(false)
  const busy = useSignal(false)
  const why = useSignal('')
  const done = (failed: string | undefined) => {
    busy.value = false
    why.value = failed ?? ''
    if (failed !== undefined) return
    asking.value = false
    changed()
  }
  const close = () => {
    asking.value = false
    why.value = ''
  }
  const end = async ({ id }: Override) => {
    busy.value = true
    const ended = await act(words, requestOf('DELETE /api/v1/overrides/{id}', { params: { id } }))
    done(ended.ok ? undefined : ended.why)
  }
  return (
    <section class="bay-actions" aria-label={words.text('setState')}>
      {found.override && <InForce override={found.override} busy={busy.value} end={end} />}
      {asking.value ? (
        <StateForm bay={found.id} busy={busy} done={done} cancel={close} />
      ) : found.cause !== 'layout' || found.state !== 'closed' ? (
        <button
          type="button"
          onClick={() => {
            why.value = ''
            asking.value = true
          }}
        >
          {words.text('setState')} …
        </button>
      ) : null}
      <p class="alert" role="alert">
        {why.value}
      </p>
    </section>
  )
}

function InForce({ override, busy, end }: { override: Override; busy: boolean; end(override: Override): void }) {
  const { words, zone } = useDesk()
  const { author, reason, occasion, since, until, bay_count: bays } = override
  const time = words.moment(Date.parse(since), zone.value)
  return (
    <div class="banner warn override">
      <p>
        {occasion !== null && (
          <>
            <bdi>{occasion}</bdi>
            {' · '}
          </>
        )}
        <bdi>{reason}</bdi>
      </p>
      <p>
        {until === null
          ? words.text('untilEnded')
          : words.text('untilTime', { time: words.moment(Date.parse(until), zone.value) })}
        {bays > 1 && ` · ${words.count('overrideBays', bays)}`}
      </p>
      <p>{words.text('setBy', { author, time })}</p>
      <button type="button" aria-disabled={busy} onClick={() => busy || end(override)}>
        {words.text('endOverride')}
      </button>
    </div>
  )
}

interface FormProps {
  readonly bay: string
  readonly busy: { value: boolean }
  done(failed: string | undefined): void
  cancel(): void
}

function StateForm({ bay, busy, done, cancel }: FormProps) {
  const { words } = useDesk()
  const state = useSignal<SettableState>('closed')
  const minutes = useSignal<number | null>(hourMin)
  const reason = useSignal('')
  const missing = useSignal(false)
  const send = async () => {
    missing.value = reason.value.trim() === ''
    if (missing.value || busy.value) return
    busy.value = true
    const until = minutes.value === null ? {} : { minutes: minutes.value }
    const body = { bays: [bay], state: state.value, reason: reason.value.trim(), ...until }
    const sent = await act(words, requestOf('POST /api/v1/overrides', { body }))
    done(sent.ok ? undefined : sent.why)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label>
        <span>{words.text('state')}</span>
        <select
          // biome-ignore lint/a11y/noAutofocus: the form was opened to choose here
          autoFocus
          value={state.value}
          onChange={(event) => {
            state.value = event.currentTarget.value as SettableState
          }}
        >
          {settableStates.map((one) => (
            <option key={one} value={one}>
              {words.text(one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('howLong')}</span>
        <select
          value={String(minutes.value)}
          onChange={(event) => {
            const { value } = event.currentTarget
            minutes.value = value === 'null' ? null : Number(value)
          }}
        >
          {durations.map((one) => (
            <option key={one} value={String(one)}>
              {one === null ? words.text('untilEnded') : words.span(one * 60_000)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('reason')}</span>
        <input
          type="text"
          maxLength={reasonCharsMax}
          aria-invalid={missing.value}
          aria-describedby="reason-missing"
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value
            missing.value = false
          }}
        />
      </label>
      <p id="reason-missing" class="alert" role="alert">
        {missing.value && words.text('reasonMissing')}
      </p>
      <p class="ways">
        <button type="submit" class="main" aria-disabled={busy.value}>
          {words.text('setState')}
        </button>
        <button type="button" onClick={cancel}>
          {words.text('cancel')}
        </button>
      </p>
    </form>
  )
}
