/** API keys and ingest tokens: made, shown once, revoked. */
import type { AccessKey } from '@baykeeper/contract/accounts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { keyKinds, type Scope, scopes } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { type Desk, mayEverywhere, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { sitesIn, useAccessWords, withWords } from './access-words.ts'
import { AccessForm, type Secret, ShownOnce, When } from './parts.tsx'

export const load = (desk: Desk) => withWords(desk, KeysPage)

const pollMs = 10_000

function KeysPage() {
  const desk = useDesk()
  const { words } = useAccessWords()
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('accessKeys')}</h1>
          <p class="quiet">{words.text('keysLead')}</p>
        </div>
      </header>
      {mayEverywhere(desk, 'admin') ? <Keys /> : <p>{words.text('mayNotSee')}</p>}
    </>
  )
}

function Keys() {
  const { words } = useAccessWords()
  const again = useSignal(0)
  const why = useSignal('')
  const secret = useSignal<Secret | undefined>(undefined)
  const found = useFetched(requestOf('GET /api/v1/keys'), pollMs, again.value).value
  const revoke = async ({ kind, name }: AccessKey) => {
    const done = await act(words, requestOf('DELETE /api/v1/keys/{kind}/{name}', { params: { kind, name } }))
    why.value = done.ok ? '' : done.why
    again.value++
  }
  const make = async (fields: FormData) => {
    const [kind, name] = [String(fields.get('kind')) as AccessKey['kind'], String(fields.get('name'))]
    const chosen = fields.getAll('scopes') as Scope[]
    if (kind === 'api' && chosen.length === 0) return words.text('scopesNone')
    const ends = String(fields.get('expires') ?? '')
    const sites = sitesIn(String(fields.get('sites') ?? ''))
    const limits = { ...(sites ? { sites } : {}), ...(ends ? { expires: new Date(ends).toISOString() } : {}) }
    const ofToken = tokenLimitsIn(fields)
    const body = {
      kind,
      name,
      ...(kind === 'api' ? { scopes: chosen, ...limits } : ofToken ? { limits: ofToken } : {}),
    }
    const done = await act(words, requestOf('POST /api/v1/keys', { body }))
    if (!done.ok) return done.why
    again.value++
    secret.value = { about: words.text('secretOf', { name }), text: done.value.token }
    return undefined
  }
  const items = found.value?.items ?? []
  return (
    <>
      <ShownOnce secret={secret.value} />
      <p class="alert" role="alert">
        {why.value}
      </p>
      <Panel title={words.text('accessKeys')} of={found} freshMs={pollMs * 3}>
        {found.value && items.length === 0 ? (
          <p>{words.text('keysNone')}</p>
        ) : (
          <KeyTable keys={items} revoke={revoke} />
        )}
      </Panel>
      <NewKey make={make} />
    </>
  )
}

/** Fields that are left blank limit nothing. */
function tokenLimitsIn(fields: FormData): NonNullable<AccessKey['limits']> | undefined {
  const text = (name: string) => String(fields.get(name) ?? '').trim()
  const lists = (['devices', 'addresses', 'topics'] as const).flatMap((name) => {
    const items = text(name)
      .split(/[,\s]+/)
      .filter((item) => item !== '')
    return items.length > 0 ? [[name, items] as const] : []
  })
  const clientId = text('client_id')
  const limits = { ...Object.fromEntries(lists), ...(clientId ? { client_id: clientId } : {}) }
  return Object.keys(limits).length > 0 ? limits : undefined
}

