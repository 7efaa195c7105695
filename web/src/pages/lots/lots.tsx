/** Lots: how full each is now; and one lot whole: now, its day, what is expected, counts, signs and alerts. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { OccupancyCounts, SiteSummary } from '@baykeeper/contract/live.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { may, useDesk } from '../../shell/desk.ts'
import { isOldForecast, useForecasts } from '../../shell/forecasts.ts'
import { routes } from '../../shell/route.ts'
import { useDevicesWords } from '../devices/devices-words.ts'
import { aheadAt, freeOf, level, type Outlook, wholeOf } from '../forecast/lots-ahead.ts'
import { CountZones, useCountZones } from '../live/count-zones.tsx'
import { DayChart } from '../live/day-chart.tsx'
import { LazyPart } from '../live/lazy-part.tsx'
import { Panel } from '../live/panel.tsx'
import { StateBar } from '../live/state-bar.tsx'
import { typeName } from '../live/table-twin.tsx'
import { isPartial, lotsThen } from './lots-then.ts'
import './lots.css'

const pollMs = 5_000
const signsMs = 10_000
const hourMs = 3_600_000
const hoursAhead = [0.25, 0.5, 1, 2, 3, 6] as const

export function LotsPage() {
  const { place } = useDesk()
  const id = place.value.item
  return id === undefined ? <AllLots /> : <OneLot key={id} id={id} />
}

const hrefOf = (id: string) => `${routes.lots}/${encodeURIComponent(id)}`
const countsOf = (of: OccupancyCounts) => bayStates.map((state) => of[state])
const known = ({ free, occupied, reserved }: OccupancyCounts) => free + occupied + reserved
const rateOf = (of: OccupancyCounts) => (known(of) === 0 ? undefined : (of.occupied + of.reserved) / known(of))

/** Lots now, or at the moment of the address; undefined while that is read. */
function useLots(): readonly SiteSummary[] | undefined {
  const { sites, moment, past } = useDesk()
  if (moment.value === undefined) return sites.value
  return past.value && lotsThen(past.value.state, sites.value)
}

function AllLots() {
  const desk = useDesk()
  const { words } = useDevicesWords()
  const forecasts = useForecasts()
  const { now, staleSince, kpi, moment, past } = desk
  const shown = useLots()
  const isWhole = ({ id }: SiteSummary) => moment.value === undefined || !isPartial(past.value?.state, id)
  const lots = [...(shown ?? [])].sort((a, b) => (rateOf(b.occupancy) ?? -1) - (rateOf(a.occupancy) ?? -1))
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('lots')}</h1>
          <p class="quiet">{words.text('lotsLead')}</p>
        </div>
      </header>
      <section class={`panel part ${staleSince.value === undefined ? '' : 'stale'}`} aria-label={words.text('lots')}>
        {shown?.length === 0 && kpi.value && <p>{words.text('lotNone')}</p>}
        {lots.length > 0 && (
          <Table
            label={words.text('lots')}
            rows={lots}
            keyOf={({ id }) => id}
            columns={[
              {
                name: words.text('lots'),
                cell: (lot) => (
                  <a href={hrefOf(lot.id)}>
                    <bdi>{lot.name}</bdi>
                  </a>
                ),
              },
              {
                name: words.text('free'),
                figure: true,
                cell: (lot) => (isWhole(lot) ? words.number(lot.occupancy.free) : '–'),
              },
              {
                name: words.text('capacity'),
                figure: true,
                cell: (lot) => (isWhole(lot) ? words.number(lot.occupancy.capacity) : '–'),
              },
              {
                name: words.text('taken'),
                figure: true,
                cell: (lot) => (isWhole(lot) ? percent(words, rateOf(lot.occupancy)) : '–'),
              },
              {
                name: '',
                class: 'wide-only lot-bar',
                cell: (lot) => isWhole(lot) && <StateBar counts={countsOf(lot.occupancy)} />,
              },
              {
                name: words.text('nextHour'),
                figure: true,
                cell: (lot) =>
                  moment.value === undefined
                    ? aheadText(words, outlookOf(forecasts.get(lot.id)?.value, lot), now.value + hourMs)
                    : '–',
              },
              {
                name: words.text('lastWord'),
                class: 'wide-only',
                cell: ({ updated }) =>
                  moment.value !== undefined
                    ? '–'
                    : updated === null
                      ? words.text('neverUpdated')
                      : words.ago(now.value - Date.parse(updated)),
              },
            ]}
          />
        )}
      </section>
    </>
  )
}

