/** "Will there be space at 18:30?": a lot, a time and how many bays; answered in text, in chances of twenty, and in numbers. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { LotForecast } from '@baykeeper/contract/forecast-pages.ts'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import { chancesIn20, chancesOf, chanceWord } from './chances.ts'
import { expertsWords } from './expert-words.ts'
import { type ForecastWords, useForecastWords } from './forecast-words.ts'
import { LeadError } from './lead-error.tsx'
import { freeOf, level, type Outlook, peakOf } from './lots-ahead.ts'
import { reasonWords } from './reason-words.ts'
import { clockAt, daysAhead, hourMs, nextAt, quarterMs, roundUp } from './site-clock.ts'
import { Why } from './why.tsx'

const pollMs = 60_000
const quicks = [
  ['quick30', 30],
  ['quick60', 60],
  ['quick180', 180],
] as const
const peakMs = 12 * hourMs
/** Below so many of twenty another lot is worth a word, if it is better. */
const goodChances = 15

export interface Question {
  readonly site: string
  readonly lot: LotForecast
  readonly at: number
  readonly k: number
}

interface AskPanelProps {
  readonly question: Question
  readonly outlook: Outlook
  readonly now: number
  readonly picks: readonly { readonly key: string; readonly name: string }[]
  readonly picked: string
  /** Grows with each forecast issued, so that the answer is requested again. */
  readonly again: number
  /** The requested time, when it is in the past. */
  readonly past: number | undefined
  /** The forecast itself is not current. */
  readonly old: boolean
  pick(key: string): void
  ask(change: { readonly at?: number; readonly k?: number }): void
}

export function AskPanel({ question, outlook, now, picks, picked, again, past, old, pick, ask }: AskPanelProps) {
  const words = useForecastWords()
  const { zone } = useDesk()
  const { at, k } = question
  const time = (when: number) => words.minute(when, zone.value)
  const peak = peakOf(outlook, now + hourMs, now + peakMs)
  return (
    <section class={`panel part ask ${old ? 'stale' : ''}`} aria-label={words.text('ask')}>
      <div class="ask-form">
        <h2>{words.text('ask')}</h2>
        <div class="ask-fields">
          <label>
            <span>{words.text('askLot')}</span>
            <select value={picked} onChange={(event) => pick(event.currentTarget.value)}>
              {picks.map(({ key, name }) => (
                <option key={key} value={key}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{words.text('askAt')}</span>
            <input
              type="time"
              step={900}
              title={words.text('askAtHelp')}
              value={clockAt(at, zone.value)}
              onChange={(event) => {
                const next = nextAt(event.currentTarget.value, now, zone.value)
                if (next !== undefined) ask({ at: next })
              }}
            />
          </label>
          <label>
            <span>{words.text('askK')}</span>
            <input
              type="number"
              class="ask-k"
              min={1}
              max={question.lot.capacity}
              value={k}
              onChange={(event) => {
                const next = Math.round(Number(event.currentTarget.value))
                if (next >= 1) ask({ k: Math.min(next, Math.max(1, question.lot.capacity)) })
              }}
            />
          </label>
        </div>
        <fieldset class="quicks" aria-label={words.text('quicks')}>
          {quicks.map(([name, minutes]) => (
            <button key={name} type="button" onClick={() => ask({ at: roundUp(now + minutes * 60_000, quarterMs) })}>
              {words.text(name)}
            </button>
          ))}
          {peak && (
            <button type="button" onClick={() => ask({ at: peak.at })}>
              {words.text('quickPeak', { time: time(peak.at) })}
            </button>
          )}
        </fieldset>
      </div>
      <div class="answer" role="status">
        {past !== undefined && <p class="quiet">{words.text('askPast', { time: time(past), instead: time(at) })}</p>}
        <Answer key={`${question.site} ${question.lot.id}`} question={question} again={again} />
      </div>
    </section>
  )
}

function Answer({ question, again }: { question: Question; again: number }) {
  const words = useForecastWords()
  const { zone, now } = useDesk()
  const { site, lot, at, k } = question
  const query = { at: new Date(at).toISOString(), free_at_least: k }
  const request = requestOf('GET /api/v1/sites/{id}/forecast', { params: { id: site }, query })
  const answer = useFetched(request, pollMs, again).value
  const day = ({ 0: 'answerToday', 1: 'answerTomorrow' } as const)[daysAhead(at, now.value, zone.value)] ?? 'answerAt'
  const head = <p class="answer-head">{words.text(day, { lot: lot.name, time: words.minute(at, zone.value) })}</p>
  if (!answer.value)
    return (
      <>
        {head}
        <p class="quiet">{words.text(answer.failed ? 'failedNothing' : 'asking')}</p>
      </>
    )
  const chances = answer.value.lots.flatMap((each) => {
    const point = each.points.find((one) => Date.parse(one.at) === at)
    const p = point?.p_free.find((one) => one.k === k)?.p
    return point ? [{ lot: each, point, p }] : []
  })
  const own = chances.find((each) => each.lot.id === lot.id)
  const point = own?.point
  if (!point?.rate || own?.p === undefined)
    return (
      <>
        {head}
        <p class="answer-none">
          {point?.served === 'withheld'
            ? words.text('answerWithheld', { why: reasonWords(words, point.why, zone.value).text })
            : words.text('answerMissing')}
        </p>
      </>
    )
  const { p } = own
  const n = chancesIn20(p)
  const free = (place: number) => words.number(point.free?.[place] ?? freeOf(lot.capacity, point.rate?.[place] ?? 0))
  const better = chances
    .filter((each) => each.lot.id !== lot.id && each.lot.id !== site && chancesIn20(each.p ?? 0) > n)
    .sort((a, b) => (b.p ?? 0) - (a.p ?? 0))[0]
  return (
    <>
      {head}
      <p class="answer-word">
        <b>{words.text(chanceWord(p))}</b>
        <Dots n={n} />
      </p>
      <p>
        {words.text('chances', { n, bays: words.count('atLeastBays', k) })}{' '}
        <span class="quiet">({percentWord(words, p)})</span>
      </p>
      <p>
        {words.text('aboutFree', {
          low: free(level.high80),
          high: free(level.low80),
          median: free(level.median),
          capacity: lot.capacity,
          percent: words.percent(point.rate[level.median] ?? 0),
        })}{' '}
        <span class="quiet">
          {point.experts && <>{words.text('mixedFrom', { experts: expertsWords(words, point.experts) })}: </>}
          <Why why={point.why} />
        </span>
      </p>
      <LeadError site={site} lot={lot.id} minutes={point.minutes} />
      {n < goodChances && better && (
        <p class="better">{words.text('better', { lot: better.lot.name, n: chancesIn20(better.p ?? 0) })}</p>
      )}
    </>
  )
}

/** A probability that rounds to 0 or 100 % is shown as a bound, because nothing is certain. */
function percentWord(words: ForecastWords, p: number): string {
  if (p > 0.99) return words.text('percentOver', { percent: words.percent(0.99) })
  if (p < 0.01) return words.text('percentUnder', { percent: words.percent(0.01) })
  return words.text('percentExact', { percent: words.percent(p) })
}

/** Chances as twenty dots: counted at a glance. */
const Dots = ({ n }: { n: number }) => (
  <svg class="dots" viewBox="0 0 140 28" width="140" height="28" aria-hidden="true">
    {Array.from({ length: chancesOf }, (_, k) => (
      <circle key={k} class={k < n ? 'yes' : 'no'} cx={7 + (k % 10) * 14} cy={7 + Math.floor(k / 10) * 14} r="4.5" />
    ))}
  </svg>
)
