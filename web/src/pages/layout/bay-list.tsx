/** The list: the same draft as a table, every field of a bay in it. */
import { type BayType, bayTypes } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { Table } from '../../kit/table.tsx'
import { typeName } from '../live/table-twin.tsx'
import { devicesOf, typeOf } from './compare.ts'
import { changeBays, giveDevice, inReadingOrder, typeBays } from './draft.ts'
import { type Bay, movedBay } from './geometry.ts'
import { useEditor } from './layout-words.ts'

const pageRows = 100

export function BayList({ waiting }: { waiting: readonly string[] }) {
  const { words, editor } = useEditor()
  const { draft, level, place, chosen } = editor
  const shown = useSignal(pageRows)
  const at = place.value
  const bays = inReadingOrder(level.value?.bays ?? [], draft.value)
  if (!at) return null
  const set = (id: string, change: (bay: Bay) => Bay) =>
    editor.change(changeBays(draft.value, at, new Set([id]), change))
  const toggle = (id: string) => {
    const next = new Set(chosen.value)
    if (!next.delete(id)) next.add(id)
    chosen.value = next
  }
  const number = (bay: Bay, name: string, value: number, put: (value: number) => void) => (
    <input
      type="number"
      step="any"
      class="short"
      aria-label={`${name} ${bay.id}`}
      value={Math.round(value * 1_000) / 1_000}
      onChange={(event) => {
        const next = Number(event.currentTarget.value)
        if (event.currentTarget.value !== '' && Number.isFinite(next)) put(next)
      }}
    />
  )
  return (
    <section class="panel part" aria-label={words.text('listView')}>
      <p class="ways">
        <button type="button" onClick={() => (editor.view.value = 'plan')}>
          {words.text('planView')}
        </button>
      </p>
      <datalist id="waiting-sensors">
        {waiting.slice(0, 200).map((device) => (
          <option key={device} value={device} />
        ))}
      </datalist>
      <Table
        label={words.text('listView')}
        rows={bays.slice(0, shown.value)}
        keyOf={({ id }) => id}
        chosen={({ id }) => chosen.value.has(id)}
        columns={[
          {
            name: words.text('bay'),
            cell: (bay) => (
              <label class="tick">
                <input type="checkbox" checked={chosen.value.has(bay.id)} onChange={() => toggle(bay.id)} />
                <bdi>{bay.id}</bdi>
              </label>
            ),
          },
          {
            name: words.text('label'),
            cell: (bay) => (
              <input
                class="short"
                maxLength={200}
                aria-label={`${words.text('label')} ${bay.id}`}
                value={bay.label ?? ''}
                onChange={(event) => {
                  const label = event.currentTarget.value.trim()
                  set(bay.id, ({ label: _, ...rest }) => (label === '' ? rest : { ...rest, label }))
                }}
              />
            ),
          },
          {
            name: words.text('type'),
            cell: (bay) => (
              <select
                aria-label={`${words.text('type')} ${bay.id}`}
                value={typeOf(bay)}
                onChange={(event) =>
                  editor.change(typeBays(draft.value, at, new Set([bay.id]), event.currentTarget.value as BayType))
                }
              >
                {bayTypes.map((type) => (
                  <option key={type} value={type}>
                    {typeName(words, type)}
                  </option>
                ))}
              </select>
            ),
          },
          {
            name: 'x',
            cell: (bay) => number(bay, 'x', bay.x, (x) => set(bay.id, (one) => movedBay(one, x - one.x, 0))),
          },
          {
            name: 'y',
            cell: (bay) => number(bay, 'y', bay.y, (y) => set(bay.id, (one) => movedBay(one, 0, y - one.y))),
          },
          {
            name: words.text('angleNow'),
            cell: (bay) =>
              bay.polygon
                ? '–'
                : number(bay, words.text('angleNow'), bay.angle ?? 0, (angle) =>
                    set(bay.id, (one) => ({ ...one, angle: Math.max(-360, Math.min(360, angle)) })),
                  ),
          },
          {
            name: words.text('sensor'),
            cell: (bay) => (
              <input
                list="waiting-sensors"
                maxLength={128}
                aria-label={`${words.text('sensor')} ${bay.id}`}
                placeholder={words.text('sensorNone')}
                value={devicesOf(bay).join(', ')}
                onChange={(event) => {
                  const device = event.currentTarget.value.trim()
                  editor.change(giveDevice(draft.value, bay.id, device === '' ? undefined : device))
                }}
              />
            ),
          },
        ]}
      />
      {shown.value < bays.length && (
        <button type="button" onClick={() => (shown.value += pageRows)}>
          {words.text('showAll', { n: bays.length })}
        </button>
      )}
    </section>
  )
}
