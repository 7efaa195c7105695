/** Legend of the lines and bands of the fan. */
import { useForecastWords } from './forecast-words.ts'

export function FanLegend({ wide, baseline }: { wide: boolean; baseline: boolean }) {
  const words = useForecastWords()
  const entries = [
    ['observed', words.text('observed')],
    ['median', words.text('median')],
    ...(baseline ? [['median-baseline', words.text('medianBaseline')]] : []),
    ['band-50', words.text('band50')],
    ['band-80', words.text('band80')],
    ...(wide ? [['band-95', words.text('band95Short')]] : []),
  ] as const
  return (
    <ul class="fan-legend">
      {entries.map(([name, text]) => (
        <li key={name}>
          <i class={name} aria-hidden="true" />
          {text}
        </li>
      ))}
    </ul>
  )
}
