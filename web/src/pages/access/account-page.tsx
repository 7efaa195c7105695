/** The own account: password, sessions, language, sign out. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { locales } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { type Desk, may, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { useAccessWords, withWords } from './access-words.ts'
import { SecondFactor } from './factor-part.tsx'
import { AccessForm, When } from './parts.tsx'
import { Passkeys } from './passkeys-part.tsx'

export const load = (desk: Desk) => withWords(desk, AccountPage)

const pollMs = 30_000

function AccountPage() {
  const desk = useDesk()
  const { words, choices } = useAccessWords()
  const { reader } = desk.config
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{reader?.name ?? words.text('account')}</h1>
          <p class="quiet">{reader?.role ? choices.roles[reader.role] : words.text('accountLead')}</p>
        </div>
      </header>
      {may(desk, 'account') ? (
        <>
          <Sessions />
          <Password />
          <SecondFactor />
          <Passkeys />
        </>
      ) : (
        <p>{words.text('noAccount')}</p>
      )}
      <section class="panel part" aria-label={words.text('language')}>
        <h2>{words.text('language')}</h2>
        <p class="access-cell">
          {locales.map((locale) => (
            <a key={locale} href={`?lang=${locale}`} lang={locale} target="_self" rel="external" hreflang={locale}>
              {languages[locale]}
            </a>
          ))}
        </p>
      </section>
    </>
  )
}

const languages: Readonly<Record<(typeof locales)[number], string>> = { en: 'English', de: 'Deutsch' }

function Sessions() {
  const { words } = useAccessWords()
  const again = useSignal(0)
  const why = useSignal('')
  const found = useFetched(requestOf('GET /api/v1/account/sessions'), pollMs, again.value).value
  const end = async (id: string) => {
    const done = await act(words, requestOf('DELETE /api/v1/account/sessions/{id}', { params: { id } }))
    why.value = done.ok ? '' : done.why
    again.value++
  }
  return (
    <Panel title={words.text('sessions')} of={found} freshMs={pollMs * 3}>
      <p class="alert" role="alert">
        {why.value}
      </p>
      <Table
        label={words.text('sessions')}
        rows={found.value?.items ?? []}
        keyOf={({ id }) => id}
        columns={[
          { name: words.text('browser'), cell: ({ agent }) => agent },
          { name: words.text('address'), cell: ({ address }) => address },
          { name: words.text('since'), cell: ({ created }) => <When at={created} /> },
          { name: words.text('used'), cell: ({ used }) => <When at={used} /> },
          {
            name: words.text('actions'),
            cell: ({ id, address, current }) =>
              current ? (
                words.text('sessionHere')
              ) : (
                <button type="button" aria-label={words.text('endOf', { address })} onClick={() => void end(id)}>
                  {words.text('end')}
                </button>
              ),
          },
        ]}
      />
    </Panel>
  )
}

function Password() {
  const { words } = useAccessWords()
  const done = useSignal(false)
  const send = async (fields: FormData) => {
    const body = { current: String(fields.get('current')), new: String(fields.get('new')) }
    const answer = await act(words, requestOf('PUT /api/v1/account/password', { body }))
    done.value = answer.ok
    return answer.ok ? undefined : answer.why
  }
  return (
    <section class="panel part" aria-label={words.text('password')}>
      <h2>{words.text('password')}</h2>
      <AccessForm label={words.text('password')} submit={words.text('save')} send={send}>
        <label>
          <span>{words.text('passwordNow')}</span>
          <input name="current" type="password" autoComplete="current-password" required maxLength={1_024} />
        </label>
        <label>
          <span>{words.text('passwordNew')}</span>
          <input name="new" type="password" autoComplete="new-password" required minLength={12} maxLength={256} />
        </label>
        <p class="quiet">{words.text('passwordRule')}</p>
      </AccessForm>
      <p role="status">{done.value && words.text('passwordDone')}</p>
    </section>
  )
}
