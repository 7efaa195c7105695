/** Notes in place of a forecast: none, off, pending, or not enough history yet. */
import { useForecastWords } from './forecast-words.ts'

export function ForecastNote({ title, text, busy = false }: { title: string; text: string; busy?: boolean }) {
  return (
    <section class="panel part note" aria-label={title} {...(busy ? { 'aria-busy': 'true' } : {})}>
      <h2>{title}</h2>
      <p>{text}</p>
    </section>
  )
}

export function NeedsDays({ have, need }: { have: number; need: number }) {
  const words = useForecastWords()
  const days = Math.floor(have)
  return (
    <section class="panel part needs-days" aria-label={words.text('needsDaysBar')}>
      <p>{words.text('needsDays', { need, have: days })}</p>
      <progress max={need} value={days} aria-label={words.text('needsDaysBar')} />
    </section>
  )
}
