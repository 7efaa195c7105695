/** Fields of what is chosen, and what is to check on the level: everything that a hand does on the plan can be typed here. */
import { type BayType, bayTypes } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { typeName } from '../live/table-twin.tsx'
import { devicesOf, typeOf } from './compare.ts'
import {
  addBays,
  changeBays,
  deleteBays,
  freeIds,
  giveDevice,
  inReadingOrder,
  moveBays,
  numberBays,
  turnBays,
  typeBays,
  zoneBays,
} from './draft.ts'
import { Field } from './form-field.tsx'
import { type Bay, boxOfBays, movedBay } from './geometry.ts'
import { useEditor } from './layout-words.ts'

export function Properties({ waiting }: { waiting: readonly string[] }) {
  const { words, editor } = useEditor()
  const { chosen, level } = editor
  const bays = level.value?.bays.filter(({ id }) => chosen.value.has(id)) ?? []
  return (
    <section class="panel part properties" aria-label={words.count('chosenBays', bays.length)}>
      <h2>{words.count('chosenBays', bays.length)}</h2>
      {bays.length === 0 ? (
        <p class="quiet">{words.text('chosenNone')}</p>
      ) : (
        <>
          <Geometry bays={bays} />
          <Kind bays={bays} />
          <Numbers />
          {bays.length === 1 && <Sensor key={bays[0]?.id} bay={bays[0] as Bay} waiting={waiting} />}
          <Ways bays={bays} />
        </>
      )}
      <ToCheck waiting={waiting} />
    </section>
  )
}

function Geometry({ bays }: { bays: readonly Bay[] }) {
  const { words, editor } = useEditor()
  const { draft, chosen, place } = editor
  const turn = useSignal('15')
  const box = boxOfBays(bays, draft.value)
  const at = place.value
  if (!box || !at) return null
  const moveTo = (axis: 'x' | 'y', text: string) => {
    const by = Number(text) - box[axis]
    if (text === '' || !Number.isFinite(by)) return
    editor.change(moveBays(draft.value, at, chosen.value, axis === 'x' ? by : 0, axis === 'y' ? by : 0))
  }
  const sizeTo = (side: 'w' | 'h', text: string) => {
    const metres = Number(text)
    if (!(metres > 0 && metres <= 100)) return
    editor.change(changeBays(draft.value, at, chosen.value, (bay) => ({ ...bay, [side]: metres })))
  }
  const field = (label: string, value: number, set: (text: string) => void) => (
    <label>
      <span>{label}</span>
      <input
        type="number"
        step="any"
        value={Math.round(value * 100) / 100}
        onChange={(event) => set(event.currentTarget.value)}
      />
    </label>
  )
  const [first] = bays
  return (
    <div class="fields">
      {field(words.text('moveX'), box.x, (text) => moveTo('x', text))}
      {field(words.text('moveY'), box.y, (text) => moveTo('y', text))}
      {!first?.polygon && field(words.text('width'), first?.w ?? draft.value.bay_w, (text) => sizeTo('w', text))}
      {!first?.polygon && field(words.text('length'), first?.h ?? draft.value.bay_h, (text) => sizeTo('h', text))}
      <Field label={words.text('turnBy')} value={turn} number={{ min: -360, max: 360 }} />
      <button type="button" onClick={() => editor.change(turnBays(draft.value, at, chosen.value, Number(turn.value)))}>
        {words.text('turnIt')}
      </button>
      {bays.length === 1 && (
        <p class="quiet">
          {words.text('angleNow')}: {words.number(first?.angle ?? 0, 1)}°
        </p>
      )}
    </div>
  )
}

