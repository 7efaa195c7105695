/** Who the forecast is mixed from and why: without the network where it has too little to read, no forecast where too little is known, wider bands where input is stale. */
import { useDesk } from '../../shell/desk.ts'
import { expertsWords } from './expert-words.ts'
import { stretchesOf } from './fan-shape.ts'
import { useForecastWords } from './forecast-words.ts'
import { horizonWord } from './horizon-word.ts'
import type { Outlook } from './lots-ahead.ts'
import { reasonWords } from './reason-words.ts'
import { quarterMs as firstMs, hourMs } from './site-clock.ts'

/** The first horizon lies a quarter of an hour ahead. */
const shownHours = [0.25, 1, 4, 24]

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
  const shown = shownHours.flatMap((hours) => {
    const point = ahead.find(({ at, experts }) => experts && at >= first.at - firstMs + hours * hourMs)
    return point?.experts ? [{ hours, experts: point.experts }] : []
  })
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
            { why: reasonWords(words, why, zone.value).text },
          )}
        </li>
      ))}
      {shown.length > 0 && (
        <li>
          <details>
            <summary>{words.text('whoSpeaks')}</summary>
            <dl class="experts">
              {shown.map(({ hours, experts }) => (
                <div key={hours}>
                  <dt>{words.text('whoSpeaksAt', { lead: horizonWord(words, hours * 60) })}</dt>
                  <dd>{expertsWords(words, experts)}</dd>
                </div>
              ))}
            </dl>
          </details>
        </li>
      )}
      {widest.widened > 1 && (
        <li class="widened">
          {words.text('widenedBy', {
            factor: words.number(widest.widened, 1),
            why: reasonWords(words, widest.why, zone.value).text,
          })}
        </li>
      )}
    </ul>
  )
}
