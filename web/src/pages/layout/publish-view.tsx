/** Before publishing: what is wrong, what differs, what happens; then a comment, and the button. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { LayoutFindingOnWire, LayoutFindingsOnWire } from '@baykeeper/contract/stored-layout.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { typeName } from '../live/table-twin.tsx'
import { type BayChange, devicesOf, placeChanges, rebased, typeOf } from './compare.ts'
import type { Editor } from './editor.ts'
import { changeText } from './en.ts'
import type { Bay } from './geometry.ts'
import { type LayoutWords, useEditor } from './layout-words.ts'
import { newestLayout } from './newest-layout.ts'

const changesShown = 200

export function PublishView() {
  const { words, editor } = useEditor()
  const checked = useSignal<LayoutFindingsOnWire | undefined>(undefined)
  const why = useSignal('')
  const draft = editor.draft.value
  useEffect(() => {
    let gone = false
    checked.value = undefined
    void act(words, requestOf('POST /api/v1/layout/check', { body: draft as never })).then((sent) => {
      if (gone) return
      if (sent.ok) checked.value = sent.value
      why.value = sent.ok ? '' : words.text('checkFailed', { why: sent.why })
    })
    return () => {
      gone = true
    }
  }, [draft, checked, why, words])
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('checkNothing')}</h1>
          <p class="quiet">{words.text('layoutLead')}</p>
        </div>
        <button type="button" onClick={() => (editor.view.value = 'plan')}>
          {words.text('backToEdit')}
        </button>
      </header>
      <div class="editor">
        <Differences />
        <div class="publish-side">
          <section class="panel part" aria-label={words.text('checks')}>
            <h2>{words.text('checks')}</h2>
            <p class="alert" role="alert">
              {why.value}
            </p>
            {checked.value ? <Checks found={checked.value} /> : why.value === '' && <p>{words.text('checking')}</p>}
          </section>
          <PublishForm faults={checked.value?.fault_count} />
        </div>
      </div>
    </>
  )
}

function Checks({ found }: { found: LayoutFindingsOnWire }) {
  const { words } = useEditor()
  const { faults, warnings, fault_count: count, warning_count: warned } = found
  return (
    <>
      {count === 0 ? (
        <p class="good">✓ {words.text('noFaults', { bays: words.count('bayCount', found.bays) })}</p>
      ) : (
        <p class="alert">{words.count('faultCount', count)}</p>
      )}
      <FindingList of={faults} />
      {warned > 0 && <p>{words.count('warningCount', warned)}</p>}
      <FindingList of={warnings} />
    </>
  )
}

function FindingList({ of }: { of: readonly LayoutFindingOnWire[] }) {
  const { words, editor } = useEditor()
  if (of.length === 0) return null
  return (
    <ul class="findings">
      {of.map(({ message, ids, path }) => (
        <li key={`${path} ${message}`}>
          {message}{' '}
          <button type="button" class="link" onClick={() => showBays(editor, ids)}>
            {words.text('showIt')}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Goes back to the plan, to the level of the first of these bays, with them chosen. */
function showBays(editor: Editor, ids: readonly string[]) {
  for (const site of editor.draft.value.sites)
    for (const level of site.levels)
      if (level.bays.some(({ id }) => ids.includes(id))) {
        editor.place.value = { site: site.id, level: level.id }
        editor.chosen.value = new Set(ids)
        editor.view.value = 'plan'
        editor.fits.value++
        return
      }
  editor.view.value = 'plan'
}

function Differences() {
  const { words, editor } = useEditor()
  const changes = editor.changes.value
  const places = placeChanges(editor.base.value.layout, editor.draft.value)
  return (
    <section class="panel part" aria-label={words.text('differences')}>
      <h2>{words.text('differences')}</h2>
      {changes.length + places.added.length + places.removed.length === 0 && <p>{words.text('differencesNone')}</p>}
      {places.added.map((name) => (
        <p key={name}>{words.text('levelAdded', { name })}</p>
      ))}
      {places.removed.map((name) => (
        <p key={name}>{words.text('levelRemoved', { name })}</p>
      ))}
      {changes.length > 0 && (
        <Table
          label={words.text('differences')}
          rows={changes.slice(0, changesShown)}
          keyOf={({ is, bay }) => `${is} ${bay}`}
          columns={[
            { name: words.text('bay'), cell: ({ bay }) => <bdi>{bay}</bdi> },
            { name: words.text('changeOf'), cell: ({ is }) => words.text(changeText(is)) },
            { name: words.text('before'), cell: (change) => described(words, change, change.before) },
            { name: words.text('after'), cell: (change) => described(words, change, change.after) },
            {
              name: '',
              cell: ({ bay, after }) =>
                after && (
                  <button type="button" class="link" onClick={() => showBays(editor, [bay])}>
                    {words.text('showIt')}
                  </button>
                ),
            },
          ]}
        />
      )}
      {changes.length > changesShown && <p>{words.text('moreChanges', { n: changes.length - changesShown })}</p>}
    </section>
  )
}

