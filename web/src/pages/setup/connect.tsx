/** Connecting a sender: a token that is made here, and a command that sends one reading. Ending the simulated city is asked. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Listener } from '@baykeeper/contract/sources.ts'
import { useSignal } from '@preact/signals'
import { Command } from '../../kit/command.tsx'
import { act } from '../../shell/acting.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { addressOf, commandOf, type SendingKind, sendingKinds } from './commands.ts'
import { useSetupWords } from './setup-words.ts'

export interface Token {
  readonly source: string
  readonly secret: string
}

interface Made {
  readonly made: (token: Token) => void
}

export function TokenForm({ made }: Made) {
  const desk = useDesk()
  const words = useSetupWords()
  const why = useSignal('')
  const agreed = useSignal(false)
  if (!may(desk, 'admin')) return <p class="quiet">{words.text('tokenAdmin')}</p>
  const isDemo = desk.simulated.value
  const make = async (name: string) => {
    if (isDemo && !agreed.value) {
      why.value = words.text('demoFirst')
      return
    }
    const done = await act(words, requestOf('POST /api/v1/keys', { body: { kind: 'ingest', name } }))
    why.value = done.ok ? '' : done.why
    if (done.ok) made({ source: name, secret: done.value.token })
  }
  return (
    <form
      class="setup-form"
      onSubmit={(event) => {
        event.preventDefault()
        void make(String(new FormData(event.currentTarget).get('name')))
      }}
    >
      <label>
        <span>{words.text('sourceName')}</span>
        <input
          name="name"
          required
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          autoComplete="off"
          defaultValue="my-gateway"
        />
      </label>
      {isDemo && (
        <label class="check">
          <input
            type="checkbox"
            checked={agreed.value}
            onChange={({ currentTarget }) => {
              agreed.value = currentTarget.checked
            }}
          />
          <span>{words.text('endsDemo')}</span>
        </label>
      )}
      <button type="submit" class="main">
        {words.text('makeToken')}
      </button>
      <p class="alert" role="alert">
        {why.value}
      </p>
    </form>
  )
}

interface TestCommandProps {
  readonly listeners: readonly Listener[]
  readonly token: Token | undefined
  readonly device: string
}

export function TestCommand({ listeners, token, device }: TestCommandProps) {
  const words = useSetupWords()
  const offered = sendingKinds.flatMap((kind) => listeners.find((listener) => listener.kind === kind) ?? [])
  const chosen = useSignal<string>('ingest')
  const listener = offered.find(({ kind }) => kind === chosen.value) ?? offered[0]
  if (!listener) return <p>{words.text('noListeners')}</p>
  const kind = listener.kind as SendingKind
  const address = addressOf(listener, location.hostname)
  return (
    <div class="setup-test">
      <label>
        <span>{words.text('protocol')}</span>
        <select
          value={kind}
          onChange={({ currentTarget }) => {
            chosen.value = currentTarget.value
          }}
        >
          {offered.map((each) => (
            <option key={each.kind} value={each.kind}>
              {words.text(`kind_${each.kind as SendingKind}`)}
            </option>
          ))}
        </select>
      </label>
      <p>
        {words.text('address')}: <code>{listener.url}</code>
      </p>
      {listener.local && <p class="quiet">{words.text('localOnly')}</p>}
      {token && kind === 'ingest' && <p role="status">{words.text('tokenOf', { name: token.source })}</p>}
      <Command text={commandOf({ kind, address, device, token: token?.secret })} />
      <p class="quiet">
        {kind === 'ingest' ? (
          <>
            {words.text('expected')} <code>{'202 {"accepted":1}'}</code>
          </>
        ) : (
          words.text('noAnswerKind')
        )}
      </p>
    </div>
  )
}