type DevicesPageWords = ReturnType<typeof useDevicesWords>['words']

const percent = (words: DevicesPageWords, share: number | undefined) =>
  share === undefined ? '–' : words.percent(share)

function outlookOf(forecast: Parameters<typeof wholeOf>[0] | undefined, { occupancy }: SiteSummary) {
  if (!forecast || forecast.issued === null || forecast.state === 'off') return undefined
  return wholeOf(forecast, occupancy.capacity)
}

function aheadText(words: DevicesPageWords, outlook: Outlook | undefined, at: number): string {
  const rate = outlook && aheadAt(outlook, at)?.rate
  return rate ? words.number(freeOf(outlook.capacity, rate[level.median] as number)) : '–'
}

const fetchAlerts = () => import('./lot-alerts.tsx')

function OneLot({ id }: { id: string }) {
  const desk = useDesk()
  const { words } = useDevicesWords()
  const recounted = useSignal(0)
  const zones = useCountZones(recounted.value).filter(({ site }) => site === id)
  const lot = useLots()?.find((each) => each.id === id)
  if (!lot) return <MissingLot />
  if (desk.moment.value !== undefined) return <LotThen lot={lot} />
  return (
    <>
      <header class="page-head">
        <div>
          <p class="quiet">
            <a href={routes.lots}>{words.text('lots')}</a> /
          </p>
          <h1>
            <bdi>{lot.name}</bdi>
          </h1>
        </div>
        <p class="ways">
          <a class="button" href={`${routes.live}?site=${encodeURIComponent(id)}`}>
            {words.text('showOnPlan')}
          </a>
          {may(desk, 'layout') && (
            <a class="button" href={`${routes.layout}?site=${encodeURIComponent(id)}`}>
              {words.text('editLayout')}
            </a>
          )}
        </p>
      </header>
      <div class="pair">
        <Now lot={lot} />
        <section class="panel part" aria-label={words.text('today')}>
          <h2>{words.text('today')}</h2>
          <DayChart site={id} name={lot.name} />
        </section>
        <Ahead lot={lot} />
        <LotSigns site={id} />
      </div>
      {zones.length > 0 && (
        <section class="panel part" aria-label={words.text('countZones')}>
          <h2>{words.text('countZones')}</h2>
          <CountZones of={zones} changed={() => recounted.value++} />
        </section>
      )}
      <LazyPart wanted={desk.alertCounts.value !== undefined} fetch={fetchAlerts} />
    </>
  )
}

/** What is kept of a past moment: states of its bays, and the day before it. */
function LotThen({ lot }: { lot: SiteSummary }) {
  const { words } = useDevicesWords()
  const { past } = useDesk()
  return (
    <>
      <header class="page-head">
        <div>
          <p class="quiet">
            <a href={routes.lots}>{words.text('lots')}</a> /
          </p>
          <h1>
            <bdi>{lot.name}</bdi>
          </h1>
        </div>
      </header>
      <div class="pair">
        <section class="panel part" aria-label={words.text('state')}>
          <h2>{words.text('state')}</h2>
          {isPartial(past.value?.state, lot.id) && <p class="banner warn">{words.text('thenCounted')}</p>}
          <Counts lot={lot} types={[]} />
        </section>
        <section class="panel part" aria-label={words.text('today')}>
          <DayChart site={lot.id} name={lot.name} {...(past.value ? { to: past.value.at } : {})} />
        </section>
      </div>
    </>
  )
}

function MissingLot() {
  const { kpi, moment, past } = useDesk()
  const { words } = useDevicesWords()
  const isKnown = moment.value === undefined ? kpi.value !== undefined : past.value !== undefined
  const missing = moment.value === undefined ? 'noSuchLot' : 'thenMissing'
  return (
    <>
      <h1>{words.text('lots')}</h1>
      <p class={isKnown ? 'banner warn' : 'quiet'}>{words.text(isKnown ? missing : 'loading')}</p>
    </>
  )
}

function Now({ lot }: { lot: SiteSummary }) {
  const { words } = useDevicesWords()
  const found = useFetched(requestOf('GET /api/v1/sites/{id}/occupancy', { params: { id: lot.id } }), pollMs).value
  return (
    <Panel title={words.text('freeNow')} of={found} freshMs={pollMs * 3}>
      <Counts lot={lot} types={found.value?.types ?? []} />
    </Panel>
  )
}

