/** People who may sign in: invited, changed and disabled here. */
import type { Invited, User } from '@baykeeper/contract/accounts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { type Role, roles } from '@baykeeper/contract/vocabulary.ts'
import { type Signal, useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act, type Done } from '../../shell/acting.ts'
import { type Desk, mayEverywhere, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { sitesIn, useAccessWords, withWords } from './access-words.ts'
import { AccessForm, type Secret, ShownOnce } from './parts.tsx'

export const load = (desk: Desk) => withWords(desk, UsersPage)

const pollMs = 10_000

function UsersPage() {
  const desk = useDesk()
  const { words } = useAccessWords()
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('users')}</h1>
          <p class="quiet">{words.text('usersLead')}</p>
        </div>
      </header>
      {mayEverywhere(desk, 'admin') ? <Users /> : <p>{words.text('mayNotSee')}</p>}
    </>
  )
}

function Users() {
  const { zone } = useDesk()
  const { words } = useAccessWords()
  const again = useSignal(0)
  const why = useSignal('')
  const secret = useSignal<Secret | undefined>(undefined)
  const found = useFetched(requestOf('GET /api/v1/users'), pollMs, again.value).value
  const after = <T,>(done: Done<T>): T | undefined => {
    why.value = done.ok ? '' : done.why
    again.value++
    return done.ok ? done.value : undefined
  }
  const change = async (id: string, body: { role?: Role; sites?: string[] | null; disabled?: boolean }) => {
    after(await act(words, requestOf('PATCH /api/v1/users/{id}', { params: { id }, body })))
  }
  const show = ({ user, link, expires, mail }: Invited) => {
    const about = words.text('linkFor', { name: user.name, time: words.moment(Date.parse(expires), zone.value) })
    const mailed =
      mail && words.text(mail.sent ? 'mailSent' : 'mailNotSent', { email: user.email, detail: mail.detail })
    secret.value = { about: mailed ? `${mailed} ${about}` : about, text: `${location.origin}${link}` }
  }
  const newLink = async (id: string) => {
    const invited = after(await act(words, requestOf('POST /api/v1/users/{id}/link', { params: { id } })))
    if (invited) show(invited)
  }
  const removeFactor = async (id: string) => {
    after(await act(words, requestOf('DELETE /api/v1/users/{id}/second-factor', { params: { id } })))
  }
  const invite = async (fields: FormData) => {
    const [name, email, role, sites] = ['name', 'email', 'role', 'sites'].map((field) => String(fields.get(field)))
    const mail = fields.get('mail') !== null
    const body = { name: name ?? '', email: email ?? '', role: role as Role, sites: sitesIn(sites ?? ''), mail }
    const done = await act(words, requestOf('POST /api/v1/users', { body }))
    if (!done.ok) return done.why
    again.value++
    show(done.value)
    return undefined
  }
  return (
    <>
      <ShownOnce secret={secret.value} />
      <p class="alert" role="alert">
        {why.value}
      </p>
      <Panel title={words.text('users')} of={found} freshMs={pollMs * 3}>
        <UserTable users={found.value?.items ?? []} {...{ change, newLink, removeFactor }} />
      </Panel>
      <Invitation invite={invite} />
    </>
  )
}

interface TableProps {
  readonly users: readonly User[]
  change(id: string, body: { role?: Role; sites?: string[] | null; disabled?: boolean }): Promise<void>
  newLink(id: string): Promise<void>
  removeFactor(id: string): Promise<void>
}

