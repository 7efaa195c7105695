/**
 * Dead letters: messages received but not decoded. They can be retried, one or all of a reason, once the
 * codec or the device is fixed, or discarded with a reason. Filter and open letter are part of the address.
 */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { DeadLetter, Requeue, SourceStatus } from '@baykeeper/contract/ledger.ts'
import type { DeadLetterCode } from '@baykeeper/contract/status.ts'
import { useSignal } from '@preact/signals'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { act, type Done } from '../../shell/acting.ts'
import { type Desk, go, may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { codeName, knownCodes } from './code-words.ts'
import { DeadLetterDrawer, letterState } from './dead-letter-drawer.tsx'
import { PageHead } from './page-head.tsx'
import { type PipelineWords, usePipelineWords, withWords } from './pipeline-words.ts'

export const load = (desk: Desk) => withWords(desk, DeadLettersPage)

const pollMs = 5_000
const sourcesMs = 30_000
/** The server looks through all of them for it. */
const codesMs = 15_000
/** They come with their bytes: a page of them is short. */
const lettersMax = 25
const previewCharsMax = 60

interface LetterFilter {
  readonly code: string | undefined
  readonly source: string | undefined
}
type Page = { readonly items: readonly DeadLetter[]; readonly next: string | null }
type Result = { readonly ok: boolean; readonly text: string } | undefined

function DeadLettersPage() {
  const words = usePipelineWords()
  const desk = useDesk()
  const { search } = desk.place.value
  const asked = new URLSearchParams(search)
  const filter: LetterFilter = { code: asked.get('code') || undefined, source: asked.get('source') || undefined }
  const open = /^\d{1,16}\.\d{1,16}$/.exec(asked.get('letter') ?? '')?.[0]
  /** Cursors of the pages before this one; the last is this one's. */
  const cursors = useSignal<readonly string[]>([])
  const again = useSignal(0)
  const busy = useSignal(false)
  const result = useSignal<Result>(undefined)
  const letters = useFetched(lettersAt(filter, cursors.value.at(-1)), pollMs, again.value).value
  const sources = useFetched(requestOf('GET /api/v1/sources'), sourcesMs).value
  const codes = useFetched(requestOf('GET /api/v1/dead-letters/codes'), codesMs, again.value).value

  const change = (values: Readonly<Record<string, string | undefined>>) => {
    const next = new URLSearchParams(search)
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    const text = next.toString()
    go(desk, routes.deadLetters + (text ? `?${text}` : ''), { replace: true })
  }
  const choose = (next: LetterFilter) => {
    cursors.value = []
    change({ ...next, letter: undefined })
  }
  const run = async <T,>(ask: Promise<Done<T>>, say: (value: T) => string, absent?: string) => {
    if (busy.value) return
    busy.value = true
    result.value = undefined
    const done = await ask
    busy.value = false
    if (done.ok) result.value = { ok: true, text: say(done.value) }
    else result.value = { ok: false, text: (done.status === 404 && absent) || done.why }
    again.value++
    return done.ok
  }
  const requeue = (body: Requeue) =>
    run(act(words, requestOf('POST /api/v1/dead-letters/requeue', { body })), ({ requeued }) =>
      requeued === 0 ? words.text('requeuedNone') : words.count('requeued', requeued),
    )
  const discard = async (id: string, reason: string) => {
    const done = await run(
      act(words, requestOf('POST /api/v1/dead-letters/discard', { body: { id, reason } })),
      ({ discarded }) => (discarded === 0 ? words.text('discardedNone') : words.text('discarded', { id })),
      words.text('discardAbsent'),
    )
    if (done) change({ letter: undefined })
  }
  const items = letters.value?.items ?? []
  const filtered = filter.code !== undefined || filter.source !== undefined
  const some = items.length > 0 || filtered || cursors.value.length > 0
  return (
    <>
      <PageHead title={words.text('deadLetters')} lead={words.text('deadLead')} />
      {some && (
        <FilterBar
          filter={filter}
          choose={choose}
          items={items}
          sources={sources.value?.items ?? []}
          counts={codes.value?.items ?? []}
          busy={busy.value}
          mayAct={may(desk, 'devices')}
          requeue={() => void requeue(filtered ? { code: filter.code, source: filter.source } : { all: true })}
        />
      )}
      <p class={`result ${result.value?.ok === false ? 'bad' : ''}`} role="status">
        {busy.value ? `${words.text('working')} …` : result.value?.text}
      </p>
      <div class={`split ${open ? 'open' : ''}`}>
        <List
          letters={letters}
          filtered={filtered}
          open={open}
          show={(letter) => change({ letter })}
          cursors={cursors}
        />
        {open && (
          <DeadLetterDrawer
            key={open}
            id={open}
            listed={items.find(({ id }) => id === open)}
            busy={busy.value}
            mayAct={may(desk, 'devices')}
            requeue={() => void requeue({ id: open })}
            discard={(reason) => void discard(open, reason)}
            close={() => change({ letter: undefined })}
          />
        )}
      </div>
    </>
  )
}

const lettersAt = (filter: LetterFilter, cursor: string | undefined) =>
  requestOf('GET /api/v1/dead-letters', { query: { limit: lettersMax, ...filter, cursor } })

interface ListProps {
  readonly letters: Fetched<Page>
  readonly filtered: boolean
  readonly open: string | undefined
  readonly cursors: { value: readonly string[] }
  show(id: string): void
}

function List({ letters, filtered, open, cursors, show }: ListProps) {
  const words = usePipelineWords()
  const { zone, now } = useDesk()
  const { items, next } = letters.value ?? { items: [], next: null }
  const older = cursors.value.length > 0
  if (letters.value && items.length === 0 && !older)
    return (
      <Panel
        title={words.text(filtered ? 'deadNoneFilter' : 'deadNone')}
        of={letters}
        freshMs={pollMs * 3}
        class="nothing"
      >
        {!filtered && <p>{words.text('deadNoneText')}</p>}
      </Panel>
    )
  return (
    <Panel title={words.text('deadList')} of={letters} freshMs={pollMs * 3}>
      {items.length > 0 && (
        <Table<DeadLetter>
          label={words.text('deadList')}
          keyOf={({ id }) => id}
          rows={items}
          chosen={({ id }) => id === open}
          below={({ text }) => <code class="preview">{text.slice(0, previewCharsMax)}</code>}
          columns={[
            {
              name: words.text('code'),
              cell: (letter) => (
                <button type="button" class="link" aria-expanded={letter.id === open} onClick={() => show(letter.id)}>
                  <b>{codeName(words, letter.code)}</b> <small>{letter.id}</small>
                </button>
              ),
            },
            { name: words.text('source'), cell: ({ source }) => source },
            {
              name: words.text('arrived'),
              cell: ({ arrived }) => (
                <time dateTime={arrived} title={words.moment(Date.parse(arrived), zone.value)}>
                  {words.ago(now.value - Date.parse(arrived))}
                </time>
              ),
            },
            {
              name: words.text('size'),
              figure: true,
              class: 'wide-only',
              cell: ({ size }) => words.count('bytesN', size),
            },
            { name: words.text('state'), class: 'wide-only', cell: (letter) => letterState(words, letter) },
          ]}
        />
      )}
      {(older || next !== null) && (
        <p class="ways">
          {older && (
            <button
              type="button"
              onClick={() => {
                cursors.value = cursors.value.slice(0, -1)
              }}
            >
              {words.text('newer')}
            </button>
          )}
          {next !== null && (
            <button
              type="button"
              onClick={() => {
                cursors.value = [...cursors.value, next]
              }}
            >
              {words.text('older')}
            </button>
          )}
        </p>
      )}
    </Panel>
  )
}

interface FilterProps {
  readonly filter: LetterFilter
  readonly items: readonly DeadLetter[]
  readonly sources: readonly SourceStatus[]
  readonly counts: readonly DeadLetterCode[]
  readonly busy: boolean
  readonly mayAct: boolean
  choose(filter: LetterFilter): void
  requeue(): void
}

function FilterBar({ filter, items, sources, counts, busy, mayAct, choose, requeue }: FilterProps) {
  const words = usePipelineWords()
  const own = (known: readonly string[], seen: readonly string[], chosen: string | undefined) =>
    [...new Set([...known, ...seen, ...(chosen ? [chosen] : [])])].sort()
  const counted = new Map(counts.map(({ code, waiting, requeued }) => [code, waiting + requeued]))
  const codes = own(
    [...knownCodes, ...counted.keys()],
    items.map(({ code }) => code),
    filter.code,
  )
  const names = own(
    sources.map(({ name }) => name),
    items.map(({ source }) => source),
    filter.source,
  )
  return (
    <search class="filters" aria-label={words.text('lossFilter')}>
      <label>
        <span>{words.text('code')}</span>
        <select
          value={filter.code ?? ''}
          onChange={(event) => choose({ ...filter, code: event.currentTarget.value || undefined })}
        >
          <option value="">{words.text('anyCode')}</option>
          {codes.map((code) => (
            <option key={code} value={code}>
              {counted.has(code)
                ? words.text('codeOf', { code: codeName(words, code), n: counted.get(code) ?? 0 })
                : codeName(words, code)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('source')}</span>
        <select
          value={filter.source ?? ''}
          onChange={(event) => choose({ ...filter, source: event.currentTarget.value || undefined })}
        >
          <option value="">{words.text('anySource')}</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {(filter.code || filter.source) && (
        <button type="button" onClick={() => choose({ code: undefined, source: undefined })}>
          {words.text('clearFilter')}
        </button>
      )}
      {items.length > 0 && mayAct && (
        <button type="button" class="main end" aria-disabled={busy} onClick={requeue}>
          {bulkWord(words, filter)}
        </button>
      )}
    </search>
  )
}

function bulkWord(words: PipelineWords, { code, source }: LetterFilter): string {
  const name = code && codeName(words, code)
  if (name && source) return words.text('requeueBoth', { code: name, source })
  if (name) return words.text('requeueCode', { code: name })
  return source ? words.text('requeueSource', { source }) : words.text('requeueAll')
}