interface CountsProps {
  readonly lot: SiteSummary
  readonly types: readonly { readonly type: string; readonly occupancy: OccupancyCounts }[]
}

function Counts({ lot, types }: CountsProps) {
  const { now } = useDesk()
  const { words } = useDevicesWords()
  const { occupancy, levels, updated } = lot
  const rows = [
    ...levels.map((one) => ({ key: `level ${one.id}`, name: one.name, of: one.occupancy })),
    ...(types.length > 1
      ? types.map(({ type, occupancy: of }) => ({ key: type as string, name: typeName(words, type), of }))
      : []),
  ]
  return (
    <>
      <p class="lot-now">
        <b>{words.number(occupancy.free)}</b> {words.text('freeOf', { n: occupancy.capacity })}
      </p>
      <StateBar
        counts={countsOf(occupancy)}
        label={words.text('lotOccupancy', { name: lot.name, percent: percent(words, rateOf(occupancy)) })}
      />
      <p class="quiet">
        {bayStates.map((state) => `${words.text(state)} ${words.number(occupancy[state])}`).join(' · ')}
        {updated !== null && ` · ${words.text('updated', { age: words.ago(now.value - Date.parse(updated)) })}`}
      </p>
      <Table
        label={words.text(types.length > 1 ? 'byType' : 'byLevel')}
        rows={rows}
        keyOf={({ key }) => key}
        columns={[
          { name: words.text('level'), cell: ({ name }) => <bdi>{name}</bdi> },
          { name: words.text('free'), figure: true, cell: ({ of }) => words.number(of.free) },
          { name: words.text('known'), figure: true, cell: ({ of }) => words.number(known(of)) },
          { name: words.text('capacity'), figure: true, cell: ({ of }) => words.number(of.capacity) },
        ]}
      />
    </>
  )
}

function Ahead({ lot }: { lot: SiteSummary }) {
  const { now, zone } = useDesk()
  const { words } = useDevicesWords()
  const of = useForecasts(lot.id).get(lot.id)
  const outlook = outlookOf(of?.value, lot)
  const rows = hoursAhead.flatMap((hours) => {
    const at = now.value + hours * hourMs
    const rate = outlook && aheadAt(outlook, at)?.rate
    return rate ? [{ hours, at, rate, capacity: outlook.capacity }] : []
  })
  return (
    <Panel
      title={words.text('forecast')}
      of={of ?? { value: undefined, failed: false }}
      freshMs={hourMs}
      isOld={of !== undefined && isOldForecast(of, now.value)}
    >
      {of && rows.length === 0 && <p class="quiet">{words.text('aheadNone')}</p>}
      {rows.length > 0 && (
        <Table
          label={words.text('forecast')}
          rows={rows}
          keyOf={({ hours }) => String(hours)}
          columns={[
            { name: words.text('time'), cell: ({ at }) => words.minute(at, lot.zone ?? zone.value) },
            {
              name: words.text('median'),
              figure: true,
              cell: ({ rate, capacity }) => words.number(freeOf(capacity, rate[level.median] as number)),
            },
            {
              name: words.text('range'),
              figure: true,
              cell: ({ rate, capacity }) =>
                words.text('aheadRange', {
                  low: words.number(freeOf(capacity, rate[level.high80] as number)),
                  high: words.number(freeOf(capacity, rate[level.low80] as number)),
                  n: capacity,
                }),
            },
          ]}
        />
      )}
      <p>
        <a href={`${routes.forecast}?site=${encodeURIComponent(lot.id)}`}>{words.text('forecast')}</a>
      </p>
    </Panel>
  )
}

function LotSigns({ site }: { site: string }) {
  const { words } = useDevicesWords()
  const found = useFetched(requestOf('GET /api/v1/signs'), signsMs).value
  const own = found.value?.items.filter(({ places }) => places.length === 0 || places.some((one) => one.site === site))
  return (
    <Panel title={words.text('signsHere')} of={found} freshMs={signsMs * 3}>
      {own?.length === 0 && <p class="quiet">{words.text('signsNone')}</p>}
      {own && own.length > 0 && (
        <ul class="lot-signs">
          {own.map(({ id, name, text }) => (
            <li key={id}>
              <a href={routes.signs}>
                <bdi>{name}</bdi>
              </a>
              <b>{text || '—'}</b>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