function Kind({ bays }: { bays: readonly Bay[] }) {
  const { words, editor } = useEditor()
  const { draft, chosen, place, level } = editor
  const at = place.value
  const zone = useSignal('')
  if (!at) return null
  const types = new Set(bays.map(typeOf))
  const zones = new Set(bays.map(({ zones: many, zone: one }) => (many ?? (one ? [one] : [])).join(', ')))
  const [type] = types
  return (
    <div class="fields">
      <label>
        <span>{words.text('type')}</span>
        <select
          value={types.size === 1 ? type : ''}
          onChange={(event) => {
            const picked = event.currentTarget.value as BayType
            if (picked) editor.change(typeBays(draft.value, at, chosen.value, picked))
          }}
        >
          {types.size > 1 && <option value="">–</option>}
          {bayTypes.map((one) => (
            <option key={one} value={one}>
              {typeName(words, one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('zone')}</span>
        <input
          list="zones-here"
          maxLength={128}
          placeholder={zones.size === 1 ? [...zones][0] || words.text('zoneNone') : '–'}
          value={zone.value}
          onInput={(event) => (zone.value = event.currentTarget.value)}
          onChange={() => {
            editor.change(zoneBays(draft.value, at, chosen.value, zone.value.trim() || undefined))
            zone.value = ''
          }}
        />
        <datalist id="zones-here">
          {level.value?.zones.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </datalist>
      </label>
    </div>
  )
}

function Numbers() {
  const { words, editor } = useEditor()
  const [pattern, start, backwards] = [useSignal('A-{n:2}'), useSignal('1'), useSignal(false)]
  const number = () => {
    const at = editor.place.value
    if (!at) return
    const wish = {
      ...{ pattern: pattern.value, start: Math.max(0, Math.floor(Number(start.value) || 0)) },
      ...{ backwards: backwards.value, published: editor.published.value },
    }
    const next = numberBays(editor.draft.value, at, editor.chosen.value, wish)
    editor.change(next.layout)
    editor.chosen.value = next.ids
  }
  return (
    <div class="fields">
      <Field label={words.text('pattern')} value={pattern} hint={words.text('patternHint')} maxLength={64} />
      <Field label={words.text('firstNumber')} value={start} number={{ min: 0, max: 1e6, step: 1 }} />
      <label class="tick">
        <input
          type="checkbox"
          checked={backwards.value}
          onChange={(event) => (backwards.value = event.currentTarget.checked)}
        />
        {words.text('backwards')}
      </label>
      <button type="button" onClick={number}>
        {words.text('numberIt')}
      </button>
    </div>
  )
}

export function Sensor({ bay, waiting }: { bay: Bay; waiting: readonly string[] }) {
  const { words, editor } = useEditor()
  const devices = devicesOf(bay)
  return (
    <div class="fields">
      <label>
        <span>{words.text('sensor')}</span>
        <input
          list={`sensors-${bay.id}`}
          maxLength={128}
          placeholder={words.text('sensorNone')}
          value={devices.join(', ')}
          onChange={(event) => {
            const device = event.currentTarget.value.trim()
            editor.change(giveDevice(editor.draft.value, bay.id, device === '' ? undefined : device))
          }}
        />
        <datalist id={`sensors-${bay.id}`}>
          {waiting.slice(0, 100).map((device) => (
            <option key={device} value={device} />
          ))}
        </datalist>
      </label>
    </div>
  )
}

function Ways({ bays }: { bays: readonly Bay[] }) {
  const { words, editor } = useEditor()
  const { draft, chosen, place } = editor
  const at = place.value
  if (!at) return null
  const duplicate = () => {
    const ids = freeIds(draft.value, 'A-{nn}', 1, bays.length)
    const box = boxOfBays(bays, draft.value)
    const copies = bays.map(({ label: _, device: _device, ...bay }, i) => ({
      ...movedBay(bay as Bay, 0, (box?.h ?? 0) + 1),
      ...{ id: ids[i] as string, devices: [] },
    }))
    editor.change(addBays(draft.value, at, copies))
    chosen.value = new Set(ids)
  }
  return (
    <p class="ways">
      <button type="button" onClick={duplicate}>
        {words.text('duplicate')}
      </button>
      <button type="button" onClick={() => editor.change(deleteBays(draft.value, at, chosen.value))}>
        {words.count('deleteIt', bays.length)}
      </button>
    </p>
  )
}

function ToCheck({ waiting }: { waiting: readonly string[] }) {
  const { words, editor } = useEditor()
  const { level, draft } = editor
  const bays = level.value?.bays ?? []
  const without = bays.filter((bay) => devicesOf(bay).length === 0)
  const chooseAll = () => {
    editor.chosen.value = new Set(bays.map(({ id }) => id))
  }
  const many = Math.min(without.length, waiting.length)
  const assign = () => {
    const ordered = inReadingOrder(without, draft.value)
    let next = draft.value
    for (const [i, device] of waiting.slice(0, many).entries()) next = giveDevice(next, (ordered[i] as Bay).id, device)
    editor.change(next)
  }
  return (
    <>
      <h3>{words.text('sensorsPart')}</h3>
      <p class="ways">
        <button type="button" onClick={chooseAll}>
          {words.text('chooseAll')}
        </button>
        {without.length > 0 && (
          <button
            type="button"
            onClick={() => {
              editor.chosen.value = new Set(without.map(({ id }) => id))
            }}
          >
            {words.count('withoutSensor', without.length)}
          </button>
        )}
        {many > 0 && (
          <button type="button" onClick={assign}>
            {words.count('assignInOrder', many)}
          </button>
        )}
      </p>
    </>
  )
}
