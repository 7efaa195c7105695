/**
 * The fan: what was observed, and what is expected with its bands. By hand and by key a quarter of an hour can be looked at, and chosen as
 * the time that is asked about. Its words are those of a slider, so that ears get each value too.
 */
import { useSignal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { useDesk } from '../../shell/desk.ts'
import { FanMarks } from './fan-picture.tsx'
import { fanOf, hourTicks, scaleOf, stretchesOf } from './fan-shape.ts'
import { useForecastWords } from './forecast-words.ts'
import { aheadAt, level, type Outlook } from './lots-ahead.ts'
import { momentWords } from './moment-words.ts'
import { clockAt, hourMs, minuteOfDay, quarterMs, roundUp } from './site-clock.ts'
import { useWidth } from './use-width.ts'

interface FanChartProps {
  readonly name: string
  readonly outlook: Outlook
  readonly from: number
  readonly to: number
  readonly now: number
  readonly height: number
  /** With the 95 % band. */
  readonly wide?: boolean
  readonly chosen?: number
  choose?(at: number): void
}

const gridRates = [0, 0.25, 0.5, 0.75, 1]
const tickPx = 64
const edge = { left: 42, right: 14, top: 22, bottom: 24 }
const stripPx = 14
const hatchPx = 6
const pageSteps = 4

export function FanChart({ name, outlook, from, to, now, height, wide = false, chosen, choose }: FanChartProps) {
  const words = useForecastWords()
  const zone = useDesk().zone.value
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box, 640)
  /** Quarter of an hour that is looked at. */
  const looked = useSignal<number | undefined>(undefined)
  const begin = roundUp(from, quarterMs)
  const steps = Math.floor((to - begin) / quarterMs)
  const fan = useMemo(() => fanOf(outlook), [outlook])
  const stretches = stretchesOf(fan).filter(({ served }) => served !== 'model')
  const bottom = height - edge.bottom - (stretches.length > 0 ? stripPx : 0)
  const frame = { left: edge.left, right: width - edge.right, top: edge.top, bottom }
  const scale = scaleOf(frame, from, to)
  const within = (at: number) => Math.min(to, Math.max(from, at))
  const marked = looked.value ?? chosen
  const at = marked ?? roundUp(now + hourMs, quarterMs)
  const step = Math.min(steps, Math.max(0, Math.round((at - begin) / quarterMs)))
  const text = momentWords(words, { outlook, at, now, zone })

  const look = (next: number) => {
    looked.value = begin + Math.min(steps, Math.max(0, next)) * quarterMs
  }
  const atPointer = (event: PointerEvent | MouseEvent) => {
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    const share = (event.clientX - left - frame.left) / (frame.right - frame.left)
    return Math.round((from + share * (to - from) - begin) / quarterMs)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: step + 1,
      ArrowUp: step + 1,
      ArrowLeft: step - 1,
      ArrowDown: step - 1,
      PageUp: step + pageSteps,
      PageDown: step - pageSteps,
      Home: 0,
      End: steps,
    }
    const next = moves[event.key]
    if (next !== undefined) look(next)
    else if (event.key === 'Enter' && looked.value !== undefined) choose?.(looked.value)
    else if (event.key === 'Escape' && looked.value !== undefined) looked.value = undefined
    else return
    event.preventDefault()
  }

  return (
    <div class="fan">
      <p class="fan-read" aria-hidden="true">
        {text}
      </p>
      <div
        ref={box}
        class="fan-box"
        role="slider"
        tabIndex={0}
        aria-label={words.text('fanLabel', { lot: name, from: clockAt(from, zone), to: clockAt(to, zone) })}
        aria-keyshortcuts="T"
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={steps}
        aria-valuenow={step}
        aria-valuetext={text}
        onKeyDown={onKey}
        onBlur={() => {
          looked.value = undefined
        }}
        onPointerMove={(event) => look(atPointer(event))}
        onPointerLeave={() => {
          looked.value = undefined
        }}
        onClick={(event) => choose?.(begin + atPointer(event) * quarterMs)}
      >
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {gridRates.map((rate) => (
            <g key={rate}>
              <line class="fan-grid" x1={frame.left} x2={frame.right} y1={scale.y(rate)} y2={scale.y(rate)} />
              <text class="fan-tick" x={frame.left - 6} y={scale.y(rate) + 4} text-anchor="end">
                {words.percent(rate)}
              </text>
            </g>
          ))}
          {hourTicks(from, to, zone, Math.max(2, (frame.right - frame.left) / tickPx)).map((tick) => {
            const midnight = minuteOfDay(tick, zone) === 0
            return (
              <g key={tick}>
                <line
                  class={`fan-grid ${midnight ? 'midnight' : ''}`}
                  x1={scale.x(tick)}
                  x2={scale.x(tick)}
                  y1={frame.top}
                  y2={bottom}
                />
                <text
                  class={`fan-tick ${midnight ? 'midnight' : ''}`}
                  x={scale.x(tick)}
                  y={height - 7}
                  text-anchor={
                    scale.x(tick) > frame.right - 18 ? 'end' : scale.x(tick) < frame.left + 14 ? 'start' : 'middle'
                  }
                >
                  {midnight ? weekday(words.locale, tick, zone) : words.minute(tick, zone)}
                </text>
              </g>
            )
          })}
          <line class="fan-capacity" x1={frame.left} x2={frame.right} y1={scale.y(1)} y2={scale.y(1)} />
          <text class="fan-note" x={frame.left + 4} y={scale.y(1) - 6}>
            {words.text('full', { n: outlook.capacity })}
          </text>
          {stretches.map(({ served, from: start, to: end }) => {
            const [left, right] = [scale.x(within(start)), scale.x(within(end))]
            if (right - left < 1) return null
            return (
              <g key={`${served} ${start}`} class={`fan-stretch ${served}`}>
                {served === 'withheld' && (
                  <path
                    class="fan-hatch"
                    d={Array.from(
                      { length: Math.floor((right - left) / hatchPx) },
                      (_, k) => `M${(left + (k + 0.5) * hatchPx).toFixed(1)},${frame.top}V${bottom}`,
                    ).join('')}
                  />
                )}
                <rect x={left} y={bottom + 3} width={Math.max(2, right - left - 1)} height={stripPx - 3} />
                {right - left > 60 && (
                  <text class="fan-strip" x={(left + right) / 2} y={bottom + 12} text-anchor="middle">
                    {words.text(served)}
                  </text>
                )}
              </g>
            )
          })}
          <svg
            aria-hidden="true"
            x={frame.left}
            y={0}
            width={frame.right - frame.left}
            height={height}
            viewBox={`${frame.left} 0 ${frame.right - frame.left} ${height}`}
          >
            <FanMarks outlook={outlook} scale={scale} wide={wide} />
          </svg>
          {now > from && now < to && (
            <>
              <line class="fan-now" x1={scale.x(now)} x2={scale.x(now)} y1={frame.top - 8} y2={bottom} />
              <text class="fan-note" x={scale.x(now)} y={frame.top - 11} text-anchor="middle">
                {words.text('now')}
              </text>
            </>
          )}
          {marked !== undefined && marked >= from && marked <= to && (
            <Crosshair outlook={outlook} at={marked} x={scale.x(marked)} y={scale.y} top={frame.top} bottom={bottom} />
          )}
        </svg>
      </div>
    </div>
  )
}

interface CrosshairProps {
  readonly outlook: Outlook
  readonly at: number
  readonly x: number
  y(rate: number): number
  readonly top: number
  readonly bottom: number
}

/** At the instant that is looked at: the median or what was observed as a dot, the 80 % range as a bar. */
function Crosshair({ outlook, at, x, y, top, bottom }: CrosshairProps) {
  const rate = aheadAt(outlook, at)?.rate
  const seen = outlook.observed.find((point) => point.at === at)?.rate
  const dot = rate?.[level.median] ?? seen
  return (
    <g class="fan-cross">
      <line x1={x} x2={x} y1={top} y2={bottom} />
      {rate && (
        <path
          d={`M${x - 4},${y(rate[level.low80] ?? 0)}h8M${x},${y(rate[level.low80] ?? 0)}V${y(rate[level.high80] ?? 0)}M${x - 4},${y(rate[level.high80] ?? 0)}h8`}
        />
      )}
      {dot !== undefined && dot !== null && <circle cx={x} cy={y(dot)} r="4" />}
    </g>
  )
}

const weekday = (locale: string, at: number, zone: string | undefined) =>
  new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', ...(zone ? { timeZone: zone } : {}) }).format(at)
