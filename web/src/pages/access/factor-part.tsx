/** The second factor of the own account: an app for codes, set up by a picture, and recovery codes that are shown once. */
import type { EnrolmentOnWire } from '@baykeeper/contract/accounts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { type Signal, useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import { Panel } from '../live/panel.tsx'
import { useAccessWords } from './access-words.ts'
import { AccessForm } from './parts.tsx'

const pollMs = 30_000
type Asks = 'enrol' | 'renew' | 'remove'

export function SecondFactor() {
  const { words } = useAccessWords()
  const again = useSignal(0)
  const asks = useSignal<Asks | undefined>(undefined)
  const enrolment = useSignal<EnrolmentOnWire | undefined>(undefined)
  const codes = useSignal<readonly string[]>([])
  const found = useFetched(requestOf('GET /api/v1/account/second-factor'), pollMs, again.value).value
  const state = found.value
  const done = (shown: readonly string[]) => {
    codes.value = shown
    enrolment.value = undefined
    asks.value = undefined
    again.value++
  }
  const ask = (what: Asks) => {
    codes.value = []
    enrolment.value = undefined
    asks.value = what
  }
  return (
    <Panel title={words.text('factor')} of={found} freshMs={pollMs * 3}>
      <Codes codes={codes.value} />
      {state && (
        <>
          <p>{words.text(state.active ? 'factorOn' : state.required ? 'factorNeeded' : 'factorOff')}</p>
          {state.active && <p>{words.text('recoveryLeft', { n: state.recovery_codes_left })}</p>}
          <p class="access-cell">
            <button type="button" onClick={() => ask('enrol')}>
              {words.text(state.active ? 'factorAgain' : 'factorSet')}
            </button>
            {state.active && (
              <button type="button" onClick={() => ask('renew')}>
                {words.text('recoveryRenew')}
              </button>
            )}
            {state.active && !state.required && (
              <button type="button" onClick={() => ask('remove')}>
                {words.text('factorRemove')}
              </button>
            )}
          </p>
        </>
      )}
      {asks.value && !enrolment.value && <Ask what={asks.value} enrolment={enrolment} done={done} />}
      {enrolment.value && <Confirm enrolment={enrolment.value} done={done} />}
    </Panel>
  )
}

function Codes({ codes }: { codes: readonly string[] }) {
  const { words } = useAccessWords()
  return (
    <div role="status">
      {codes.length > 0 && (
        <div class="banner">
          <div>
            <p>{words.text('recoveryShown')}</p>
            <code class="access-secret access-codes">{codes.join('\n')}</code>
          </div>
        </div>
      )}
    </div>
  )
}

interface AskProps {
  readonly what: Asks
  readonly enrolment: Signal<EnrolmentOnWire | undefined>
  done(codes: readonly string[]): void
}

const names = { enrol: 'factorSet', renew: 'recoveryRenew', remove: 'factorRemove' } as const

function Ask({ what, enrolment, done }: AskProps) {
  const { words } = useAccessWords()
  const send = async (fields: FormData) => {
    const body = { password: String(fields.get('password')) }
    if (what === 'enrol') {
      const answer = await act(words, requestOf('POST /api/v1/account/second-factor', { body }))
      if (answer.ok) enrolment.value = answer.value
      return answer.ok ? undefined : answer.why
    }
    if (what === 'renew') {
      const answer = await act(words, requestOf('POST /api/v1/account/recovery-codes', { body }))
      if (answer.ok) done(answer.value.recovery_codes)
      return answer.ok ? undefined : answer.why
    }
    const answer = await act(words, requestOf('POST /api/v1/account/second-factor/removal', { body }))
    if (answer.ok) done([])
    return answer.ok ? undefined : answer.why
  }
  return (
    <AccessForm key={what} label={words.text(names[what])} submit={words.text(names[what])} send={send}>
      <label>
        <span>{words.text('passwordNow')}</span>
        <input name="password" type="password" autoComplete="current-password" required maxLength={1_024} />
      </label>
    </AccessForm>
  )
}

function Confirm({ enrolment, done }: { enrolment: EnrolmentOnWire } & Pick<AskProps, 'done'>) {
  const { words } = useAccessWords()
  const { secret, qr } = enrolment
  const send = async (fields: FormData) => {
    const body = { code: String(fields.get('code')) }
    const answer = await act(words, requestOf('PUT /api/v1/account/second-factor', { body }))
    if (answer.ok) done(answer.value.recovery_codes)
    return answer.ok ? undefined : answer.why
  }
  return (
    <>
      <p>{words.text('factorScan')}</p>
      <svg class="access-qr" role="img" aria-label={words.text('factorPicture')} viewBox={`0 0 ${qr.size} ${qr.size}`}>
        <rect width="100%" height="100%" fill="#fff" />
        <path d={qr.path} fill="#000" />
      </svg>
      <p>
        {words.text('factorByHand')} <code>{secret.replaceAll(/.{4}(?=.)/g, '$& ')}</code>
      </p>
      <AccessForm label={words.text('factorConfirm')} submit={words.text('factorConfirm')} send={send}>
        <label>
          <span>{words.text('factorCode')}</span>
          <input name="code" inputMode="numeric" autoComplete="one-time-code" required maxLength={7} />
        </label>
      </AccessForm>
    </>
  )
}
