/** Passkeys of the own account: added, named, removed. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { hasPasskeys, makePasskey } from '../../kit/passkey.ts'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { Panel } from '../live/panel.tsx'
import { useAccessWords } from './access-words.ts'
import { AccessForm, When } from './parts.tsx'

const pollMs = 30_000

export function Passkeys() {
  const { words } = useAccessWords()
  const again = useSignal(0)
  const why = useSignal('')
  const sure = useSignal('')
  const found = useFetched(requestOf('GET /api/v1/account/passkeys'), pollMs, again.value).value
  const items = found.value?.items ?? []
  const remove = async (id: string) => {
    const done = await act(words, requestOf('DELETE /api/v1/account/passkeys/{id}', { params: { id } }))
    why.value = done.ok ? '' : done.why
    again.value++
  }
  return (
    <Panel title={words.text('passkeys')} of={found} freshMs={pollMs * 3}>
      <p class="quiet">{words.text('passkeysLead')}</p>
      <p class="alert" role="alert">
        {why.value}
      </p>
      {items.length > 0 && (
        <Table
          label={words.text('passkeys')}
          rows={items}
          keyOf={({ id }) => id}
          columns={[
            { name: words.text('name'), cell: ({ name }) => name },
            { name: words.text('created'), cell: ({ created }) => <When at={created} /> },
            {
              name: words.text('used'),
              cell: ({ last_used: used }) => (used === null ? words.text('never') : <When at={used} />),
            },
            {
              name: words.text('actions'),
              cell: ({ id, name }) => (
                <button
                  type="button"
                  aria-label={words.text(sure.value === id ? 'passkeySure' : 'passkeyRemoveOf', { name })}
                  onClick={() => {
                    if (sure.value === id) void remove(id)
                    else sure.value = id
                  }}
                >
                  {sure.value === id ? words.text('passkeySure', { name }) : words.text('passkeyRemove')}
                </button>
              ),
            },
          ]}
        />
      )}
      {found.value && <Adding available={found.value.available} added={() => again.value++} />}
    </Panel>
  )
}

function Adding({ available, added }: { available: boolean; added(): void }) {
  const { words } = useAccessWords()
  if (!available) return <p>{words.text('passkeysNotHere')}</p>
  if (!hasPasskeys()) return <p>{words.text('passkeysNoBrowser')}</p>
  const send = async (fields: FormData) => {
    const password = String(fields.get('password'))
    const begun = await act(
      words,
      requestOf('POST /api/v1/account/passkeys/options', { body: password === '' ? {} : { password } }),
    )
    if (!begun.ok) return begun.why
    // The person has cancelled, or the device has a key for this account already.
    const made = await makePasskey(begun.value).catch(() => undefined)
    if (!made) return words.text('passkeyFailed')
    const body = { name: String(fields.get('name')), response: made }
    const done = await act(words, requestOf('POST /api/v1/account/passkeys', { body: body as never }))
    if (done.ok) added()
    return done.ok ? undefined : done.why
  }
  return (
    <AccessForm label={words.text('passkeyAdd')} submit={words.text('passkeyAdd')} send={send}>
      <label>
        <span>{words.text('passkeyName')}</span>
        <input name="name" required maxLength={64} autoComplete="off" />
      </label>
      <label>
        <span>{words.text('passwordNow')}</span>
        <input name="password" type="password" autoComplete="current-password" maxLength={1_024} />
      </label>
    </AccessForm>
  )
}
