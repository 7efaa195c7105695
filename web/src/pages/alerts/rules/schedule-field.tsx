/** Hours in which a rule counts, in the time of the lot; none: always. */
import { openDays } from '@baykeeper/contract/vocabulary.ts'
import type { Draft } from './rule-draft.ts'
import type { FormPart } from './rule-form.tsx'
import { useRulesWords } from './rules-words.ts'

type Hours = Draft['schedule'][number]
const days: readonly Hours['days'][number][] = openDays
const workDays = 5
const usual: Hours = { days: openDays.slice(0, workDays), from: '07:00', to: '19:00' }

export function ScheduleField({ part: { draft, set } }: { part: FormPart }) {
  const words = useRulesWords()
  const { schedule } = draft.value
  const put = (at: number, hours: Hours) => set('schedule', schedule.with(at, hours))
  return (
    <>
      {schedule.length === 0 && <p>{words.text('always')}</p>}
      {schedule.map((hours, i) => (
        <div key={i} class="hours-row">
          <span class="day-picks">
            {days.map((day) => (
              <label key={day} class="check">
                <input
                  type="checkbox"
                  checked={hours.days.includes(day)}
                  onChange={({ currentTarget: { checked } }) =>
                    put(i, { ...hours, days: days.filter((one) => (one === day ? checked : hours.days.includes(one))) })
                  }
                />
                {words.text(`day_${day}`)}
              </label>
            ))}
          </span>
          <span class="sentence">
            {words.text('from')}
            <input
              type="time"
              aria-label={words.text('from')}
              value={hours.from}
              onInput={({ currentTarget: { value } }) => put(i, { ...hours, from: value })}
            />
            {words.text('to')}
            <input
              type="time"
              aria-label={words.text('to')}
              value={hours.to}
              onInput={({ currentTarget: { value } }) => put(i, { ...hours, to: value })}
            />
            <button type="button" onClick={() => set('schedule', schedule.toSpliced(i, 1))}>
              {words.text('removeHours')}
            </button>
          </span>
        </div>
      ))}
      <button type="button" onClick={() => set('schedule', [...schedule, usual])}>
        {words.text('addHours')}
      </button>
    </>
  )
}
