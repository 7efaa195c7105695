/** Occupancy by weekday and hour: a table whose cells hold their numbers; colour only helps to find them. */
import type { ReportAnswer } from '@baykeeper/contract/routes/reports.ts'
import { openDays } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import {
  changeStepOf,
  numberIn,
  observedMin,
  type Row,
  rowsOf,
  type ShownValue,
  shownValues,
  stepOf,
  stepTexts,
} from './report-data.ts'
import { type ReportWords, useReportWords } from './report-words.ts'

const hours = Array.from({ length: 24 }, (_, hour) => hour)
const two = (hour: number) => String(hour).padStart(2, '0')

export function Heatmap({ report }: { report: ReportAnswer }) {
  const words = useReportWords()
  const shown = useSignal<ShownValue>('occupancy')
  const cells = rowsOf(report, 'cells')
  const days = [...Map.groupBy(cells, ({ day }) => String(day))]
  const values = shownValues.filter((value) => value !== 'change' || report.report.compared_with !== null)
  const value = values.includes(shown.value) ? shown.value : 'occupancy'
  return (
    <>
      <label class="report-show">
        <span>{words.text('show')}</span>
        <select
          value={value}
          onChange={(event) => {
            shown.value = values.find((each) => each === event.currentTarget.value) ?? 'occupancy'
          }}
        >
          {values.map((each) => (
            <option key={each} value={each}>
              {words.text(`value_${each}`)}
            </option>
          ))}
        </select>
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1) */}
      <section class="scroll-x" aria-label={words.text('heatmap')} tabIndex={0}>
        <table class="report-heat">
          <thead>
            <tr>
              <th scope="col">{words.text('day')}</th>
              {hours.map((hour) => (
                <th key={hour} scope="col">
                  {two(hour)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(([day, of]) => (
              <tr key={day}>
                <th scope="row">{dayName(words, day)}</th>
                {hours.map((hour) => (
                  <HeatCell key={hour} cell={of.find((cell) => cell['hour'] === hour)} value={value} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Legend value={value} />
    </>
  )
}

function HeatCell({ cell, value }: { cell: Row | undefined; value: ShownValue }) {
  const words = useReportWords()
  const share = numberIn(cell, value)
  const coverage = numberIn(cell, 'coverage') ?? 0
  if (!cell || share === null)
    return (
      <td class="none" title={words.text('unknown')}>
        –
      </td>
    )
  const points = Math.round(share * 100)
  const text = value === 'change' && points > 0 ? `+${points}` : String(points)
  const colour = value === 'change' ? `c${changeStepOf(share)}` : `h${stepOf(share)}`
  const title = words.text('cellTitle', {
    ...{ day: dayName(words, String(cell['day'])), hour: two(Number(cell['hour'])), value: text },
    ...{ coverage: words.percent(coverage), days: words.count('cellDays', Number(cell['days'])) },
  })
  const isThin = value !== 'coverage' && coverage < observedMin
  return (
    <td class={`${colour} ${isThin ? 'thin' : ''}`} title={title}>
      {text}
    </td>
  )
}

function Legend({ value }: { value: ShownValue }) {
  const words = useReportWords()
  if (value === 'change') return <p class="quiet">{words.text('legendPoints')}</p>
  return (
    <ul class="report-legend" aria-label={words.text('legend')}>
      {stepTexts.map((text, step) => (
        <li key={text} class={`h${step}`}>
          {text} %
        </li>
      ))}
    </ul>
  )
}

/** A Monday. */
const monday = Date.UTC(2024, 0, 1)

function dayName(words: ReportWords, day: string): string {
  const index = (openDays as readonly string[]).indexOf(day)
  if (day === 'holiday') return words.text('holiday')
  const format = new Intl.DateTimeFormat(words.locale, { weekday: 'short', timeZone: 'UTC' })
  return format.format(monday + index * 86_400_000)
}
