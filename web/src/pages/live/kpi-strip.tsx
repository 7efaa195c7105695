/** Key figures. An unknown figure shows a dash, never a zero; a stale one is grey with its time. */
import type { ComponentChildren } from 'preact'
import { code } from '../../bay-state.ts'
import { capacityOf, occupancyRate } from '../../live/tally.ts'
import { placesIn } from '../../plan/floor.ts'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { cityAhead } from '../../shell/forecasts.ts'
import { routes } from '../../shell/route.ts'
import { Spark } from '../../shell/spark.tsx'
import { aheadAt, level, medianOf, peakOf } from '../forecast/lots-ahead.ts'
import { hourMs, quarterMs, roundUp } from '../forecast/site-clock.ts'
import { StateBar } from './state-bar.tsx'

export function KpiStrip() {
  const desk = useDesk()
  return (
    <section class="kpis" aria-label={desk.words.text('keyFigures')}>
      <FreeTile />
      <OccupancyTile />
      <ForecastTile />
      <SensorsTile />
      <EventsTile />
      <LedgerTile />
    </section>
  )
}

interface TileProps {
  readonly label: string
  readonly value: ComponentChildren
  readonly detail: ComponentChildren
  readonly tone?: string
  readonly known: boolean
  /** Of figures that do not come with the others: when they are from, and whether they are old. */
  readonly own?: { readonly at: number; readonly old: boolean }
  readonly children?: ComponentChildren
}

function Tile({ label, value, detail, tone = '', known, own, children }: TileProps) {
  const { words, staleSince, zone, now, kpiAt } = useDesk()
  const stale = own ? (own.old ? own.at : undefined) : staleSince.value
  const age = stale === undefined ? ageWord(words, now.value - (own?.at ?? kpiAt.value)) : undefined
  return (
    <>
      <span class="tile-label">
        {label}
        {known && age && <small>{age}</small>}
      </span>
      <span class={`tile-value ${known ? tone : ''}`}>{known ? value : '–'}</span>
      <span class="tile-detail">
        {stale !== undefined && known ? words.text('asOf', { time: words.clock(stale, zone.value) }) : detail}
      </span>
      {children}
    </>
  )
}

/** Figures are a second old at most while they come; only more than that is worth a word. */
const ageWord = (words: Desk['words'], ms: number) => (ms > 2_500 ? words.ago(ms) : undefined)
const tileClass = (desk: Desk) => (desk.staleSince.value === undefined ? 'tile' : 'tile stale')

function FreeTile() {
  const desk = useDesk()
  const { words, counted, city, loaded } = desk
  counted.value
  const totals = city.value?.tally.totals
  const places = city.value ? placesIn(city.value.floor) : 0
  const unknown = totals?.[code.unknown] ?? 0
  return (
    <div class={tileClass(desk)}>
      <Tile
        label={words.text('freeNow')}
        known={loaded.value && places > 0}
        value={words.number(totals?.[code.free] ?? 0)}
        tone="free"
        detail={
          <>
            {totals ? words.text('ofBays', { n: capacityOf(totals) }) : words.text('notKnown')}
            {unknown > 0 && ` · ${words.text('ofKnown', { n: unknown })}`}
          </>
        }
      />
    </div>
  )
}

function OccupancyTile() {
  const desk = useDesk()
  const { words, counted, city, loaded } = desk
  counted.value
  const totals = city.value?.tally.totals
  const rate = totals && loaded.value ? occupancyRate(totals) : undefined
  const taken = totals ? (totals[code.occupied] ?? 0) + (totals[code.reserved] ?? 0) : 0
  return (
    <div class={tileClass(desk)}>
      <Tile
        label={words.text('occupancy')}
        known={rate !== undefined}
        value={words.percent(rate ?? 0, 1)}
        detail={
          rate === undefined
            ? words.text('noneKnown')
            : words.text('takenOf', { taken, known: taken + (totals?.[code.free] ?? 0) })
        }
      >
        {totals && rate !== undefined && <StateBar counts={totals} />}
      </Tile>
    </div>
  )
}

const peakWithinMs = 12 * hourMs
/** A peak that is hardly higher than the next hour is not worth naming. */
const peakMin = 0.02

