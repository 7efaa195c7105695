/** A new level, of a lot that is there or of a new one. */
import { useSignal } from '@preact/signals'
import { addLevel } from './draft.ts'
import { Field, ownZone } from './form-field.tsx'
import { useEditor } from './layout-words.ts'

export function PlaceForm({ close }: { close(): void }) {
  const { words, editor } = useEditor()
  const sites = editor.draft.value.sites
  const site = useSignal(editor.place.value?.site ?? '')
  const [lot, level, zone] = [useSignal(''), useSignal(''), useSignal(sites[0]?.zone ?? ownZone())]
  const add = () => {
    const made = addLevel(editor.draft.value, {
      ...{ siteName: lot.value.trim(), levelName: level.value.trim(), zone: zone.value.trim() },
      site: site.value || undefined,
    })
    editor.change(made.layout)
    editor.place.value = made.at
    editor.fits.value++
    close()
  }
  return (
    <section class="panel part" aria-label={words.text('newLevel')}>
      <h2>{words.text('newLevel')}</h2>
      <form
        class="editor-form"
        onSubmit={(event) => {
          event.preventDefault()
          add()
        }}
      >
        <label>
          <span>{words.text('lots')}</span>
          <select value={site.value} onChange={(event) => (site.value = event.currentTarget.value)}>
            <option value="">{words.text('newLot')}</option>
            {sites.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {site.value === '' && <Field label={words.text('lotName')} value={lot} />}
        {site.value === '' && <Field label={words.text('timeZone')} value={zone} maxLength={64} />}
        <Field label={words.text('levelName')} value={level} />
        <p class="ways">
          <button type="submit" class="main">
            {words.text('addIt')}
          </button>
          <button type="button" onClick={close}>
            {words.text('cancel')}
          </button>
        </p>
      </form>
    </section>
  )
}
