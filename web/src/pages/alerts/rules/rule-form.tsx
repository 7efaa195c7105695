/** The rule as sentences: what it watches, when it raises and clears, when and where it counts, what people read. */
import type { RuleOnWire } from '@baykeeper/contract/alert-rule.ts'
import { alertSeverities } from '@baykeeper/contract/vocabulary.ts'
import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { SeverityMark } from '../severity-mark.tsx'
import { type Draft, type Field, listIn } from './rule-draft.ts'
import type { Fault } from './rule-editor.tsx'
import { useRulesWords } from './rules-words.ts'
import { ScheduleField } from './schedule-field.tsx'
import { ScopeField } from './scope-field.tsx'
import { WatchField } from './watch-field.tsx'

export interface FormPart {
  readonly draft: Signal<Draft>
  set<F extends Field>(field: F, value: Draft[F]): void
}

interface Props {
  readonly rule: RuleOnWire | undefined
  readonly inUse: Draft
  readonly draft: Signal<Draft>
  readonly id: Signal<string>
  readonly reason: Signal<string>
  readonly faults: Signal<readonly Fault[]>
}

export function RuleForm({ rule, inUse, draft, id, reason, faults }: Props) {
  const words = useRulesWords()
  const now = draft.value
  const set: FormPart['set'] = (field, value) => {
    draft.value = { ...draft.value, [field]: value }
  }
  const part: FormPart = { draft, set }
  const row = (name: string, fields: readonly Field[], children: ComponentChildren) => (
    <FieldRow name={name} fields={fields} {...{ now, inUse: rule ? inUse : undefined, faults: faults.value }}>
      {children}
    </FieldRow>
  )
  const unit = rule?.kind === 'own' || !rule ? unitOf(now) : rule.unit
  const is = now.watch?.is ?? rule?.watch?.is
  return (
    <>
      {!rule && (
        <FieldRow
          name={words.text('fieldId')}
          fields={[]}
          now={now}
          inUse={undefined}
          faults={faults.value.filter(({ path }) => path === 'id' || path === '')}
        >
          <input
            type="text"
            maxLength={64}
            aria-label={words.text('fieldId')}
            value={id.value}
            onInput={(event) => {
              id.value = event.currentTarget.value
            }}
          />
          <small>{words.text('idHint')}</small>
        </FieldRow>
      )}
      {row(
        words.text('fieldEnabled'),
        ['enabled'],
        <label class="check">
          <input
            type="checkbox"
            checked={now.enabled}
            onChange={(event) => set('enabled', event.currentTarget.checked)}
          />
          {words.text('enabledText')}
        </label>,
      )}
      {row(
        words.text('fieldWatch'),
        ['watch'],
        now.kind === 'own' ? <WatchField part={part} /> : <p>{words.ofRule(rule?.about ?? '')}</p>,
      )}
      {(now.threshold !== null || now.kind === 'own') &&
        row(
          words.text('fieldRaise'),
          ['threshold'],
          <p class="sentence">
            {is && words.text(is === 'above' ? 'raiseAbove' : 'raiseBelow')}
            <NumberInput
              label={words.text('fieldRaise')}
              value={now.threshold}
              set={(value) => set('threshold', value)}
            />
            {unit}
          </p>,
        )}
      {row(
        words.text('fieldFor'),
        ['on_delay_s'],
        <p class="sentence">
          <NumberInput
            label={words.text('fieldFor')}
            value={now.on_delay_s}
            set={(value) => set('on_delay_s', value ?? 0)}
          />
          {words.text('seconds')} {words.text('forText')}
        </p>,
      )}
      {row(
        words.text('fieldClear'),
        ['clear_at', 'off_delay_s'],
        <p class="sentence">
          {(now.clear_at !== null || now.threshold !== null) && (
            <>
              {words.text('clearValue')}
              <NumberInput
                label={words.text('clearValue')}
                value={now.clear_at}
                set={(value) => set('clear_at', value)}
              />
              {unit} {words.text('clearFor')}
            </>
          )}
          <NumberInput
            label={words.text('clearFor')}
            value={now.off_delay_s}
            set={(value) => set('off_delay_s', value ?? 60)}
          />
          {words.text('seconds')}
        </p>,
      )}
      {row(
        words.text('fieldSeverity'),
        ['severity'],
        <div class="severity-picks" role="radiogroup" aria-label={words.text('fieldSeverity')}>
          {alertSeverities.map((one) => (
            <label key={one} class={one === now.severity ? 'chosen' : ''}>
              <input
                type="radio"
                name="severity"
                checked={one === now.severity}
                onChange={() => set('severity', one)}
              />
              <SeverityMark severity={one} named />
            </label>
          ))}
        </div>,
      )}
      {row(words.text('fieldWhen'), ['schedule'], <ScheduleField part={part} />)}
      {row(words.text('fieldWhere'), ['scope'], <ScopeField part={part} />)}
      {row(
        words.text('fieldTitle'),
        ['title'],
        <input
          type="text"
          maxLength={200}
          aria-label={words.text('fieldTitle')}
          value={now.title}
          onInput={(event) => set('title', event.currentTarget.value)}
        />,
      )}
      {row(
        words.text('fieldNext'),
        ['next'],
        <textarea
          rows={3}
          maxLength={2_000}
          aria-label={words.text('fieldNext')}
          value={now.next}
          onInput={(event) => set('next', event.currentTarget.value)}
        />,
      )}
      {row(
        words.text('fieldNotify'),
        ['channels'],
        <>
          <input
            type="text"
            aria-label={words.text('fieldNotify')}
            value={now.channels.join(', ')}
            onChange={(event) => set('channels', listIn(event.currentTarget.value))}
          />
          <small>{words.text('notifyHint')}</small>
          {rule && rule.holds_back.length > 0 && (
            <small>{words.text('holdsBackKinds', { kinds: rule.holds_back.join(', ') })}</small>
          )}
        </>,
      )}
      {row(
        words.text('fieldReason'),
        [],
        <>
          <input
            type="text"
            maxLength={500}
            aria-label={words.text('fieldReason')}
            value={reason.value}
            onInput={(event) => {
              reason.value = event.currentTarget.value
            }}
          />
          <small>{words.text('reasonHint')}</small>
        </>,
      )}
    </>
  )
}

