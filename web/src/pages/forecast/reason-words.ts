/** Why a forecast is as it is, in the language of the page. Pure. */
import { readReasons } from '@baykeeper/contract/forecast-reasons.ts'
import type { ForecastWords } from './forecast-words.ts'

interface ReasonText {
  readonly text: string
  /** Language of the text where it is not that of the page: it is no known reason, and shown as it was sent. */
  readonly lang?: 'en'
}

export function reasonWords(words: ForecastWords, why: string, zone: string | undefined): ReasonText {
  const reasons = readReasons(why)
  if (!reasons) return { text: why, lang: 'en' }
  const texts = reasons.map(({ code, blanks }) => {
    const shown = Object.entries(blanks).map(([name, value]) => [name, blankText(words, { name, value, zone })])
    return words.text(`reason_${code}`, Object.fromEntries(shown))
  })
  return { text: texts.join('; ') }
}

interface Blank {
  readonly name: string
  readonly value: string
  readonly zone: string | undefined
}

function blankText(words: ForecastWords, { name, value, zone }: Blank): string {
  if (name === 'note') return reasonWords(words, value, zone).text
  if (name !== 'to') return words.number(Number(value), value.split('.')[1]?.length ?? 0)
  const at = Date.parse(value)
  return Number.isNaN(at) ? value : words.dayMinute(at, zone)
}
