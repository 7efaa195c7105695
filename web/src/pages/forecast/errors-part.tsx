/** Mean errors against the baseline: by horizon as dots, and as a table of all figures. */
import { type Column, Table } from '../../kit/table.tsx'
import type { ForecastKey } from './en.ts'
import { ErrorDots } from './error-dots.tsx'
import { useForecastWords } from './forecast-words.ts'
import { horizonWord } from './horizon-word.ts'
import { aheadOfBaseline, type HorizonScore } from './quality.ts'
import { QualityPart } from './quality-part.tsx'

const simpleWords = {
  persistence: 'maePersistence',
  day: 'maeDay',
  week: 'maeWeek',
  weeks: 'maeWeeks',
} as const satisfies Record<string, ForecastKey>

export function ErrorsPart({ scores }: { scores: readonly HorizonScore[] }) {
  const words = useForecastWords()
  const better = aheadOfBaseline(scores)
  const sum = (of: (score: HorizonScore) => number) => scores.reduce((total, score) => total + of(score), 0)
  const [hindcasts, all] = [sum((score) => score.hindcasts), sum((score) => score.count)]
  const points = (value: number | null) => (value === null ? '–' : words.number(value * 100, 1))
  const figure = (name: string, cell: (row: HorizonScore) => string): Column<HorizonScore> => ({
    name,
    figure: true,
    cell,
  })
  const percent = better === undefined ? '' : words.percent(Math.abs(better), 1)
  return (
    <QualityPart
      title={words.text('mae')}
      note={
        better !== undefined &&
        (Math.abs(better) < 0.0005
          ? words.text('evenWith')
          : words.text(better > 0 ? 'betterBy' : 'worseBy', { percent }))
      }
    >
      <p class="errors-key quiet">
        <i class="errors-served" aria-hidden="true" /> {words.text('maeServed')}
        <i class="errors-baseline" aria-hidden="true" /> {words.text('maeBaselineKey')}
      </p>
      <ErrorDots scores={scores} />
      {hindcasts > 0 && (
        <p class="quiet">{words.text('hindcasts', { n: words.number(hindcasts), all: words.number(all) })}</p>
      )}
      <details>
        <summary>{words.text('figures')}</summary>
        <Table<HorizonScore>
          label={words.text('maeBy')}
          keyOf={({ minutes }) => String(minutes)}
          rows={scores}
          columns={[
            { name: words.text('horizon'), cell: ({ minutes }) => horizonWord(words, minutes) },
            figure(words.text('maeServed'), ({ mae }) => points(mae)),
            figure(words.text('maeModel'), ({ model }) => points(model)),
            figure(words.text('maeBaseline'), ({ baseline }) => points(baseline)),
            ...(['persistence', 'day', 'week', 'weeks'] as const).map((name) =>
              figure(words.text(simpleWords[name]), ({ others }) => points(others[name])),
            ),
            figure(words.text('pinball'), ({ pinball }) => words.number(pinball * 100, 2)),
            figure(words.text('band80'), ({ coverage80 }) => words.percent(coverage80, 1)),
            figure(words.text('scoredCount'), ({ count }) => words.number(count)),
          ]}
        />
        <p class="quiet">{words.text('pinballNote')}</p>
      </details>
    </QualityPart>
  )
}
