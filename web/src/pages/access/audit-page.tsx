/** The audit log: who did what to what, from where, before and after; with filters, export, and whether it is as it was written. */
import type { AuditLogEntry, AuditLogPage } from '@baykeeper/contract/audit-log.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { auditActions } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { type Desk, go, mayEverywhere, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { useAccessWords, withWords } from './access-words.ts'
import { type AuditView, auditQuery, differences, readAuditView, withAuditView } from './audit-view.ts'
import { objectText } from './object-words.ts'
import { When } from './parts.tsx'

export const load = (desk: Desk) => withWords(desk, AuditPage)

const pollMs = 10_000
/** The chain over everything is read again this often while the page is open. */
const chainMs = 600_000

function AuditPage() {
  const desk = useDesk()
  const { words } = useAccessWords()
  const { search } = desk.place.value
  const mayRead = mayEverywhere(desk, 'admin')
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('auditLog')}</h1>
          <p class="quiet">{words.text('auditLead')}</p>
        </div>
        {mayRead && (
          <a
            class="button"
            download
            href={requestOf('GET /api/v1/audit/export', { query: auditQuery(readAuditView(search)) }).url}
          >
            {words.text('auditExport')}
          </a>
        )}
      </header>
      {mayRead ? (
        <>
          {desk.simulated.value && <p class="banner">{words.text('auditSimulated')}</p>}
          <Chain />
          <Filters view={readAuditView(search)} />
          <Entries key={search} view={readAuditView(search)} />
        </>
      ) : (
        <p>{words.text('mayNotSee')}</p>
      )}
    </>
  )
}

/** Whether anything was changed afterwards. */
function Chain() {
  const { words } = useAccessWords()
  const again = useSignal(0)
  const found = useFetched(requestOf('GET /api/v1/audit/chain'), chainMs, again.value).value
  const chain = found.value
  return (
    <Panel
      title={words.text('chain')}
      of={found}
      freshMs={chainMs * 2}
      actions={
        <button type="button" onClick={() => again.value++}>
          {words.text('chainAgain')}
        </button>
      }
    >
      {chain && (
        <>
          <p class={chain.ok ? '' : 'banner bad'} role="status">
            {chain.ok
              ? words.text('chainWhole', { n: words.number(chain.changes) })
              : words.text('chainBroken', { records: chain.broken.join(', ') })}
          </p>
          <p class="quiet">{words.text('chainHead')}</p>
          <code class="access-secret">{chain.head}</code>
        </>
      )}
    </Panel>
  )
}

