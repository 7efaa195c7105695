/** What a person lets a sign show, for how long, and why. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { SignOnWire } from '@baykeeper/contract/sign.ts'
import { type SignMode, signModes } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { act } from '../../shell/acting.ts'
import { useSignWords } from './sign-words.ts'

const hourMin = 60
const durations = [15, hourMin, 4 * hourMin, 12 * hourMin, 24 * hourMin, null] as const
const reasonCharsMax = 500

interface FormProps {
  readonly sign: SignOnWire
  done(failed: string | undefined): void
  cancel(): void
}

export function ModeForm({ sign: { id, name, mode: now }, done, cancel }: FormProps) {
  const words = useSignWords()
  const mode = useSignal<SignMode>(now === 'auto' ? 'closed' : 'auto')
  const minutes = useSignal<number | null>(hourMin)
  const reason = useSignal('')
  const isMissing = useSignal(false)
  const busy = useSignal(false)
  const send = async () => {
    isMissing.value = reason.value.trim() === ''
    if (isMissing.value || busy.value) return
    busy.value = true
    const until = mode.value === 'auto' || minutes.value === null ? {} : { minutes: minutes.value }
    const body = { mode: mode.value, reason: reason.value.trim(), ...until }
    const sent = await act(words, requestOf('POST /api/v1/signs/{id}/mode', { params: { id }, body }))
    busy.value = false
    done(sent.ok ? undefined : sent.why)
  }
  const missingId = `sign-reason-missing-${id}`
  return (
    <form
      aria-label={words.text('signChangeOf', { name })}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label>
        <span>{words.text('signMode')}</span>
        <select
          // biome-ignore lint/a11y/noAutofocus: the form was opened to choose here
          autoFocus
          value={mode.value}
          onChange={(event) => {
            mode.value = event.currentTarget.value as SignMode
          }}
        >
          {signModes.map((one) => (
            <option key={one} value={one}>
              {words.text(`mode_${one}`)}
            </option>
          ))}
        </select>
      </label>
      {mode.value !== 'auto' && (
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
      )}
      <label>
        <span>{words.text('reason')}</span>
        <input
          type="text"
          maxLength={reasonCharsMax}
          aria-invalid={isMissing.value}
          aria-describedby={missingId}
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value
            isMissing.value = false
          }}
        />
      </label>
      <p id={missingId} class="alert" role="alert">
        {isMissing.value && words.text('reasonMissing')}
      </p>
      <p class="ways">
        <button type="submit" class="main" aria-disabled={busy.value}>
          {words.text('signSend')}
        </button>
        <button type="button" onClick={cancel}>
          {words.text('cancel')}
        </button>
      </p>
    </form>
  )
}
