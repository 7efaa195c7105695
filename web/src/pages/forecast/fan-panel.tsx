/** The fan of the chosen lot with its tools: how far ahead, the 95 % band, the table; and what is served, and why. */
import type { LotForecast, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Fetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import { forecastFreshMs } from '../../shell/forecasts.ts'
import { Icon } from '../../shell/icons.tsx'
import { Panel } from '../live/panel.tsx'
import { FanChart } from './fan-chart.tsx'
import { FanLegend } from './fan-legend.tsx'
import { FanTable } from './fan-table.tsx'
import { useForecastWords } from './forecast-words.ts'
import type { Outlook } from './lots-ahead.ts'
import { ServedReasons } from './served-reasons.tsx'
import { hourMs } from './site-clock.ts'
import { Switch } from './switch.tsx'

interface FanPanelProps {
  readonly forecast: Fetched<SiteForecast>
  readonly lot: LotForecast
  readonly outlook: Outlook
  readonly now: number
  readonly at: number
  readonly old: boolean
  choose(at: number): void
}

const backMs = 9 * hourMs
const spans = ['3', '9', '24'] as const
const heightPx = 320

export function FanPanel({ forecast, lot, outlook, now, at, old, choose }: FanPanelProps) {
  const words = useForecastWords()
  const { view, zone } = useDesk()
  const wide = useSignal(false)
  const picked = useSignal<(typeof spans)[number]>('9')
  const body = useRef<HTMLDivElement>(null)
  const first = useRef(true)
  const isTable = view.value === 'table'
  // The key that switches takes the focused element away: go on in what took its place.
  useEffect(() => {
    if (!first.current) body.current?.querySelector<HTMLElement>('.fan-box, .fan-twin')?.focus({ preventScroll: true })
    first.current = false
  }, [isTable])
  // The requested instant is always in the picture.
  const span = spans.find((each) => Number(each) >= Number(picked.value) && now + Number(each) * hourMs >= at) ?? '24'
  const to = now + Number(span) * hourMs
  const { value } = forecast
  const issued = value?.issued ? Date.parse(value.issued) : undefined
  return (
    <Panel
      title={words.text('fanOf', { lot: lot.name })}
      class="fan-panel"
      of={issued === undefined ? forecast : { ...forecast, at: issued }}
      freshMs={forecastFreshMs}
      isOld={old}
    >
      <div class="fan-tools">
        <Switch
          label={words.text('ahead')}
          value={span}
          options={spans.map((each) => [each, words.text('aheadHours', { n: each })] as const)}
          choose={(next) => {
            picked.value = next
          }}
        />
        <button
          type="button"
          class="tool"
          aria-pressed={wide.value}
          onClick={() => {
            wide.value = !wide.value
          }}
        >
          {words.text('band95')}
        </button>
        <button
          type="button"
          class="tool"
          aria-keyshortcuts="T"
          onClick={() => {
            view.value = isTable ? 'plan' : 'table'
          }}
        >
          <Icon name={isTable ? 'forecast' : 'table'} />
          <span>{words.text(isTable ? 'showChart' : 'table')}</span>
        </button>
      </div>
      <div ref={body}>
        {isTable ? (
          <FanTable name={lot.name} outlook={outlook} levels={value?.levels ?? []} to={to} now={now} />
        ) : (
          <FanChart
            name={lot.name}
            outlook={outlook}
            from={now - backMs}
            to={to}
            now={now}
            height={heightPx}
            wide={wide.value}
            chosen={at}
            choose={choose}
          />
        )}
      </div>
      {!isTable && <FanLegend wide={wide.value} baseline={outlook.ahead.some(({ served }) => served === 'baseline')} />}
      <ServedReasons outlook={outlook} />
      {value?.pipeline && (
        <p class="quiet">
          {words.text('restsOn', {
            time: words.clock(Date.parse(value.pipeline.as_of), zone.value),
            coverage: words.percent(value.pipeline.coverage),
            depth: value.pipeline.depth,
          })}
        </p>
      )}
    </Panel>
  )
}
