/** Bays of a file, read by the server as the command line reads it, into the draft. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { act } from '../../shell/acting.ts'
import { placesIn } from './draft.ts'
import { Findings, type ImportFinding } from './findings.tsx'
import { Field, ownZone } from './form-field.tsx'
import { useEditor } from './layout-words.ts'

const bytesMax = 20 * 1_048_576
const modes = {
  update: 'mode_update',
  'replace-level': 'mode_replaceLevel',
  'replace-site': 'mode_replaceSite',
} as const
type Mode = keyof typeof modes

export function ImportForm({ done, close }: { done(text: string): void; close(): void }) {
  const { words, editor } = useEditor()
  const file = useSignal<File | undefined>(undefined)
  const mode = useSignal<Mode>('update')
  const lot = useSignal('')
  const why = useSignal('')
  const findings = useSignal<readonly ImportFinding[]>([])
  const send = async () => {
    if (!file.value) {
      why.value = words.text('fileChoose')
      return
    }
    if (file.value.size > bytesMax) {
      why.value = words.text('fileTooLarge')
      return
    }
    const body = {
      ...{ layout: editor.draft.value, mode: mode.value, time_zone: ownZone(), ...editor.place.value },
      ...(lot.value.trim() === '' ? {} : { site: lot.value.trim(), level: undefined }),
      file: { name: file.value.name.slice(-200), base64: base64Of(new Uint8Array(await file.value.arrayBuffer())) },
    }
    const sent = await act(words, requestOf('POST /api/v1/layout/import', { body: body as never }))
    why.value = sent.ok ? '' : sent.why
    if (!sent.ok) return
    findings.value = sent.value.findings
    if (sent.value.bays.length === 0) return
    editor.change(sent.value.layout)
    showFirst(sent.value.bays)
    done(words.count('imported', sent.value.bays.length))
  }
  /** The level of the first bay that came in. */
  const showFirst = (bays: readonly string[]) => {
    const home = placesIn(editor.draft.value).find(({ site, level }) =>
      editor.draft.value.sites
        .find(({ id }) => id === site)
        ?.levels.find(({ id }) => id === level)
        ?.bays.some(({ id }) => id === bays[0]),
    )
    if (home) editor.place.value = { site: home.site, level: home.level }
    editor.chosen.value = new Set(bays)
    editor.fits.value++
  }
  return (
    <section class="panel part" aria-label={words.text('importTitle')}>
      <h2>{words.text('importTitle')}</h2>
      <p class="quiet">{words.text('importLead')}</p>
      <form
        class="editor-form"
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        <label>
          <span>{words.text('file')}</span>
          <input
            type="file"
            accept=".geojson,.json,.csv,.tsv,.txt,.osm,.xml"
            onChange={(event) => {
              file.value = event.currentTarget.files?.[0]
              findings.value = []
              why.value = ''
            }}
          />
        </label>
        <label>
          <span>{words.text('mode')}</span>
          <select value={mode.value} onChange={(event) => (mode.value = event.currentTarget.value as Mode)}>
            {(Object.keys(modes) as Mode[]).map((one) => (
              <option key={one} value={one}>
                {words.text(modes[one])}
              </option>
            ))}
          </select>
        </label>
        <Field label={words.text('newLot')} value={lot} required={false} maxLength={128} />
        <p class="ways">
          <button type="submit" class="main">
            {words.text('importIt')}
          </button>
          <button type="button" onClick={close}>
            {words.text('cancel')}
          </button>
        </p>
        <p class="alert" role="alert">
          {why.value}
        </p>
        <Findings of={findings.value} />
      </form>
    </section>
  )
}

/** In parts: a call has a limit of arguments. */
function base64Of(bytes: Uint8Array): string {
  const part = 32_768
  let text = ''
  for (let from = 0; from < bytes.length; from += part)
    text += String.fromCharCode(...bytes.subarray(from, from + part))
  return btoa(text)
}
