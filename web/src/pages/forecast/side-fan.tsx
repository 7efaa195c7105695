/** The side of the Live page: the whole city over the last nine hours, and the next three. Fetched only where there is a forecast. */
import { useComputed } from '@preact/signals'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { cityAhead } from '../../shell/forecasts.ts'
import { routes } from '../../shell/route.ts'
import { FanChart } from './fan-chart.tsx'
import { useForecastWords, withForecastWords } from './forecast-words.ts'
import { hourMs } from './site-clock.ts'
import './forecast.css'

export const load = (desk: Desk) => withForecastWords(desk, SideFan)

const heightPx = 190
const moveMs = 15_000

function SideFan() {
  const words = useForecastWords()
  const desk = useDesk()
  const now = useComputed(() => Math.floor(desk.now.value / moveMs) * moveMs).value
  const city = cityAhead(desk)
  if (!city) return null
  const name = desk.city.value?.floor.name || words.text('total')
  return (
    <section class={`panel side-fan ${city.old ? 'stale' : ''}`} aria-label={words.text('fan')}>
      <div class="row">
        <h2>{words.text('fan')}</h2>
        <a href={routes.forecast}>{words.text('forecast')}</a>
      </div>
      <FanChart
        name={name}
        outlook={city.outlook}
        from={now - 9 * hourMs}
        to={now + 3 * hourMs}
        now={now}
        height={heightPx}
      />
      <p class="age">
        {city.old
          ? words.text('asOf', { time: words.minute(city.issued, desk.zone.value) })
          : words.text('issued', { age: words.ago(desk.now.value - city.issued) })}
        {city.sites > 1 && ` · ${words.text('rangeSafe')}`}
      </p>
    </section>
  )
}
