/** A first layout from a few numbers, shown in words while they are typed. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { act } from '../../shell/acting.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { bayIds, type Grid, gridLayout, perRowMax, rowsMax } from './grid-layout.ts'
import { useSetupWords } from './setup-words.ts'

export function BaysForm({ created }: { created(): void }) {
  const desk = useDesk()
  const words = useSetupWords()
  const why = useSignal('')
  const busy = useSignal(false)
  const grid = useSignal<Grid>({
    ...{ city: '', lot: '', level: words.text('ground'), rows: 4, perRow: 12 },
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  if (!may(desk, 'layout')) return <p class="quiet">{words.text('mayNot')}</p>
  const { rows, perRow } = grid.value
  const ids = bayIds({ rows: within(rows, rowsMax), perRow: within(perRow, perRowMax) }).flat()
  const set = (name: keyof Grid, text: string) => {
    grid.value = { ...grid.value, [name]: name === 'rows' || name === 'perRow' ? Number(text) : text }
  }
  const create = async () => {
    if (busy.value) return
    busy.value = true
    const body = gridLayout(grid.value)
    const done = await act(words, requestOf('PUT /api/v1/layout', { body, query: { comment: words.text('welcome') } }))
    busy.value = false
    why.value = done.ok ? '' : done.why
    if (done.ok) created()
  }
  const field = (name: 'city' | 'lot' | 'level' | 'zone') => (
    <label>
      <span>{words.text(name)}</span>
      <input
        name={name}
        required
        maxLength={100}
        value={grid.value[name]}
        onInput={({ currentTarget }) => set(name, currentTarget.value)}
      />
    </label>
  )
  const figure = (name: 'rows' | 'perRow', most: number) => (
    <label>
      <span>{words.text(name)}</span>
      <input
        name={name}
        type="number"
        required
        min={1}
        max={most}
        value={grid.value[name]}
        onInput={({ currentTarget }) => set(name, currentTarget.value)}
      />
    </label>
  )
  return (
    <form
      class="setup-form"
      onSubmit={(event) => {
        event.preventDefault()
        void create()
      }}
    >
      {field('city')}
      {field('lot')}
      {field('level')}
      {field('zone')}
      {figure('rows', rowsMax)}
      {figure('perRow', perRowMax)}
      <p>
        {words.text('preview', {
          ...{ bays: words.count('bayCount', ids.length) },
          ...{ ids: ids.length > 1 ? `${ids[0]} – ${ids.at(-1)}` : (ids[0] ?? '') },
        })}
      </p>
      <button type="submit" class="main" aria-disabled={busy.value}>
        {words.count('createBays', ids.length)}
      </button>
      <p class="quiet">{words.text('baysLater')}</p>
      <p class="alert" role="alert">
        {why.value}
      </p>
    </form>
  )
}

const within = (value: number, most: number) => Math.min(most, Math.max(1, Math.floor(value) || 1))