/** At the next peak, or in an hour where none is ahead. Left out where nothing is forecast. */
function ForecastTile() {
  const desk = useDesk()
  const { words, now, zone } = desk
  const city = cityAhead(desk)
  if (!city) return null
  const soon = roundUp(now.value + hourMs, quarterMs)
  const peak = peakOf(city.outlook, soon, now.value + peakWithinMs)
  const hour = aheadAt(city.outlook, soon)
  const rises = peak && (medianOf(peak) ?? 0) > ((hour && medianOf(hour)) ?? 0) + peakMin
  const shown = rises ? peak : hour
  const rate = shown?.rate
  return (
    <a
      class={`tile ahead ${city.old ? 'stale' : ''}`}
      href={routes.forecast}
      title={city.sites > 1 ? words.text('rangeSafe') : undefined}
    >
      <Tile
        label={
          rises ? words.text('forecastAt', { time: words.minute(peak.at, zone.value) }) : words.text('forecastHour')
        }
        known={rate !== undefined && rate !== null}
        value={words.percent(rate?.[level.median] ?? 0)}
        own={{ at: city.issued, old: city.old }}
        detail={
          rate
            ? words.text('range80', {
                low: words.percent(rate[level.low80] ?? 0),
                high: words.percent(rate[level.high80] ?? 0),
              })
            : words.text('notKnown')
        }
      />
    </a>
  )
}

function SensorsTile() {
  const desk = useDesk()
  const { words, kpi } = desk
  const devices = kpi.value?.devices
  const silent = devices ? devices.seen - devices.reporting : 0
  return (
    <div class={tileClass(desk)}>
      <Tile
        label={words.text('sensorsReporting')}
        known={devices !== undefined && devices.seen > 0}
        value={devices && words.percent(devices.reporting / Math.max(1, devices.seen), silent === 0 ? 0 : 1)}
        detail={
          !devices || devices.seen === 0 ? (
            words.text(devices ? 'sensorsNone' : 'notKnown')
          ) : (
            <>
              {silent === 0 ? words.text('sensorsAll', { n: devices.seen }) : words.count('sensorsSilent', silent)}
              {devices.unassigned > 0 && ` · ${words.text('unassigned', { n: devices.unassigned })}`}
            </>
          )
        }
      />
    </div>
  )
}

function EventsTile() {
  const desk = useDesk()
  const { words, kpi, rates } = desk
  const rate = kpi.value?.events_per_second
  const p99 = kpi.value?.commit_ms_p99
  return (
    <div class={tileClass(desk)}>
      <Tile
        label={words.text('eventsIn')}
        known={rate !== undefined}
        value={
          <>
            {words.number(rate ?? 0, (rate ?? 0) < 10 ? 1 : 0)}
            <small>{words.text('perSecond')}</small>
          </>
        }
        detail={
          p99 === undefined
            ? words.text('notKnown')
            : words.text('commitP99', { ms: words.number(p99, p99 < 10 ? 1 : 0) })
        }
      >
        <Spark values={rates.value} from={0} />
      </Tile>
    </div>
  )
}

function LedgerTile() {
  const desk = useDesk()
  const { words, kpi, now } = desk
  const ledger = kpi.value?.ledger
  const off = ledger !== undefined && ledger.difference !== 0
  const detail = () => {
    if (!ledger) return words.text('notKnown')
    const checked = words.text('checked', { age: words.ago(now.value - Date.parse(ledger.checked)) })
    return `${off ? words.text('ledgerOff', { n: ledger.difference }) : words.text('balanced')} · ${checked}`
  }
  return (
    <div class={`${tileClass(desk)} wide`}>
      <button
        type="button"
        class="tile-button"
        aria-expanded={desk.drawer.value?.of === 'ledger'}
        onClick={() => {
          desk.drawer.value = desk.drawer.value?.of === 'ledger' ? undefined : { of: 'ledger' }
        }}
      >
        <Tile
          label={words.text('lossLedger')}
          known={ledger !== undefined}
          value={words.number(ledger?.difference ?? 0)}
          tone={off ? 'alert' : ''}
          detail={detail()}
        />
      </button>
      <a class="tile-link" href={routes.losses}>
        {words.text('whatLost')}
      </a>
    </div>
  )
}
