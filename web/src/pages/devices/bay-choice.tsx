/** A field in which a bay is typed or chosen; those without a sensor come first. */

import type { BayRow } from '@baykeeper/contract/bay.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Signal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import { useDevicesWords } from './devices-words.ts'

const offeredMax = 100

export interface ChosenBay {
  readonly id: string
  /** False: which device it has is not known yet. */
  readonly isKnown: boolean
  /** Devices that the layout assigns to it. */
  readonly devices: readonly string[]
}

/** The bay in the field, if there is such a bay, with the device that it has. */
export function useChosenBay(typed: string): ChosenBay | undefined {
  const { city } = useDesk()
  const id = city.value?.floor.ids.find((each) => each === typed.trim())
  const request = id === undefined ? undefined : requestOf('GET /api/v1/bays/{id}', { params: { id } })
  const found = useFetched(request, 30_000).value.value
  // Until the next answer has come, `found` may be of the bay that was typed before.
  const isKnown = found !== undefined && found.id === id
  return id === undefined ? undefined : { id, isKnown, devices: isKnown ? found.assigned : [] }
}

export function BayChoice({ typed, label }: { typed: Signal<string>; label: string }) {
  const { city } = useDesk()
  const { words } = useDevicesWords()
  const request = requestOf('GET /api/v1/bays', { query: { limit: 1_000 } })
  const rows = useFetched(request, 60_000).value.value?.items
  const deviceOf = new Map((rows ?? []).map(({ id, device }: BayRow) => [id, device?.id]))
  const asked = typed.value.trim().toLowerCase()
  const ids = (city.value?.floor.ids ?? []).filter((id) => id.toLowerCase().includes(asked))
  const offered = ids
    .sort(
      (a, b) =>
        Number(deviceOf.has(a) && deviceOf.get(a) !== undefined) -
        Number(deviceOf.has(b) && deviceOf.get(b) !== undefined),
    )
    .slice(0, offeredMax)
  return (
    <label>
      <span>{label}</span>
      <input
        list="bays-offered"
        autocomplete="off"
        spellcheck={false}
        required
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value
        }}
      />
      <datalist id="bays-offered">
        {offered.map((id) => {
          const device = deviceOf.get(id)
          return (
            <option key={id} value={id}>
              {device === undefined ? words.text('bayNone') : words.text('bayHas', { id: device })}
            </option>
          )
        })}
      </datalist>
    </label>
  )
}
