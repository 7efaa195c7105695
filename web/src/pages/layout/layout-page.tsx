/** The layout editor: a draft of the newest layout, changed on a plan or in a list, checked, compared and published. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../../kit/api.ts'
import { useFetched } from '../../kit/fetched.ts'
import { type Desk, may, useDesk } from '../../shell/desk.ts'
import { Icon } from '../../shell/icons.tsx'
import { BayList } from './bay-list.tsx'
import { inHandOrder, placesIn } from './draft.ts'
import { draftKey, type Editor, type KeptDraft } from './editor.ts'
import { EditorPlan } from './editor-plan.tsx'
import { GridForm } from './grid-form.tsx'
import { ImportForm } from './import-form.tsx'
import { readKept } from './kept.ts'
import { useEditor, withEditor } from './layout-words.ts'
import { newestLayout } from './newest-layout.ts'
import { PictureForm } from './picture-form.tsx'
import { PlaceForm } from './place-form.tsx'
import { Properties } from './properties.tsx'
import { PublishView } from './publish-view.tsx'
import './layout.css'

export const load = (desk: Desk) => withEditor(desk, LayoutPage)

const sensorsMs = 10_000
const sensorsMax = 1_000

function LayoutPage() {
  const desk = useDesk()
  const { words, editor } = useEditor()
  const state = useSignal<'loading' | 'ready' | 'failed'>('loading')
  const tries = useSignal(0)
  useEffect(() => {
    let gone = false
    const begin = async () => {
      try {
        const [newest, kept] = await Promise.all([newestLayout(), readKept<KeptDraft>(draftKey)])
        if (gone) return
        editor.begin(newest, kept?.version === newest.version ? kept.layout : undefined)
        if (kept && kept.version !== newest.version) await keptOf(editor, kept, newest)
        const site = new URLSearchParams(location.search).get('site')
        const here = placesIn(editor.draft.value).find((place) => place.site === site)
        if (here) editor.place.value = { site: here.site, level: here.level }
        state.value = 'ready'
      } catch {
        if (!gone) state.value = 'failed'
      }
    }
    state.value = 'loading'
    void begin()
    return () => {
      gone = true
    }
  }, [editor, state, tries.value])
  if (!may(desk, 'draft'))
    return (
      <>
        <h1>{words.text('layout')}</h1>
        <p class="banner warn">{words.text('needDraft')}</p>
      </>
    )
  if (state.value !== 'ready')
    return (
      <>
        <h1>{words.text('layout')}</h1>
        {state.value === 'loading' ? (
          <p class="quiet" aria-busy="true">
            {words.text('loading')} …
          </p>
        ) : (
          <div class="banner bad">
            <span role="alert">{words.text('failedNothing')}</span>
            <button type="button" onClick={() => tries.value++}>
              {words.text('retryNow')}
            </button>
          </div>
        )}
      </>
    )
  return editor.view.value === 'publish' ? <PublishView /> : <EditView />
}

/** A draft of an older version is shown against that version; publishing it offers to take its changes over. */
async function keptOf(editor: Editor, kept: KeptDraft, newest: KeptDraft) {
  try {
    const { version, layout } = await api.call('GET /api/v1/layout', { query: { version: kept.version } })
    editor.begin({ version, layout }, kept.layout)
  } catch {
    // The version it was made from is gone, as after another data directory: the draft belongs to nothing here.
    editor.begin(newest)
  }
}

function EditView() {
  const { editor } = useEditor()
  const query = { unassigned: 'true', limit: sensorsMax } as const
  const found = useFetched(requestOf('GET /api/v1/devices', { query }), sensorsMs).value.value
  const used = new Set(
    editor.draft.value.sites.flatMap(({ levels }) =>
      levels.flatMap(({ bays }) => bays.flatMap(({ devices = [] }) => devices)),
    ),
  )
  const waiting = inHandOrder((found?.items ?? []).map(({ id }) => id).filter((id) => !used.has(id)))
  const asked = new URLSearchParams(location.search).get('sensors')?.split(',').filter(Boolean)
  const wanted = useSignal<readonly string[] | undefined>(asked && inHandOrder(asked.filter((id) => !used.has(id))))
  const note = useSignal('')
  useEffect(() => {
    if (wanted.value && wanted.value.length > 0) editor.panel.value = 'grid'
  }, [editor, wanted])
  return (
    <>
      <EditHead note={note} />
      {waiting.length > 0 && editor.panel.value === undefined && (
        <SensorsWaiting
          count={waiting.length}
          make={() => {
            wanted.value = waiting
            editor.panel.value = 'grid'
          }}
        />
      )}
      <Forms wanted={wanted.value ?? []} note={note} clear={() => (wanted.value = undefined)} />
      <p role="status" class="note">
        {note.value}
      </p>
      {editor.level.value ? <Work waiting={waiting} /> : <NoLevel />}
    </>
  )
}

