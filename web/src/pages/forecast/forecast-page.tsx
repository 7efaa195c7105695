/**
 * The Forecast page: expected free bays, their uncertainty, and the accuracy so far. Without a forecast it shows the reason; a
 * forecast that is old is grey and dated, never shown as current.
 */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { LotForecast, SiteForecast } from '@baykeeper/contract/forecast-pages.ts'
import { useComputed } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { type Desk, go, useDesk } from '../../shell/desk.ts'
import { forecastSitesMax, isOldForecast, useForecasts } from '../../shell/forecasts.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { type Ask, readAsk, writeAsk } from './ask-address.ts'
import { AskPanel } from './ask-panel.tsx'
import { FanPanel } from './fan-panel.tsx'
import { ForecastNote, NeedsDays } from './forecast-notes.tsx'
import { useForecastWords, withForecastWords } from './forecast-words.ts'
import { LotMultiples, type LotPick } from './lot-multiples.tsx'
import { outlookOf } from './lots-ahead.ts'
import { QualityPanel } from './quality-panel.tsx'
import { hourMs, nextAt, quarterMs, roundUp } from './site-clock.ts'
import { TrainingPanel } from './training-panel.tsx'
import './forecast.css'

export const load = (desk: Desk) => withForecastWords(desk, ForecastPage)

const qualityMs = 60_000
/** Redraw interval of the pictures; ages in text update on their own timer. */
const moveMs = 15_000
const thumbMs = { back: 6 * hourMs, ahead: 12 * hourMs }
/** Enough to be worth driving to; the reader may ask for another number. */
const kUsual = 5
const modelDays = 14

function ForecastPage() {
  const words = useForecastWords()
  const desk = useDesk()
  const { sites, place, zone } = desk
  const now = useComputed(() => Math.floor(desk.now.value / moveMs) * moveMs).value
  const asked = readAsk(place.value.search, (text) => nextAt(text, now, zone.value))
  const many = sites.value.length > forecastSitesMax
  const first = sites.value[0]?.id
  const forecasts = useForecasts(many ? (asked.site ?? first) : undefined)
  const site =
    asked.site ?? [...forecasts].find(([, { value }]) => value?.lots.some(({ id }) => id === asked.lot))?.[0] ?? first
  const mine = site === undefined ? undefined : forecasts.get(site)
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('forecast')}</h1>
          <p class="quiet">{words.text('lead')}</p>
        </div>
        {many && <SitePick site={site} />}
      </header>
      <Notes mine={mine} />
      {site !== undefined && mine?.value && <SitePart key={site} site={site} mine={mine} asked={asked} now={now} />}
    </>
  )
}