function Filters({ view }: { view: AuditView }) {
  const desk = useDesk()
  const { words, choices } = useAccessWords()
  const { search } = desk.place.value
  const choose = (change: { readonly [K in keyof AuditView]?: string | undefined }) =>
    go(desk, routes.auditLog + withAuditView(search, { ...view, ...change } as AuditView), { replace: true })
  const sites = desk.sites.value
  const text = (name: 'who' | 'object') => (
    <label>
      <span>{words.text(name === 'who' ? 'auditWho' : 'auditObject')}</span>
      <input
        type="search"
        maxLength={128}
        value={view[name] ?? ''}
        onChange={({ currentTarget }) => choose({ [name]: currentTarget.value.trim() })}
      />
    </label>
  )
  const day = (name: 'from' | 'to') => (
    <label>
      <span>{words.text(name === 'from' ? 'auditFrom' : 'auditTo')}</span>
      <input
        type="date"
        value={view[name] ?? ''}
        onChange={({ currentTarget }) => choose({ [name]: currentTarget.value })}
      />
    </label>
  )
  return (
    <search class="access-form" aria-label={words.text('auditFilter')}>
      {text('who')}
      <label>
        <span>{words.text('auditAction')}</span>
        <select value={view.action ?? ''} onChange={({ currentTarget }) => choose({ action: currentTarget.value })}>
          <option value="">{words.text('auditAny')}</option>
          {auditActions.map((action) => (
            <option key={action} value={action}>
              {choices.actions[action]}
            </option>
          ))}
        </select>
      </label>
      {text('object')}
      <label>
        <span>{words.text('auditSite')}</span>
        <select value={view.site ?? ''} onChange={({ currentTarget }) => choose({ site: currentTarget.value })}>
          <option value="">{words.text('auditAny')}</option>
          {sites.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          {view.site && !sites.some(({ id }) => id === view.site) && <option value={view.site}>{view.site}</option>}
        </select>
      </label>
      {day('from')}
      {day('to')}
      <button type="button" onClick={() => go(desk, routes.auditLog + withAuditView(search, {}), { replace: true })}>
        {words.text('auditClear')}
      </button>
    </search>
  )
}

/** The newest page is fetched again; older ones, once asked for, stay below it. */
function Entries({ view }: { view: AuditView }) {
  const { words } = useAccessWords()
  const newest = useFetched(requestOf('GET /api/v1/audit', { query: auditQuery(view) }), pollMs).value
  const older = useSignal<readonly AuditLogPage[]>([])
  const why = useSignal('')
  const first = newest.value
  const last = older.value.at(-1) ?? first
  const more = async (cursor: string) => {
    const done = await act(words, requestOf('GET /api/v1/audit', { query: { ...auditQuery(view), cursor } }))
    why.value = done.ok ? '' : done.why
    if (done.ok) older.value = [...older.value, done.value]
  }
  const items = unique([...(first?.items ?? []), ...older.value.flatMap((page) => page.items)])
  return (
    <Panel title={words.text('auditEntries')} of={newest} freshMs={pollMs * 3}>
      {first && first.waiting > 0 && <p class="quiet">{words.text('auditWaiting', { n: first.waiting })}</p>}
      {items.length > 0 ? <EntryTable items={items} /> : <Nothing newest={newest} />}
      <p class="alert" role="alert">
        {why.value}
      </p>
      {last?.next && (
        <p class="access-cell">
          <button type="button" onClick={() => void more(last.next as string)}>
            {words.text('auditOlder')}
          </button>
          {last.searched_to && (
            <span class="quiet">
              {words.text('auditSearched')} <When at={last.searched_to} />
            </span>
          )}
        </p>
      )}
    </Panel>
  )
}

/** Entries that have come in since shift the first page over older ones. */
const unique = (items: readonly AuditLogEntry[]) => [...new Map(items.map((item) => [item.number, item])).values()]

function Nothing({ newest }: { newest: Fetched<AuditLogPage> }) {
  const { words } = useAccessWords()
  return newest.value ? <p>{words.text(newest.value.next === null ? 'auditNone' : 'auditNoneYet')}</p> : null
}

function EntryTable({ items }: { items: readonly AuditLogEntry[] }) {
  const { words, choices } = useAccessWords()
  return (
    <Table
      label={words.text('auditEntries')}
      rows={items}
      keyOf={({ number }) => String(number)}
      columns={[
        { name: words.text('auditTime'), cell: ({ time }) => <When at={time} /> },
        {
          name: words.text('auditWho'),
          cell: ({ author, email }) => (
            <>
              {author}
              {email && <small class="quiet access-line">{email}</small>}
            </>
          ),
        },
        { name: words.text('auditWhere'), cell: ({ address }) => address ?? words.text('auditCommand') },
        { name: words.text('auditAction'), cell: ({ action }) => choices.actions[action] },
        {
          name: words.text('auditObject'),
          cell: ({ object, sites, reason }) => (
            <>
              {objectText(object, words.locale)}
              {sites.length > 0 && <small class="quiet access-line">{sites.join(', ')}</small>}
              {reason !== '' && <small class="access-line">“{reason}”</small>}
            </>
          ),
        },
        { name: words.text('auditChange'), cell: (entry) => <Change entry={entry} /> },
      ]}
    />
  )
}

const shownMax = 4
const charsMax = 120
const cut = (text: string) => (text.length > charsMax ? `${text.slice(0, charsMax)}…` : text)

function Change({ entry: { before, before_known: known, after, readable } }: { entry: AuditLogEntry }) {
  const { words } = useAccessWords()
  if (!readable) return <span class="alert">{words.text('auditUnreadable')}</span>
  const all = differences(before, after)
  return (
    <>
      <ul class="access-changes">
        {all.slice(0, shownMax).map(({ field, before: one, after: other }) => (
          <li key={field}>
            {field !== '' && <b>{field} </b>}
            {one !== undefined && <del>{cut(one)}</del>} {other !== undefined && <ins>{cut(other)}</ins>}
          </li>
        ))}
      </ul>
      {!known && <small class="quiet">{words.text('auditBeforeUnknown')}</small>}
      {all.length > shownMax && (
        <details>
          <summary>{words.text('auditAll', { n: all.length })}</summary>
          <pre class="access-secret">{JSON.stringify({ before, after }, null, 2)}</pre>
        </details>
      )}
    </>
  )
}
