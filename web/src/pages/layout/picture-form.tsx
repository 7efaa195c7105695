/** A picture behind the level: chosen, placed and scaled in metres. It is kept in this browser. */
import { useSignal } from '@preact/signals'
import type { Picture } from './editor.ts'
import { keep, readKept } from './kept.ts'
import { useEditor } from './layout-words.ts'

type Kept = Omit<Picture, 'image'>
const keyOf = ({ site, level }: { site: string; level: string }) => `picture ${JSON.stringify([site, level])}`

export async function keptPicture(place: { site: string; level: string }): Promise<Picture | undefined> {
  const kept = await readKept<Kept>(keyOf(place))
  if (!kept) return undefined
  try {
    return { ...kept, image: await createImageBitmap(kept.file) }
  } catch {
    // A browser that no longer reads it shows the plan without it.
    return undefined
  }
}

export function PictureForm({ close }: { close(): void }) {
  const { words, editor } = useEditor()
  const why = useSignal('')
  const picture = editor.picture.value
  const level = editor.level.value
  const put = (next: Picture | undefined) => {
    editor.picture.value = next
    const { image: _, ...kept } = next ?? { image: undefined }
    if (editor.place.value) void keep(keyOf(editor.place.value), next ? kept : undefined)
  }
  const choose = async (file: File | undefined) => {
    if (!file || !level) return
    try {
      put({ image: await createImageBitmap(file), file, x: level.x, y: level.y, w: level.w })
      why.value = ''
    } catch {
      why.value = words.text('pictureBad')
    }
  }
  const number = (name: 'x' | 'y' | 'w', label: string) =>
    picture && (
      <label>
        <span>{label}</span>
        <input
          type="number"
          step="any"
          value={picture[name]}
          onInput={(event) => {
            const value = Number(event.currentTarget.value)
            if (Number.isFinite(value) && (name !== 'w' || value > 0)) put({ ...picture, [name]: value })
          }}
        />
      </label>
    )
  return (
    <section class="panel part" aria-label={words.text('pictureTitle')}>
      <h2>{words.text('pictureTitle')}</h2>
      <p class="quiet">{words.text('pictureLead')}</p>
      <div class="editor-form">
        <label>
          <span>{words.text('file')}</span>
          <input type="file" accept="image/*" onChange={(event) => void choose(event.currentTarget.files?.[0])} />
        </label>
        {number('x', words.text('pictureLeft'))}
        {number('y', words.text('pictureTop'))}
        {number('w', words.text('pictureWidth'))}
        <p class="ways">
          {picture && (
            <button type="button" onClick={() => put(undefined)}>
              {words.text('pictureRemove')}
            </button>
          )}
          <button type="button" onClick={close}>
            {words.text('close')}
          </button>
        </p>
        <p class="alert" role="alert">
          {why.value}
        </p>
      </div>
    </section>
  )
}
