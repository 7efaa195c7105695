/** Losses by cause, as bars with text; and by day, as a calendar of cells that filter. */
import type { LossReport } from '@baykeeper/contract/losses.ts'
import { causeKeys, causeName, sumWords } from './cause-words.ts'
import { heatOf, type LossDay } from './losses.ts'
import { type PipelineWords, usePipelineWords } from './pipeline-words.ts'

export function CauseBars({ totals }: { totals: LossReport['totals'] }) {
  const words = usePipelineWords()
  const lost = totals
    .filter(({ frames, uncounted }) => frames > 0 || uncounted > 0)
    .sort((a, b) => b.frames - a.frames || b.uncounted - a.uncounted)
  const most = Math.max(1, ...lost.map(({ frames }) => frames))
  return (
    <ol class="bars">
      {lost.map((total) => (
        <li key={total.cause}>
          <div class="bar-head">
            <h3>{causeName(words, total.cause)}</h3>
            <b>{sumWords(words, { ...total, causes: [total.cause] })}</b>
          </div>
          <div class="bar" aria-hidden="true">
            {total.frames > 0 && <i style={{ width: `${Math.max(0.5, (total.frames / most) * 100)}%` }} />}
            {total.uncounted > 0 && <i class="uncounted" />}
          </div>
          <p>{words.text(causeKeys[total.cause].text)}</p>
          <p class="quiet">
            {words.text('prevents')}: {words.text(causeKeys[total.cause].help)}
          </p>
        </li>
      ))}
    </ol>
  )
}

/** As short as a cell: "12", "12+?", "1.2M", "?". The exact number stands in the title. */
const cellWord = (words: PipelineWords, { frames, uncounted }: LossDay) =>
  (frames > 0 ? words.compact(frames) : '') + (uncounted > 0 ? (frames > 0 ? '+?' : '?') : '')

interface HeatProps {
  readonly days: readonly LossDay[]
  readonly chosen: string | undefined
  choose(day: string | undefined): void
}

export function HeatStrip({ days, chosen, choose }: HeatProps) {
  const words = usePipelineWords()
  const most = Math.max(...days.map(({ frames }) => frames))
  const isNone = ({ frames, uncounted }: LossDay) => frames === 0 && uncounted === 0
  const meaning = (each: LossDay) =>
    each.hasData ? (isNone(each) ? words.text('heatNone') : sumWords(words, each)) : words.text('heatNoData')
  return (
    <>
      <ol class="heat" aria-label={words.text('heatLabel')}>
        {days.map((each) => (
          <li key={each.day}>
            <button
              type="button"
              class={each.hasData ? `heat-${heatOf(each, most)} ${each.uncounted > 0 ? 'uncounted' : ''}` : 'no-data'}
              aria-pressed={chosen === each.day}
              title={meaning(each)}
              onClick={() => choose(chosen === each.day ? undefined : each.day)}
            >
              <span>{words.day(each.day)}</span>
              <b aria-hidden="true">{each.hasData ? (isNone(each) ? '' : cellWord(words, each)) : '–'}</b>
              <span class="unseen">{meaning(each)}</span>
            </button>
          </li>
        ))}
      </ol>
      <p class="heat-key quiet">
        {words.text('heatMeaning')}: {words.text('heatLess')}
        {([1, 2, 3, 4] as const).map((level) => (
          <i key={level} class={`heat-${level}`} aria-hidden="true" />
        ))}
        {words.text('heatMore')} · <i class="heat-1 uncounted" aria-hidden="true" /> {words.text('heatUncounted')} (?) ·{' '}
        <i class="no-data" aria-hidden="true" /> {words.text('heatNoData')} (–)
      </p>
    </>
  )
}
