/** How good forecasts so far ahead have been: of the scored lead time that is nearest to the one asked about. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { useForecastWords } from './forecast-words.ts'
import { horizonWord } from './horizon-word.ts'
import { errorAhead } from './quality.ts'

const pollMs = 300_000

export function LeadError({ site, lot, minutes }: { site: string; lot: string; minutes: number }) {
  const words = useForecastWords()
  const { value } = useFetched(
    requestOf('GET /api/v1/sites/{id}/forecast/quality', { params: { id: site } }),
    pollMs,
  ).value
  const found = value && errorAhead(value.cells, { lot, minutes })
  if (!found) return null
  return (
    <p class="quiet">
      {words.text('errorAhead', {
        lead: horizonWord(words, found.minutes),
        points: words.number(100 * found.mae, 1),
        percent: words.percent(found.coverage80),
      })}
    </p>
  )
}
