/** Every lot as a small fan, fullest first at the time that is asked about. */
import { useSignal } from '@preact/signals'
import { useDesk } from '../../shell/desk.ts'
import { FanMarks } from './fan-picture.tsx'
import { scaleOf } from './fan-shape.ts'
import { useForecastWords } from './forecast-words.ts'
import { aheadAt, byFullness, freeOf, level, type Outlook } from './lots-ahead.ts'

export interface LotPick {
  readonly key: string
  readonly site: string
  readonly lot: string
  readonly name: string
  readonly outlook: Outlook
  readonly href: string
  readonly old: boolean
}

interface MultiplesProps {
  readonly picks: readonly LotPick[]
  readonly picked: string
  readonly at: number
  readonly now: number
  readonly from: number
  readonly to: number
}

const width = 160
const height = 56
const frame = { left: 0, right: width, top: 3, bottom: height - 2 }
/** More of them only when they are wanted. */
const firstMany = 24

export function LotMultiples({ picks, picked, at, now, from, to }: MultiplesProps) {
  const words = useForecastWords()
  const { zone } = useDesk()
  const all = useSignal(false)
  const sorted = byFullness(picks, ({ outlook }) => outlook, at)
  const scale = scaleOf(frame, from, to)
  return (
    <section class="panel part" aria-label={words.text('multiples')}>
      <div class="part-head">
        <h2>{words.text('multiples')}</h2>
        <span class="quiet">{words.text('multiplesNote', { time: words.minute(at, zone.value) })}</span>
      </div>
      <ul class="multiples">
        {sorted.slice(0, all.value ? undefined : firstMany).map(({ key, name, outlook, href, old }) => {
          const ahead = aheadAt(outlook, at)
          const median = ahead?.rate?.[level.median]
          return (
            <li key={key}>
              <a href={href} class={old ? 'stale' : ''} {...(key === picked ? { 'aria-current': 'true' } : {})}>
                <span class="multiple-name">{name}</span>
                <b>{median === undefined ? '–' : words.percent(median)}</b>
                <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
                  <line class="fan-capacity" x1="0" x2={width} y1={scale.y(1)} y2={scale.y(1)} />
                  <line class="fan-grid" x1="0" x2={width} y1={scale.y(0)} y2={scale.y(0)} />
                  <FanMarks outlook={outlook} scale={scale} wide={false} />
                  <line class="fan-now" x1={scale.x(now)} x2={scale.x(now)} y1="0" y2={height} />
                  {at <= to && <line class="fan-at" x1={scale.x(at)} x2={scale.x(at)} y1="0" y2={height} />}
                </svg>
                <small>
                  {median === undefined
                    ? words.text(ahead?.served === 'withheld' ? 'withheld' : 'readBeyond', {
                        time: words.minute(at, zone.value),
                      })
                    : words.text('thumbFree', { n: words.number(freeOf(outlook.capacity, median)) })}
                </small>
                {ahead?.served === 'baseline' && <em>{words.text('baseline')}</em>}
              </a>
            </li>
          )
        })}
      </ul>
      {!all.value && sorted.length > firstMany && (
        <button
          type="button"
          onClick={() => {
            all.value = true
          }}
        >
          {words.text('showAll', { n: sorted.length })}
        </button>
      )}
    </section>
  )
}