function Work({ waiting }: { waiting: readonly string[] }) {
  const { editor } = useEditor()
  return (
    <div class="editor">
      {editor.view.value === 'list' ? <BayList waiting={waiting} /> : <EditorPlan />}
      <Properties waiting={waiting} />
    </div>
  )
}

function NoLevel() {
  const { words, editor } = useEditor()
  return (
    <section class="panel part" aria-label={words.text('layout')}>
      <p>{words.text('noLevel')}</p>
      <p class="ways">
        <button type="button" class="main" onClick={() => (editor.panel.value = 'grid')}>
          {words.text('gridTool')}
        </button>
        <button type="button" onClick={() => (editor.panel.value = 'import')}>
          {words.text('importTool')}
        </button>
        <button type="button" onClick={() => (editor.panel.value = 'place')}>
          {words.text('newLevel')}
        </button>
      </p>
    </section>
  )
}

function SensorsWaiting({ count, make }: { count: number; make(): void }) {
  const { words } = useEditor()
  return (
    <div class="banner sensors-waiting">
      <span>{words.count('sensorsWaiting', count)}</span>
      <button type="button" class="main" onClick={make}>
        {words.count('makeBays', count)}
      </button>
    </div>
  )
}

interface FormsProps {
  readonly wanted: readonly string[]
  readonly note: { value: string }
  clear(): void
}

function Forms({ wanted, note, clear }: FormsProps) {
  const { editor } = useEditor()
  const close = () => {
    editor.panel.value = undefined
    clear()
  }
  const done = (text: string) => {
    note.value = text
    close()
  }
  const panel = editor.panel.value
  if (panel === 'grid') return <GridForm key={wanted.join()} sensors={wanted} done={done} close={close} />
  if (panel === 'import') return <ImportForm done={done} close={close} />
  if (panel === 'picture') return <PictureForm close={close} />
  return panel === 'place' ? <PlaceForm close={close} /> : null
}

function EditHead({ note }: { note: { value: string } }) {
  const { now } = useDesk()
  const { words, editor } = useEditor()
  const { base, keptAt, isChanged } = editor
  const changes = editor.changes.value.length
  const version = base.value.version
  return (
    <header class="page-head">
      <div>
        <h1>{words.text('layout')}</h1>
        <p class="quiet">
          {version === 0 ? words.text('draftNew') : words.text('draftFrom', { n: version })}
          {isChanged.value && keptAt.value !== undefined && (
            <> · {words.text('keptAt', { age: words.ago(Math.max(0, now.value - keptAt.value)) })}</>
          )}
        </p>
      </div>
      <div class="editor-ways">
        <PlacePick />
        <button
          type="button"
          aria-disabled={!editor.canUndo.value}
          aria-label={words.text('undo')}
          title={words.text('undo')}
          onClick={editor.undo}
        >
          ↶
        </button>
        <button
          type="button"
          aria-disabled={!editor.canRedo.value}
          aria-label={words.text('redo')}
          title={words.text('redo')}
          onClick={editor.redo}
        >
          ↷
        </button>
        <button type="button" onClick={() => (editor.panel.value = 'import')}>
          {words.text('importTool')}
        </button>
        <button
          type="button"
          aria-disabled={!isChanged.value}
          onClick={() => {
            if (!isChanged.value) return
            // A change like any other, so that undo brings the draft back.
            editor.change(base.value.layout)
            note.value = words.text('discarded')
          }}
        >
          {words.text('discard')}
        </button>
        <button
          type="button"
          class="main"
          aria-disabled={!isChanged.value}
          onClick={() => {
            if (isChanged.value) editor.view.value = 'publish'
          }}
        >
          <Icon name="check" /> {isChanged.value ? words.count('checkPublish', changes) : words.text('checkNothing')}
        </button>
      </div>
    </header>
  )
}

function PlacePick() {
  const { words, editor } = useEditor()
  const places = placesIn(editor.draft.value)
  const here = editor.place.value
  const at = places.findIndex(({ site, level }) => site === here?.site && level === here.level)
  return (
    <select
      aria-label={words.text('placeOf')}
      value={String(at)}
      onChange={(event) => {
        const picked = places[Number(event.currentTarget.value)]
        if (picked) editor.place.value = { site: picked.site, level: picked.level }
        else editor.panel.value = 'place'
        editor.chosen.value = new Set()
        editor.fits.value++
      }}
    >
      {places.length === 0 && <option value="-1">–</option>}
      {places.map(({ name }, i) => (
        <option key={name} value={String(i)}>
          {name}
        </option>
      ))}
      <option value="new">{words.text('newLevel')}</option>
    </select>
  )
}
