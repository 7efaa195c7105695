/** Reports: how full, how long, where to act. Place and period stand in the address; every table can be exported. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { shownNote } from '@baykeeper/contract/report-notes.ts'
import { reportComparisons } from '@baykeeper/contract/reports.ts'
import type { ReportAnswer } from '@baykeeper/contract/routes/reports.ts'
import { bayTypes } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { type Desk, go, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { Heatmap } from './heatmap.tsx'
import { dayAfter, type ReportPlace, readReportPlace, reportQuery, todayIn, withReportPlace } from './report-address.ts'
import { Busy, Days, Figures, Lengths, Overstays } from './report-parts.tsx'
import { useReportWords, withReportWords } from './report-words.ts'
import { SchedulesPanel } from './schedules-panel.tsx'
import './reports.css'

export const load = (desk: Desk) => withReportWords(desk, ReportsPage)

/** The past changes only by late readings. */
const pollMs = 15 * 60_000
const freshMs = 2 * pollMs

function ReportsPage() {
  const words = useReportWords()
  const desk = useDesk()
  const { search } = desk.place.value
  const siteZone = desk.sites.value.find(({ id }) => id === new URLSearchParams(search).get('site'))?.zone
  const today = todayIn(desk.moment.value ?? desk.now.value, siteZone ?? desk.zone.value)
  const place = readReportPlace(search, today)
  const again = useSignal(0)
  const request = requestOf('GET /api/v1/reports/{kind}', {
    params: { kind: 'summary' },
    query: reportQuery(place, desk.zone.value),
  })
  const report = useFetched(request, pollMs, again.value).value
  const choose = (change: Partial<ReportPlace>) =>
    go(desk, routes.reports + withReportPlace(search, { ...place, ...change }), { replace: true })
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('reports')}</h1>
          <p class="quiet">{words.text('reportLead')}</p>
        </div>
        <Export place={place} />
      </header>
      <Filter place={place} today={today} choose={choose} />
      {report.failed && !isRefused(report) && (
        <button type="button" onClick={() => again.value++}>
          {words.text('retry')}
        </button>
      )}
      {isRefused(report) ? <Refused status={report.status} isAhead={place.from >= today} /> : <Parts report={report} />}
      <SchedulesPanel place={place} />
    </>
  )
}

/** There is no report of such a place or period: to ask again changes nothing. */
const isRefused = ({ status }: Pick<Fetched<ReportAnswer>, 'status'>) => status === 400 || status === 404

/** `isAhead`: the period begins today or later. */
function Refused({ status, isAhead }: { status: number | undefined; isAhead: boolean }) {
  const words = useReportWords()
  const { sites } = useDesk()
  const place = sites.value.length === 0 ? 'noLots' : 'noSuchPlace'
  return (
    <section class="panel part" aria-label={words.text('keyFigures')}>
      <p>{words.text(status === 404 ? place : isAhead ? 'notBegun' : 'periodRefused')}</p>
    </section>
  )
}

/** A city without a name has one in the reader's language. */
const placeName = (place: string, words: ReturnType<typeof useReportWords>) =>
  place.replace(/^All sites(?= ·|$)/, words.text('allLots'))

function Parts({ report }: { report: Fetched<ReportAnswer> }) {
  const words = useReportWords()
  const { value } = report
  const panel = { of: report, freshMs }
  return (
    <>
      <Panel title={words.text('keyFigures')} {...panel} note={value && placeName(value.report.place, words)}>
        {value && (
          <>
            <Figures report={value} />
            {value.report.notes.map((note) => (
              <Note key={note} note={note} />
            ))}
          </>
        )}
      </Panel>
      {value && (
        <>
          <Panel title={words.text('heatmap')} {...panel} note={words.text('heatmapNote')}>
            <Heatmap report={value} />
          </Panel>
          <div class="pair">
            <Panel title={words.text('stayLength')} {...panel}>
              <Lengths report={value} />
            </Panel>
            <Panel title={words.text('busyTimes')} {...panel} note={words.text('busyNote')}>
              <Busy report={value} />
            </Panel>
          </div>
          <div class="pair">
            <Panel title={words.text('overstayPart')} {...panel} note={words.text('overstayNote')}>
              <Overstays report={value} />
            </Panel>
            <Panel title={words.text('dayTable')} {...panel}>
              <Days report={value} />
            </Panel>
          </div>
        </>
      )}
    </>
  )
}

