/** Sets up a report that is sent by e-mail, or changes one. */
import { mailedFormats, reportKindNames } from '@baykeeper/contract/reports.ts'
import { bayTypes, relativePeriods, reportIntervals, weekdays } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useDesk } from '../../shell/desk.ts'
import { useReportWords } from './report-words.ts'
import { type Draft, isWhole, withInterval } from './schedule-draft.ts'
import { weekdayName } from './schedule-words.ts'

interface FormProps {
  readonly label: string
  readonly start: Draft
  readonly channels: readonly string[]
  save(draft: Draft): Promise<string | undefined>
  cancel(): void
}

export function ScheduleForm({ label, start, channels, save, cancel }: FormProps) {
  const words = useReportWords()
  const draft = useSignal(start)
  const why = useSignal('')
  const busy = useSignal(false)
  const set = (change: Partial<Draft>) => {
    draft.value = { ...draft.value, ...change }
  }
  const submit = async () => {
    if (busy.value) return
    why.value = isWhole(draft.value) ? '' : words.text('mailedMissing')
    if (why.value !== '') return
    busy.value = true
    why.value = (await save(draft.value)) ?? ''
    busy.value = false
  }
  return (
    <form
      class="report-filter"
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <label>
        <span>{words.text('mailedName')}</span>
        <input
          type="text"
          maxLength={128}
          // biome-ignore lint/a11y/noAutofocus: the form was opened to type here
          autoFocus
          value={draft.value.name}
          onInput={({ currentTarget }) => set({ name: currentTarget.value })}
        />
      </label>
      <What draft={draft.value} set={set} />
      <When draft={draft.value} set={set} />
      <Choice
        label={words.text('mailedChannel')}
        value={draft.value.channel}
        options={channels}
        text={(name) => name}
        choose={(channel) => set({ channel })}
      />
      <p class="alert" role="alert">
        {why.value}
      </p>
      <p class="report-ways">
        <button type="submit" class="main" aria-disabled={busy.value}>
          {words.text('mailedSave')}
        </button>
        <button type="button" onClick={cancel}>
          {words.text('cancel')}
        </button>
      </p>
    </form>
  )
}

interface PartProps {
  readonly draft: Draft
  set(change: Partial<Draft>): void
}

function What({ draft, set }: PartProps) {
  const words = useReportWords()
  const { sites } = useDesk()
  const nameOf = (id: string) => sites.value.find((site) => site.id === id)?.name ?? id
  return (
    <>
      <Choice
        label={words.text('mailedKind')}
        value={draft.kind}
        options={reportKindNames}
        text={(kind) => words.text(`kind_${kind}`)}
        choose={(kind) => set({ kind, table: null })}
      />
      <Choice
        label={words.text('lot')}
        value={draft.site ?? ''}
        options={['', ...new Set([...sites.value.map(({ id }) => id), ...(draft.site === null ? [] : [draft.site])])]}
        text={(id) => (id === '' ? words.text('allLots') : nameOf(id))}
        choose={(site) => set({ site: site || null, level: null, zone: null })}
      />
      <Choice
        label={words.text('bayType')}
        value={draft.type ?? ''}
        options={['', ...bayTypes]}
        text={(type) => (type === '' ? words.text('anyType') : words.text(`type_${type}`))}
        choose={(type) => set({ type: type || null })}
      />
      <Choice
        label={words.text('mailedPeriod')}
        value={draft.period}
        options={relativePeriods}
        text={(period) => words.text(`period_${period}`)}
        choose={(period) => set({ period })}
      />
      <Choice
        label={words.text('mailedFormat')}
        value={draft.format}
        options={mailedFormats}
        text={(format) => format.toUpperCase()}
        choose={(format) => set({ format })}
      />
    </>
  )
}

function When({ draft, set }: PartProps) {
  const words = useReportWords()
  return (
    <>
      <Choice
        label={words.text('mailedEvery')}
        value={draft.every}
        options={reportIntervals}
        text={(every) => words.text(`every_${every}`)}
        choose={(every) => set(withInterval(draft, every))}
      />
      {draft.weekday !== null && (
        <Choice
          label={words.text('mailedWeekday')}
          value={draft.weekday}
          options={weekdays}
          text={(day) => weekdayName(words, day)}
          choose={(weekday) => set({ weekday })}
        />
      )}
      {draft.month_day !== null && (
        <label title={words.text('mailedMonthDayNote')}>
          <span>{words.text('mailedMonthDay')}</span>
          <select
            value={String(draft.month_day)}
            onChange={({ currentTarget }) => set({ month_day: Number(currentTarget.value) })}
          >
            {Array.from({ length: 31 }, (_, i) => (
              <option key={i} value={String(i + 1)}>
                {i + 1}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        <span>{words.text('mailedAt')}</span>
        <input type="time" value={draft.at} onInput={({ currentTarget }) => set({ at: currentTarget.value })} />
      </label>
      <label>
        <span>{words.text('mailedZone')}</span>
        <input
          type="text"
          maxLength={64}
          placeholder={words.text('mailedZoneUsual')}
          value={draft.time_zone}
          onInput={({ currentTarget }) => set({ time_zone: currentTarget.value.trim() })}
        />
      </label>
    </>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly T[]
  text(option: T): string
  choose(option: T): void
}

function Choice<T extends string>({ label, value, options, text, choose }: ChoiceProps<T>) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {text(option)}
          </option>
        ))}
      </select>
    </label>
  )
}
