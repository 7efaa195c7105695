/** Many devices are assigned at once: lines of bay and device, typed, pasted, or filled in with bays that have no sensor. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import { readBayLines } from './bay-lines.ts'
import { useDevicesWords } from './devices-words.ts'

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
  const read = readBayLines(text.value)
  const fill = () => {
    const rest = [...free]
    text.value = text.value.replaceAll(/^,(.+)$/gm, (whole, device: string) => {
      const bay = rest.shift()
      return bay === undefined ? whole : `${bay},${device}`
    })
  }
  const send = async () => {
    if (!read.ok) {
      why.value = words.text('badLine', { line: read.line })
      return
    }
    if (read.lines.length === 0) {
      why.value = words.text('noLines')
      return
    }
    if (busy.value) return
    busy.value = true
    const sent = await act(
      words,
      requestOf('POST /api/v1/assignments/many', { body: { assignments: [...read.lines] } }),
    )
    busy.value = false
    why.value = sent.ok ? '' : sent.why
    if (!sent.ok) return
    result.value = words.count('assigned', read.lines.length)
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
        <p class="ways">
          <button type="submit" class="main" aria-disabled={busy.value}>
            {words.count('assignDo', read.ok ? read.lines.length : devices.length)}
          </button>
          {free.length > 0 && (
            <button type="button" onClick={fill}>
              {words.text('fillBays')}
            </button>
          )}
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