/** One of another release stays in English. */
function Note({ note }: { note: string }) {
  const words = useReportWords()
  const { text, locale } = shownNote(note, words.locale === 'de' ? 'de' : 'en')
  return (
    <p class="quiet" {...(locale === words.locale ? {} : { lang: locale })}>
      {text}
    </p>
  )
}

interface FilterProps {
  readonly place: ReportPlace
  readonly today: string
  choose(change: Partial<ReportPlace>): void
}

function Filter({ place, today, choose }: FilterProps) {
  const words = useReportWords()
  const { sites } = useDesk()
  const bad = useSignal(false)
  const period = (from: string, last: string) => {
    bad.value = from > last
    if (from !== '' && last !== '' && from <= last) choose({ from, last })
  }
  const lastOfMonth = dayAfter(`${today.slice(0, 7)}-01`, -1)
  return (
    <search class="report-filter" aria-label={words.text('reportFilter')}>
      <label>
        <span>{words.text('lot')}</span>
        <select value={place.site ?? ''} onChange={(event) => choose({ site: event.currentTarget.value })}>
          <option value="">{words.text('allLots')}</option>
          {sites.value.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('bayType')}</span>
        <select
          value={place.type ?? ''}
          onChange={(event) => {
            choose({ type: bayTypes.find((each) => each === event.currentTarget.value) })
          }}
        >
          <option value="">{words.text('anyType')}</option>
          {bayTypes.map((type) => (
            <option key={type} value={type}>
              {words.text(`type_${type}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('fromDay')}</span>
        <input
          type="date"
          max={today}
          value={place.from}
          onChange={(event) => period(event.currentTarget.value, place.last)}
        />
      </label>
      <label>
        <span>{words.text('lastDay')}</span>
        <input
          type="date"
          max={today}
          value={place.last}
          onChange={(event) => period(place.from, event.currentTarget.value)}
        />
      </label>
      <label>
        <span>{words.text('compareWith')}</span>
        <select
          value={place.compare}
          onChange={(event) => {
            const compare = reportComparisons.find((each) => each === event.currentTarget.value)
            if (compare && compare !== 'other') choose({ compare })
          }}
        >
          {(['none', 'previous', 'year'] as const).map((compare) => (
            <option key={compare} value={compare}>
              {words.text(`compare_${compare}`)}
            </option>
          ))}
        </select>
      </label>
      <span class="report-quick">
        <button type="button" onClick={() => choose({ from: dayAfter(today, -7), last: dayAfter(today, -1) })}>
          {words.text('days7')}
        </button>
        <button type="button" onClick={() => choose({ from: dayAfter(today, -28), last: dayAfter(today, -1) })}>
          {words.text('days28')}
        </button>
        <button type="button" onClick={() => choose({ from: `${lastOfMonth.slice(0, 7)}-01`, last: lastOfMonth })}>
          {words.text('lastMonth')}
        </button>
      </span>
      {bad.value && <p role="alert">{words.text('badPeriod')}</p>}
    </search>
  )
}

const csvKinds = ['occupancy', 'turnover', 'overstays', 'quality', 'stays', 'occupancy-15min'] as const

const fileName = ({ site, from, last }: ReportPlace, kind: string, format: string) =>
  `${kind}-${site ?? 'all'}-${from}-${last}.${format}`

function Export({ place }: { place: ReportPlace }) {
  const words = useReportWords()
  const desk = useDesk()
  const { compare, ...query } = reportQuery(place, desk.zone.value)
  const locale = words.locale === 'de' ? 'de' : 'en'
  const workbook = requestOf('GET /api/v1/reports/{kind}', {
    params: { kind: 'summary' },
    query: { ...query, compare, format: 'xlsx' },
  })
  return (
    <details class="report-export">
      <summary>{words.text('export')}</summary>
      <ul>
        <li>
          <a href={workbook.url} download={fileName(place, 'summary', 'xlsx')}>
            {words.text('exportXlsx')}
          </a>
        </li>
        {csvKinds.map((kind) => (
          <li key={kind}>
            <a
              href={
                requestOf('GET /api/v1/reports/{kind}', {
                  params: { kind },
                  query: { ...query, format: 'csv', locale },
                }).url
              }
              download={fileName(place, kind, 'csv')}
            >
              {words.text('exportCsv', { what: words.text(`csv_${kind}`) })}
            </a>
          </li>
        ))}
      </ul>
    </details>
  )
}
