/** One device is assigned to a bay. The button names the result; a device that is there is replaced, and the text beside it names that device. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { act } from '../../shell/acting.ts'
import { useDesk } from '../../shell/desk.ts'
import { BayChoice, useChosenBay } from './bay-choice.tsx'
import { useDevicesWords } from './devices-words.ts'

interface AssignFormProps {
  readonly device: string
  done(): void
  cancel(): void
}

export function AssignForm({ device, done, cancel }: AssignFormProps) {
  const { words } = useDevicesWords()
  const { city } = useDesk()
  const typed = useSignal('')
  const why = useSignal('')
  const busy = useSignal(false)
  const bay = useChosenBay(typed.value)
  const other = bay?.devices.includes(device) ? undefined : bay?.devices[0]
  const isKnown = city.value !== undefined && bay?.isKnown !== false
  const send = async () => {
    if (busy.value) return
    if (!isKnown) {
      why.value = words.text('baysNotYet')
      return
    }
    busy.value = true
    const body = { device, bay: typed.value.trim(), ...(other === undefined ? {} : { replaces: other }) }
    const sent = await act(words, requestOf('POST /api/v1/assignments', { body }))
    busy.value = false
    why.value = sent.ok ? '' : sent.why
    if (sent.ok) done()
  }
  return (
    <form
      class="assign-form"
      aria-label={words.text('assignOf', { id: device })}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <BayChoice typed={typed} label={words.text('bay')} />
      {bay && other !== undefined && <p class="quiet">{words.text('bayTaken', { bay: bay.id, id: other })}</p>}
      <p class="ways">
        <button type="submit" class="main" aria-disabled={busy.value}>
          {bay ? words.text('assignToBay', { bay: bay.id }) : words.text('assign')}
        </button>
        <button type="button" onClick={cancel}>
          {words.text('cancel')}
        </button>
      </p>
      <p class="alert" role="alert">
        {why.value}
      </p>
    </form>
  )
}
