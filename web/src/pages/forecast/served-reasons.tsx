/** The method used and its reason: the baseline where it is better, no forecast where too little is known, wider bands where input is stale. */
import { useDesk } from '../../shell/desk.ts'
import { stretchesOf } from './fan-shape.ts'
import { useForecastWords } from './forecast-words.ts'
import type { Outlook } from './lots-ahead.ts'

export function ServedReasons({ outlook }: { outlook: Outlook }) {
  const words = useForecastWords()
  const { zone } = useDesk()
  const { ahead } = outlook
  const stretches = stretchesOf(ahead).filter(({ served }) => served !== 'model')
  const widest = ahead.reduce((most, point) => (point.widened > most.widened ? point : most), {
    widened: 1,
    why: '',
  })
  const first = ahead[0]
  if (!first) return null
  const always = ahead.every(({ served }) => served === 'baseline')
  const time = (at: number) => words.minute(at, zone.value)
  return (
    <ul class="reasons" aria-label={words.text('reasonsServed')}>
      {stretches.length === 0 && <li>{words.text('servesModelAll')}</li>}
      {stretches.map(({ served, why, from, to, horizons }) => (
        <li key={`${served} ${to}`} class={served}>
          {!(always && stretches.length === 1) && (
            <b>
              {horizons === 1
                ? time(to)
                : words.text('stretch', { from: time(from === to ? first.at : from), to: time(to) })}{' '}
            </b>
          )}
          {words.text(
            served === 'withheld'
              ? 'servesWithheld'
              : always && stretches.length === 1
                ? 'servesBaselineAll'
                : 'servesBaseline',
            { why },
          )}
        </li>
      ))}
      {widest.widened > 1 && (
        <li class="widened">{words.text('widenedBy', { factor: words.number(widest.widened, 1), why: widest.why })}</li>
      )}
    </ul>
  )
}
