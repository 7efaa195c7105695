/** Who a forecast is mixed from, largest share first. Pure. */
import type { ExpertShares } from '@baykeeper/contract/forecast.ts'
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import type { ForecastWords } from './forecast-words.ts'

/** A smaller share is not worth a word. */
const shareMin = 0.03

export const expertsWords = (words: ForecastWords, experts: ExpertShares): string =>
  forecastExperts
    .map((name) => ({ name, share: experts[name] ?? 0 }))
    .filter(({ share }) => share >= shareMin)
    .sort((a, b) => b.share - a.share)
    .map(({ name, share }) =>
      words.text('expertShare', { expert: words.text(`expert_${name}`), percent: words.percent(share) }),
    )
    .join(', ')
