/** Mean error by lead time against the baseline: the line in the middle is the baseline, left of it the error is smaller. With the numbers. */
import { useForecastWords } from './forecast-words.ts'
import { horizonWord } from './horizon-word.ts'
import type { HorizonScore } from './quality.ts'

/** The axis ends at 1.5 times and at 2/3 of the baseline error; beyond it only the number is exact. */
const edge = Math.log(1.5)

export function ErrorDots({ scores }: { scores: readonly HorizonScore[] }) {
  const words = useForecastWords()
  const points = (value: number) => words.number(value * 100, 1)
  const at = (ratio: number) => `${50 + (50 * Math.min(edge, Math.max(-edge, Math.log(ratio)))) / edge}%`
  return (
    <ol class="errors" aria-label={words.text('maeBy')}>
      {scores.map(({ minutes, mae, served, baseline }) => (
        <li key={minutes}>
          <span>{horizonWord(words, minutes)}</span>
          <span class="errors-line" aria-hidden="true">
            <i class="errors-baseline" />
            {served && baseline ? (
              <i
                class={`errors-served ${served > baseline ? 'worse' : ''}`}
                style={{ insetInlineStart: at(served / baseline) }}
              />
            ) : null}
          </span>
          <span>
            <b>{points(served ?? mae)}</b>
            <small> / {baseline === null ? '–' : points(baseline)}</small>
          </span>
        </li>
      ))}
    </ol>
  )
}