function UserTable({ users, change, newLink, removeFactor }: TableProps) {
  const { words, choices } = useAccessWords()
  const limiting = useSignal<string | undefined>(undefined)
  const state = ({ disabled, invited, second_factor: factor, passkeys, provider }: User) =>
    [
      words.text(disabled ? 'disabled' : invited ? 'invited' : 'active'),
      ...(provider ? [words.text('providerUser')] : []),
      ...(factor ? [words.text('factorUser')] : []),
      ...(passkeys > 0 ? [`${words.text('passkeys')}: ${passkeys}`] : []),
    ].join(', ')
  return (
    <Table
      label={words.text('users')}
      rows={users}
      keyOf={({ id }) => id}
      below={(user) => limiting.value === user.id && <Limit user={user} open={limiting} change={change} />}
      columns={[
        { name: words.text('name'), cell: ({ name }) => name },
        { name: words.text('email'), cell: ({ email }) => email },
        {
          name: words.text('role'),
          cell: ({ id, name, role }) => (
            <select
              aria-label={words.text('roleOf', { name })}
              value={role}
              onChange={({ currentTarget }) => void change(id, { role: currentTarget.value as Role })}
            >
              {roles.map((one) => (
                <option key={one} value={one} title={choices.roles[one]}>
                  {one}
                </option>
              ))}
            </select>
          ),
        },
        { name: words.text('sites'), cell: ({ sites }) => sites?.join(', ') ?? words.text('allSites') },
        { name: words.text('state'), cell: state },
        {
          name: words.text('actions'),
          cell: (user) => <Actions user={user} {...{ limiting, change, newLink, removeFactor }} />,
        },
      ]}
    />
  )
}

function Actions({
  user: { id, name, disabled, second_factor: hasFactor, passkeys },
  limiting,
  change,
  newLink,
  removeFactor,
}: { user: User; limiting: Signal<string | undefined> } & Omit<TableProps, 'users'>) {
  const { words } = useAccessWords()
  return (
    <span class="access-cell">
      <button
        type="button"
        aria-label={words.text('limitOf', { name })}
        onClick={() => {
          limiting.value = id
        }}
      >
        {words.text('limit')}
      </button>
      {!disabled && (
        <button type="button" aria-label={words.text('newLinkOf', { name })} onClick={() => void newLink(id)}>
          {words.text('newLink')}
        </button>
      )}
      {(hasFactor || passkeys > 0) && (
        <button type="button" aria-label={words.text('factorLostOf', { name })} onClick={() => void removeFactor(id)}>
          {words.text('factorLost')}
        </button>
      )}
      <button
        type="button"
        aria-label={words.text(disabled ? 'enableOf' : 'disableOf', { name })}
        onClick={() => void change(id, { disabled: !disabled })}
      >
        {words.text(disabled ? 'enable' : 'disable')}
      </button>
    </span>
  )
}

function Limit({ user, open, change }: { user: User; open: Signal<string | undefined> } & Pick<TableProps, 'change'>) {
  const { words } = useAccessWords()
  const label = words.text('limitOf', { name: user.name })
  const send = async (fields: FormData) => {
    await change(user.id, { sites: sitesIn(String(fields.get('sites'))) })
    open.value = undefined
    return undefined
  }
  return (
    <AccessForm label={label} submit={words.text('save')} send={send}>
      <label>
        <span>{words.text('sitesHint')}</span>
        <input name="sites" defaultValue={user.sites?.join(', ') ?? ''} />
      </label>
    </AccessForm>
  )
}

function Invitation({ invite }: { invite(fields: FormData): Promise<string | undefined> }) {
  const { words, choices } = useAccessWords()
  return (
    <section class="panel part" aria-label={words.text('invite')}>
      <h2>{words.text('invite')}</h2>
      <AccessForm label={words.text('invite')} submit={words.text('inviteDo')} send={invite}>
        <label>
          <span>{words.text('name')}</span>
          <input name="name" required maxLength={64} autoComplete="off" />
        </label>
        <label>
          <span>{words.text('email')}</span>
          <input name="email" type="email" required maxLength={254} autoComplete="off" />
        </label>
        <label>
          <span>{words.text('role')}</span>
          <select name="role">
            {roles.map((role) => (
              <option key={role} value={role}>
                {choices.roles[role]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.text('sites')}</span>
          <input name="sites" aria-describedby="sites-hint" />
        </label>
        <p class="quiet" id="sites-hint">
          {words.text('sitesHint')}
        </p>
        <label class="check">
          <input type="checkbox" name="mail" defaultChecked />
          <span>{words.text('mailLink')}</span>
        </label>
      </AccessForm>
    </section>
  )
}