const units: Readonly<Partial<Record<string, string>>> = {
  ...{ 'occupied-share': '%', 'unknown-share': '%', 'state-minutes': 'min', 'silent-minutes': 'min' },
}
const unitOf = ({ watch }: Draft) => (watch ? (units[watch.quantity] ?? '') : '')

interface RowProps {
  readonly name: string
  readonly fields: readonly Field[]
  readonly now: Draft
  readonly inUse: Draft | undefined
  readonly faults: readonly Fault[]
  readonly children: ComponentChildren
}

function FieldRow({ name, fields, now, inUse, faults, children }: RowProps) {
  const words = useRulesWords()
  const changed = inUse ? fields.filter((field) => JSON.stringify(now[field]) !== JSON.stringify(inUse[field])) : []
  const own =
    fields.length === 0
      ? faults
      : faults.filter(({ path }) =>
          fields.some((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)),
        )
  return (
    <div class={`rule-row ${changed.length > 0 ? 'changed' : ''}`}>
      <h3>{name}</h3>
      <div>
        {children}
        {inUse && changed.length > 0 && (
          <p class="was">{words.text('wasValue', { value: changed.map((field) => shown(inUse[field])).join(', ') })}</p>
        )}
        {own.map(({ path, message }) => (
          <p key={path} class="alert" role="alert">
            {message}
          </p>
        ))}
      </div>
    </div>
  )

  function shown(value: Draft[Field]): string {
    if (typeof value === 'boolean') return words.text(value ? 'wasOn' : 'wasOff')
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return words.text('nothing')
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}

interface NumberProps {
  readonly label: string
  readonly value: number | null
  set(value: number | null): void
}

export const NumberInput = ({ label, value, set }: NumberProps) => (
  <input
    type="number"
    step="any"
    aria-label={label}
    value={value ?? ''}
    onInput={(event) => {
      const { value: text, valueAsNumber } = event.currentTarget
      set(text.trim() === '' || Number.isNaN(valueAsNumber) ? null : valueAsNumber)
    }}
  />
)
