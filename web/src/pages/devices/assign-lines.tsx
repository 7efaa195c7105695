/** Many devices are assigned at once: lines of bay and device label, typed, pasted, from a file, or filled in with bays that have no sensor. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import { type LineFault, readBayLines } from './bay-lines.ts'
import { useDevicesWords } from './devices-words.ts'
import { LinesFile, LinesPreview } from './lines-preview.tsx'
import { bayDevicesOf, isSamePreview, previewOf } from './preview-lines.ts'

interface AssignLinesProps {
  readonly devices: readonly string[]
  close(): void
  done(): void
}

const baysAsked = 1_000
const layoutMs = 300_000

export function AssignLines({ devices, close, done }: AssignLinesProps) {
  const { words } = useDevicesWords()
  const text = useSignal(devices.map((device) => `,${device}`).join('\n'))
  const why = useSignal('')
  const result = useSignal('')
  const busy = useSignal(false)
  const again = useSignal(0)
  const layout = requestOf('GET /api/v1/layout')
  const found = useFetched(layout, layoutMs, again.value).value.value
  const bays = found && bayDevicesOf(found.layout)
  const rows = useFetched(requestOf('GET /api/v1/bays', { query: { limit: baysAsked } }), 60_000).value.value?.items
  // A bay may have a device that was never heard, or one that names the bay and is in no layout.
  const free = (rows ?? []).filter(({ id, device }) => device === null && bays?.get(id)?.length === 0)
  const read = readBayLines(text.value)
  const lines = previewOf(read, bays ?? new Map())
  const faulty = lines.find(({ fault }) => fault !== undefined)
  const fill = () => {
    const rest = free.map(({ id }) => id)
    text.value = text.value.replaceAll(/^,(.+)$/gm, (whole, device: string) => {
      const bay = rest.shift()
      return bay === undefined ? whole : `${bay},${device}`
    })
  }
  const send = async () => {
    if (faulty) {
      why.value = words.text('badLine', { line: faulty.line, why: words.text(faulty.fault as LineFault) })
      return
    }
    if (lines.length === 0) {
      why.value = words.text('noLines')
      return
    }
    if (busy.value) return
    if (!bays) {
      why.value = words.text('baysNotYet')
      return
    }
    busy.value = true
    // What is there now decides, not what was there when the page asked last.
    const newest = await act(words, layout)
    const isShown = newest.ok && isSamePreview(previewOf(read, bayDevicesOf(newest.value.layout)), lines)
    if (!isShown) {
      busy.value = false
      why.value = newest.ok ? words.text('baysChanged') : newest.why
      again.value++
      return
    }
    const assignments = lines.map(({ bay = '', device = '', replaces }) => ({
      ...{ bay, device, ...(replaces === undefined ? {} : { replaces }) },
    }))
    const sent = await act(words, requestOf('POST /api/v1/assignments/many', { body: { assignments } }))
    busy.value = false
    why.value = sent.ok ? '' : sent.why
    if (!sent.ok) return
    result.value = words.count('assigned', lines.length)
    again.value++
    done()
  }
  return (
    <section class="panel part" aria-label={words.text('assignTitle')}>
      <div class="part-head">
        <h2>{words.text('assignTitle')}</h2>
      </div>
      <p class="quiet">{words.text('assignLead')}</p>
      <form
        class="assign-lines"
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        <label>
          <span>{words.text('assignLines')}</span>
          <textarea
            rows={Math.min(16, Math.max(4, devices.length + 1))}
            spellcheck={false}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value
              why.value = ''
            }}
          />
        </label>
        <LinesPreview lines={lines} isKnown={bays !== undefined} />
        <p class="ways">
          <button type="submit" class="main" aria-disabled={busy.value}>
            {words.count('assignDo', lines.length)}
          </button>
          {free.length > 0 && (
            <button type="button" onClick={fill}>
              {words.text('fillBays')}
            </button>
          )}
          <LinesFile
            loaded={(loaded) => {
              text.value = loaded
              why.value = ''
            }}
          />
          <button type="button" onClick={close}>
            {words.text('close')}
          </button>
        </p>
        <p class="alert" role="alert">
          {why.value}
        </p>
        <p role="status">{result.value}</p>
      </form>
    </section>
  )
}