/** More sites than are fetched at once: one is picked. */
function SitePick({ site }: { site: string | undefined }) {
  const words = useForecastWords()
  const desk = useDesk()
  return (
    <select
      aria-label={words.text('lots')}
      value={site}
      onChange={(event) => go(desk, routes.forecast + writeAsk('', { site: event.currentTarget.value }))}
    >
      {desk.sites.value.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  )
}

/** Why there is nothing, or why it is not current. */
function Notes({ mine }: { mine: Fetched<SiteForecast> | undefined }) {
  const words = useForecastWords()
  const { city, link, zone, now } = useDesk()
  if (!mine) {
    if (city.value?.floor.size === 0) return <p class="panel part quiet">{words.text('noLots')}</p>
    return link.value.downSince === undefined ? <p class="quiet">{words.text('loading')} …</p> : null
  }
  const { value } = mine
  if (mine.status === 404) return <ForecastNote title={words.text('noneTitle')} text={words.text('noneText')} />
  if (!value)
    return (
      <Panel title={words.text('forecast')} of={mine} freshMs={qualityMs}>
        {null}
      </Panel>
    )
  if (value.state === 'off') return <ForecastNote title={words.text('offTitle')} text={words.text('offText')} />
  if (value.state === 'starting' || value.issued === null)
    return <ForecastNote title={words.text('startingTitle')} text={words.text('startingText')} busy />
  if (!isOldForecast(mine, now.value)) return null
  return (
    <p class="banner warn" role="status">
      {words.text('staleText', { time: words.minute(Date.parse(value.issued), zone.value) })}
    </p>
  )
}

interface SitePartProps {
  readonly site: string
  readonly mine: Fetched<SiteForecast>
  readonly asked: Ask
  readonly now: number
}

function SitePart({ site, mine, asked, now }: SitePartProps) {
  const words = useForecastWords()
  const desk = useDesk()
  const { search } = desk.place.value
  const request = requestOf('GET /api/v1/sites/{id}/forecast/quality', { params: { id: site } })
  const quality = useFetched(request, qualityMs).value
  const old = isOldForecast(mine, desk.now.value) || mine.value?.state === 'off'
  const picks = usePicks(desk, now)
  const lots = mine.value?.lots ?? []
  const lot = lots.find(({ id }) => id === asked.lot) ?? lots.find(({ id }) => id === site) ?? lots[0]
  if (!lot || !mine.value)
    return mine.value?.state === 'fresh' ? <p class="panel part quiet">{words.text('noLotsOf')}</p> : <TrainingPanel />
  const key = keyOf(site, lot)
  const pick = picks.find((each) => each.key === key)
  const outlook = pick?.outlook ?? outlookOf(lot)
  const past = asked.at !== undefined && asked.at <= now ? asked.at : undefined
  const at = asked.at === undefined || past !== undefined ? roundUp(now + hourMs, quarterMs) : asked.at
  const k = Math.min(asked.k ?? kUsual, Math.max(1, lot.capacity))
  const change = (next: Partial<Ask>) =>
    go(desk, routes.forecast + writeAsk(search, { site, lot: lot.id, ...(past === undefined ? asked : {}), ...next }), {
      replace: true,
    })
  return (
    <>
      {lot.history_days < modelDays && <NeedsDays have={lot.history_days} need={modelDays} />}
      {outlook.ahead.length > 0 && (
        <AskPanel
          question={{ site, lot, at, k }}
          outlook={outlook}
          now={now}
          picks={picks}
          picked={key}
          again={Date.parse(mine.value.issued ?? '') || 0}
          past={past}
          old={old}
          pick={(next) => {
            const found = picks.find((each) => each.key === next)
            if (found) change({ site: found.site, lot: found.lot })
          }}
          ask={change}
        />
      )}
      <div class="forecast-grid">
        {(outlook.ahead.length > 0 || outlook.observed.length > 0) && (
          <FanPanel
            forecast={mine}
            lot={lot}
            outlook={outlook}
            now={now}
            at={at}
            old={old}
            choose={(next) => next > now && change({ at: next })}
          />
        )}
        <QualityPanel quality={quality} lot={lot.id} />
        {picks.length > 1 && picks.some((each) => each.outlook.ahead.length > 0) && (
          <LotMultiples
            picks={picks}
            picked={key}
            at={at}
            now={now}
            from={now - thumbMs.back}
            to={now + thumbMs.ahead}
          />
        )}
        <TrainingPanel />
      </div>
    </>
  )
}

const keyOf = (site: string, lot: Pick<LotForecast, 'id'>) => `${site}/${lot.id}`

/** Every lot of every site that is known, under its own name. */
function usePicks(desk: Desk, now: number): readonly LotPick[] {
  const forecasts = desk.forecasts.value
  const sites = desk.sites.value
  const { search } = desk.place.value
  // The list of sites changes with each car; only the names matter here.
  const named = sites.map(({ id, name }) => `${id}\n${name}`).join('\n')
  return useMemo(
    () =>
      sites.flatMap(({ id: site, name: siteName }) => {
        const of = forecasts.get(site)
        return (of?.value?.lots ?? []).map((lot): LotPick => {
          const isPlain = sites.length === 1 || lot.id === site || lot.name.startsWith(siteName)
          return {
            key: keyOf(site, lot),
            site,
            lot: lot.id,
            name: isPlain ? lot.name : `${siteName} · ${lot.name}`,
            outlook: outlookOf(lot),
            href: routes.forecast + writeAsk(search, { ...readAsk(search, () => undefined), site, lot: lot.id }),
            old: of !== undefined && isOldForecast(of, now),
          }
        })
      }),
    [forecasts, named, search, now],
  )
}
