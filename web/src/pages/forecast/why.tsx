/** A reason of a forecast as text, marked where it is not in the language of the page. */
import { useDesk } from '../../shell/desk.ts'
import { useForecastWords } from './forecast-words.ts'
import { reasonWords } from './reason-words.ts'

export function Why({ why }: { why: string }) {
  const { zone } = useDesk()
  const { text, lang } = reasonWords(useForecastWords(), why, zone.value)
  return <span lang={lang}>{text}</span>
}
