/** Bays in rows from a few numbers; for sensors that wait, each gets a bay in its order. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { act } from '../../shell/acting.ts'
import { addLevel } from './draft.ts'
import { Findings, type ImportFinding } from './findings.tsx'
import { Field, ownZone } from './form-field.tsx'
import { useEditor } from './layout-words.ts'

interface GridProps {
  readonly sensors: readonly string[]
  done(text: string): void
  close(): void
}

const perRowUsual = 12

export function GridForm({ sensors, done, close }: GridProps) {
  const { words, editor } = useEditor()
  const isNew = editor.place.value === undefined
  const count = sensors.length
  const perRow = count > 0 ? Math.min(perRowUsual, count) : 10
  const fields = {
    lot: useSignal(''),
    level: useSignal(''),
    rows: useSignal(String(count > 0 ? Math.ceil(count / perRow) : 2)),
    columns: useSignal(String(perRow)),
    w: useSignal('2.5'),
    h: useSignal('5'),
    aisle: useSignal('6'),
    angle: useSignal('90'),
    pattern: useSignal('A-{n:2}'),
    start: useSignal('1'),
  }
  const why = useSignal('')
  const findings = useSignal<readonly ImportFinding[]>([])
  const draw = async () => {
    const number = (name: keyof typeof fields) => Number(fields[name].value)
    const site = { siteName: fields.lot.value.trim(), levelName: fields.level.value.trim(), zone: ownZone() }
    const prepared = editor.place.value
      ? { layout: editor.draft.value, at: editor.place.value }
      : addLevel(editor.draft.value, site)
    const { rows, columns } = { rows: number('rows'), columns: number('columns') }
    const grid = {
      ...{ rows, columns, angle: number('angle'), aisle: number('aisle'), w: number('w'), h: number('h') },
      ...{ pattern: fields.pattern.value, start: number('start') },
      ...(count > 0 ? { devices: [...sensors], count: Math.min(count, rows * columns) } : {}),
    }
    const body = { layout: prepared.layout, grid, ...prepared.at }
    const sent = await act(words, requestOf('POST /api/v1/layout/import', { body: body as never }))
    why.value = sent.ok ? '' : sent.why
    if (!sent.ok) return
    findings.value = sent.value.findings
    if (sent.value.bays.length === 0) return
    editor.change(sent.value.layout)
    editor.place.value = prepared.at
    editor.chosen.value = new Set(sent.value.bays)
    editor.fits.value++
    done(words.count('drawn', sent.value.bays.length))
  }
  const title = count > 0 ? words.count('gridForSensors', count) : words.text('gridTitle')
  return (
    <section class="panel part" aria-label={title}>
      <h2>{title}</h2>
      <form
        class="editor-form"
        onSubmit={(event) => {
          event.preventDefault()
          void draw()
        }}
      >
        {isNew && <Field label={words.text('lotName')} value={fields.lot} />}
        {isNew && <Field label={words.text('levelName')} value={fields.level} />}
        <Field label={words.text('rows')} value={fields.rows} number={{ min: 1, max: 1000, step: 1 }} />
        <Field label={words.text('perRow')} value={fields.columns} number={{ min: 1, max: 1000, step: 1 }} />
        <Field label={words.text('pattern')} value={fields.pattern} hint={words.text('patternHint')} maxLength={64} />
        <Field label={words.text('firstNumber')} value={fields.start} number={{ min: 0, max: 1e6, step: 1 }} />
        <Field label={words.text('bayWidth')} value={fields.w} number={{ min: 0.5, max: 100 }} />
        <Field label={words.text('bayLength')} value={fields.h} number={{ min: 0.5, max: 100 }} />
        <Field label={words.text('aisle')} value={fields.aisle} number={{ min: 0, max: 100 }} />
        <Field label={words.text('slant')} value={fields.angle} number={{ min: 0, max: 90 }} />
        <p class="ways">
          <button type="submit" class="main">
            {count > 0 ? words.count('makeBays', count) : words.text('drawIt')}
          </button>
          <button type="button" onClick={close}>
            {words.text('cancel')}
          </button>
        </p>
        <p class="alert" role="alert">
          {why.value}
        </p>
        <Findings of={findings.value} />
      </form>
    </section>
  )
}
