/** Many devices are assigned at once: lines of bay and device label, typed, pasted, from a file, or filled in with bays that have no sensor. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import { useDesk } from '../../shell/desk.ts'
import { type LineFault, readBayLines } from './bay-lines.ts'
import { useDevicesWords } from './devices-words.ts'
import { LinesFile, LinesPreview, previewOf } from './lines-preview.tsx'

interface AssignLinesProps {
  readonly devices: readonly string[]
  close(): void
  done(): void
}

const baysAsked = 1_000

export function AssignLines({ devices, close, done }: AssignLinesProps) {
  const { words } = useDevicesWords()
  const text = useSignal(devices.map((device) => `,${device}`).join('\n'))
  const why = useSignal('')
  const result = useSignal('')
  const busy = useSignal(false)
  const bays = useFetched(requestOf('GET /api/v1/bays', { query: { limit: baysAsked } }), 60_000).value.value?.items
  const free = (bays ?? []).filter(({ device }) => device === null).map(({ id }) => id)
  const lines = previewOf(readBayLines(text.value), useDesk().city.value?.floor.ids ?? [], bays ?? [])
  const faulty = lines.find(({ fault }) => fault !== undefined)
  const fill = () => {
    const rest = [...free]
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
    busy.value = true
    const assignments = lines.map(({ bay = '', device = '', replaces }) => ({
      ...{ bay, device, ...(replaces === undefined ? {} : { replaces }) },
    }))
    const sent = await act(words, requestOf('POST /api/v1/assignments/many', { body: { assignments } }))
    busy.value = false
    why.value = sent.ok ? '' : sent.why
    if (!sent.ok) return
    result.value = words.count('assigned', lines.length)
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
        <LinesPreview lines={lines} />
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