function described(words: LayoutWords, { is }: BayChange, bay: Bay | undefined): string {
  if (!bay) return '–'
  if (is === 'sensors') return devicesOf(bay).join(', ') || words.text('sensorNone')
  if (is === 'moved')
    return `${words.number(bay.x, 2)}, ${words.number(bay.y, 2)} · ${words.number(bay.angle ?? 0, 1)}°`
  const zones = bay.zones ?? (bay.zone === undefined ? [] : [bay.zone])
  const parts = [typeName(words, typeOf(bay)), ...zones, ...(bay.label === undefined ? [] : [bay.label])]
  return [...parts, ...(is === 'changed' ? [] : devicesOf(bay))].join(', ')
}

function PublishForm({ faults }: { faults: number | undefined }) {
  const desk = useDesk()
  const { words, editor } = useEditor()
  const comment = useSignal('')
  const why = useSignal('')
  const done = useSignal('')
  const movedOn = useSignal<number | undefined>(undefined)
  const busy = useSignal(false)
  const version = editor.base.value.version
  const removed = editor.changes.value.filter(({ is }) => is === 'removed').length
  const publish = async () => {
    if (comment.value.trim() === '') {
      why.value = words.text('commentMissing')
      return
    }
    if (busy.value || faults !== 0) return
    busy.value = true
    const query = { comment: comment.value.trim(), base: version }
    const body = editor.draft.value as never
    const sent = await act(words, requestOf('PUT /api/v1/layout', { query, body }))
    busy.value = false
    if (!sent.ok) {
      if (sent.status === 409)
        movedOn.value = await newestLayout().then(
          (newest) => newest.version,
          () => undefined,
        )
      why.value = words.text('notPublished', { why: sent.why })
      return
    }
    why.value = ''
    done.value =
      sent.value.version === null ? words.text('publishedSoon') : words.text('published', { n: sent.value.version })
    editor.begin(
      sent.value.version === null
        ? { version: version + 1, layout: editor.draft.value }
        : { version: sent.value.version, layout: editor.draft.value },
    )
  }
  const takeOver = async () => {
    const newest = await newestLayout()
    editor.begin(newest, rebased(editor.base.value.layout, editor.draft.value, newest.layout))
    movedOn.value = undefined
    why.value = words.text('rebased', { n: newest.version })
  }
  if (done.value !== '')
    return (
      <section class="panel part" aria-label={words.text('publishIt', { n: '' })}>
        <p role="status" class="good">
          {done.value}
        </p>
        <p>
          <a class="button" href={routes.live}>
            {words.text('live')}
          </a>
        </p>
      </section>
    )
  return (
    <section class="panel part" aria-label={words.text('consequences')}>
      <h2>{words.text('consequences')}</h2>
      <p>{words.text('consequenceLive')}</p>
      {removed > 0 && <p>{words.count('consequenceRemoved', removed)}</p>}
      <p class="quiet">{words.text('consequenceBack')}</p>
      {may(desk, 'layout') ? (
        <form
          class="publish-form"
          onSubmit={(event) => {
            event.preventDefault()
            void publish()
          }}
        >
          <label>
            <span>{words.text('comment')}</span>
            <textarea
              rows={3}
              maxLength={500}
              value={comment.value}
              onInput={(event) => {
                comment.value = event.currentTarget.value
                why.value = ''
              }}
            />
          </label>
          <button type="submit" class="main" aria-disabled={faults !== 0 || busy.value}>
            {words.text('publishIt', { n: version + 1 })}
          </button>
        </form>
      ) : (
        <p class="banner warn">{words.text('needPublish')}</p>
      )}
      <p class="alert" role="alert">
        {why.value}
      </p>
      {movedOn.value !== undefined && (
        <p class="ways">
          <span>{words.text('movedOn', { n: movedOn.value })}</span>
          <button type="button" onClick={() => void takeOver()}>
            {words.text('rebase')}
          </button>
        </p>
      )}
    </section>
  )
}