function KeyTable({ keys, revoke }: { keys: readonly AccessKey[]; revoke(key: AccessKey): Promise<void> }) {
  const { words } = useAccessWords()
  const sure = useSignal<string | undefined>(undefined)
  const keyOf = ({ kind, name, origin }: AccessKey) => `${origin} ${kind} ${name}`
  return (
    <Table
      label={words.text('accessKeys')}
      rows={keys}
      keyOf={keyOf}
      columns={[
        { name: words.text('kind'), cell: ({ kind }) => words.text(kind === 'api' ? 'apiKey' : 'ingestToken') },
        { name: words.text('name'), cell: ({ name }) => name },
        { name: words.text('scopes'), cell: (key) => key.scopes?.join(', ') ?? '' },
        { name: words.text('sites'), cell: (key) => key.sites?.join(', ') ?? words.text('allSites') },
        {
          name: words.text('tokenLimits'),
          cell: (key) =>
            Object.values(key.limits ?? {})
              .flat()
              .join(', '),
        },
        { name: words.text('created'), cell: (key) => <When at={key.created} /> },
        {
          name: words.text('expires'),
          cell: (key) => (key.expires === null ? words.text('never') : <When at={key.expires} />),
        },
        { name: words.text('used'), cell: (key) => <When at={key.last_used} /> },
        {
          name: words.text('actions'),
          cell: (key) =>
            key.origin === 'environment' ? (
              words.text('environment')
            ) : (
              <button
                type="button"
                aria-label={words.text(sure.value === keyOf(key) ? 'revokeSure' : 'revokeOf', { name: key.name })}
                onClick={() => {
                  if (sure.value === keyOf(key)) void revoke(key)
                  else sure.value = keyOf(key)
                }}
              >
                {sure.value === keyOf(key) ? words.text('revokeSure', { name: key.name }) : words.text('revoke')}
              </button>
            ),
        },
      ]}
    />
  )
}

function NewKey({ make }: { make(fields: FormData): Promise<string | undefined> }) {
  const { words, choices } = useAccessWords()
  const kind = useSignal<AccessKey['kind']>('api')
  return (
    <section class="panel part" aria-label={words.text('makeKey')}>
      <h2>{words.text('makeKey')}</h2>
      <AccessForm label={words.text('makeKey')} submit={words.text('makeKeyDo')} send={make}>
        <label>
          <span>{words.text('kind')}</span>
          <select
            name="kind"
            value={kind.value}
            onChange={({ currentTarget }) => {
              kind.value = currentTarget.value as AccessKey['kind']
            }}
          >
            {keyKinds.map((one) => (
              <option key={one} value={one}>
                {words.text(one === 'api' ? 'apiKey' : 'ingestToken')}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.text('name')}</span>
          <input name="name" required maxLength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*" autoComplete="off" />
        </label>
        {kind.value === 'api' && (
          <>
            <fieldset>
              <legend>{words.text('scopes')}</legend>
              {scopes.map((scope) => (
                <label key={scope}>
                  <input type="checkbox" name="scopes" value={scope} defaultChecked={scope === 'read'} />
                  <span>
                    {scope}: {choices.scopes[scope]}
                  </span>
                </label>
              ))}
            </fieldset>
            <label>
              <span>{words.text('sites')}</span>
              <input name="sites" title={words.text('sitesHint')} />
            </label>
            <label>
              <span>{words.text('expires')}</span>
              <input name="expires" type="datetime-local" />
            </label>
          </>
        )}
        {kind.value === 'ingest' && (
          <>
            <label>
              <span>{words.text('tokenDevices')}</span>
              <input name="devices" title={words.text('listHint')} placeholder="A-*" autoComplete="off" />
            </label>
            <label>
              <span>{words.text('tokenAddresses')}</span>
              <input name="addresses" title={words.text('listHint')} placeholder="10.1.0.0/16" autoComplete="off" />
            </label>
            <label>
              <span>{words.text('tokenTopics')}</span>
              <input
                name="topics"
                title={words.text('listHint')}
                placeholder="baykeeper/+/reading"
                autoComplete="off"
              />
            </label>
            <label>
              <span>{words.text('tokenClientId')}</span>
              <input name="client_id" maxLength={128} autoComplete="off" />
            </label>
          </>
        )}
      </AccessForm>
    </section>
  )
}
