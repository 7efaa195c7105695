/** Parts of the reports page below the heatmap: key figures, length of stay, busy times, overstays, days. */
import type { ReportAnswer } from '@baykeeper/contract/routes/reports.ts'
import { Table } from '../../kit/table.tsx'
import { figureOf, numberIn, type Row, rowsOf } from './report-data.ts'
import { type ReportWords, useReportWords } from './report-words.ts'

const minuteMs = 60_000
interface OfReport {
  readonly report: ReportAnswer
}

const spanText = (words: ReportWords, minutes: number) => words.duration(minutes * minuteMs)
const dash = '–'
const spanOr = (words: ReportWords, minutes: number | null) => (minutes === null ? dash : spanText(words, minutes))
const percentOr = (words: ReportWords, share: number | null, digits = 0) =>
  share === null ? dash : words.percent(share, digits)

export function Figures({ report }: OfReport) {
  const words = useReportWords()
  const of = (name: string) => figureOf(report, name)
  const points = (change: number) => words.text('points', { n: signed(words, change * 100, 1) })
  const [stays, share, p90] = [of('stays').value, of('overstay_share').value, of('p90_stay').value]
  const tiles: readonly Tile[] = [
    { name: 'occupancy', text: (value) => words.percent(value, 1), changed: points },
    { name: 'coverage', text: (value) => words.percent(value, 1), changed: points, note: words.text('observedNote') },
    {
      name: 'busy',
      text: (value) => spanText(words, value),
      changed: (change) => signedSpan(words, change),
      note: words.text('aWeekObserved'),
    },
    {
      name: 'turnover',
      text: (value) => words.number(value, 1),
      changed: (change) => signed(words, change, 1),
      note: words.text('perBayDay'),
    },
    {
      ...{
        name: 'median_stay',
        text: (value) => spanText(words, value),
        changed: (change) => signedSpan(words, change),
      },
      note: p90 === null ? '' : words.text('p90Stay', { span: spanText(words, p90) }),
    },
    {
      ...{ name: 'overstays', text: (value) => words.number(value), changed: (change) => signed(words, change, 0) },
      note: share === null || stays === null ? '' : words.text('ofStays', { share: words.percent(share, 1), n: stays }),
    },
  ]
  return (
    <dl class="report-figures">
      {tiles.map(({ name, text, changed, note }) => {
        const { value, before, change } = of(name)
        return (
          <div key={name}>
            <dt>{words.text(`figure_${name}`)}</dt>
            <dd>
              <b>{value === null ? dash : text(value)}</b>
              <small>{value === null ? words.text('unknown') : note}</small>
              {change !== null && before !== null && (
                <small>{words.text('change', { change: changed(change), before: text(before) })}</small>
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

interface Tile {
  readonly name: 'occupancy' | 'coverage' | 'busy' | 'turnover' | 'median_stay' | 'overstays'
  text(value: number): string
  changed(change: number): string
  readonly note?: string
}

const sign = (value: number) => (value > 0 ? '+' : value < 0 ? '−' : '±')
const signed = (words: ReportWords, value: number, digits: number) =>
  sign(value) + words.number(Math.abs(value), digits)
const signedSpan = (words: ReportWords, minutes: number) => sign(minutes) + spanText(words, Math.abs(minutes))

export function Lengths({ report }: OfReport) {
  const words = useReportWords()
  const bins = rowsOf(report, 'lengths')
  const sum = (column: string) => bins.reduce((all, bin) => all + (numberIn(bin, column) ?? 0), 0)
  const most = Math.max(
    0.01,
    ...bins.flatMap((bin) => [numberIn(bin, 'share') ?? 0, numberIn(bin, 'share_before') ?? 0]),
  )
  if (sum('stays') === 0) return <p class="quiet">{words.text('noStays')}</p>
  const isCompared = report.report.compared_with !== null
  return (
    <>
      <p class="quiet">
        {words.text('stayLengthNote', { n: sum('stays'), uncertain: words.number(sum('uncertain_stays')) })}
      </p>
      <Table
        label={words.text('stayLength')}
        rows={bins}
        keyOf={(bin) => String(bin['from_min'])}
        columns={[
          { name: words.text('length'), class: 'report-name', cell: (bin) => rangeText(words, bin) },
          {
            name: words.text('share'),
            class: 'report-bar',
            cell: (bin) => <Bar share={numberIn(bin, 'share')} most={most} />,
          },
          ...(isCompared
            ? [
                {
                  name: words.text('shareBefore'),
                  figure: true,
                  cell: (bin: Row) => percentOr(words, numberIn(bin, 'share_before'), 1),
                },
              ]
            : []),
          { name: words.text('stays'), figure: true, cell: (bin) => words.number(numberIn(bin, 'stays') ?? 0) },
        ]}
      />
    </>
  )
}

function Bar({ share, most }: { share: number | null; most: number }) {
  const words = useReportWords()
  return (
    <>
      <meter class="report-meter" min={0} max={most} value={share ?? 0} aria-hidden="true" />{' '}
      {percentOr(words, share, 1)}
    </>
  )
}

function rangeText(words: ReportWords, bin: Row): string {
  const [from, to] = [numberIn(bin, 'from_min') ?? 0, numberIn(bin, 'to_min')]
  if (to === null) return words.text('lengthMore', { from: spanText(words, from) })
  if (from === 0) return words.text('lengthLess', { to: spanText(words, to) })
  return words.text('lengthRange', { from: spanText(words, from), to: spanText(words, to) })
}

const busyShown = 8

export function Busy({ report }: OfReport) {
  const words = useReportWords()
  const rows = rowsOf(report, 'busy')
  const zone = report.report.time_zone
  if (rows.length === 0) return <p class="quiet">{noBusyText(words, report)}</p>
  return (
    <>
      <Table
        label={words.text('busyTimes')}
        rows={rows.slice(0, busyShown)}
        keyOf={(row) => String(row['begin'])}
        columns={[
          {
            name: words.text('fromTo'),
            cell: (row) => words.range(Date.parse(String(row['begin'])), Date.parse(String(row['end'])), zone),
          },
          { name: words.text('length'), figure: true, cell: (row) => spanText(words, numberIn(row, 'minutes') ?? 0) },
          { name: words.text('highest'), figure: true, cell: (row) => percentOr(words, numberIn(row, 'highest')) },
        ]}
      />
      {rows.length > busyShown && <p class="quiet">{words.count('busyMore', rows.length - busyShown)}</p>}
    </>
  )
}

function noBusyText(words: ReportWords, report: ReportAnswer): string {
  const observed = figureOf(report, 'observed').value
  if (observed) return words.text('noBusy', { share: words.percent(observed, 1) })
  return words.text(report.report.period.coverage ? 'notObserved' : 'nothingKnown')
}

export function Overstays({ report }: OfReport) {
  const words = useReportWords()
  const rows = rowsOf(report, 'overstay_rules')
  if (rows.length === 0)
    return <p class="quiet">{words.text(figureOf(report, 'overstays').value === null ? 'unknown' : 'noOverstays')}</p>
  const minutes = (row: Row, column: string) => spanText(words, numberIn(row, column) ?? 0)
  return (
    <Table
      label={words.text('overstayPart')}
      rows={rows}
      keyOf={(row) => `${row['max_stay_min']} ${row['grace_min']}`}
      columns={[
        {
          name: words.text('rule'),
          cell: (row) =>
            row['grace_min'] === 0
              ? minutes(row, 'max_stay_min')
              : words.text('grace', { max: minutes(row, 'max_stay_min'), grace: minutes(row, 'grace_min') }),
        },
        { name: words.text('count'), figure: true, cell: (row) => words.number(numberIn(row, 'overstays') ?? 0) },
        { name: words.text('beyond'), figure: true, cell: (row) => minutes(row, 'minutes') },
        { name: words.text('meanBeyond'), figure: true, cell: (row) => minutes(row, 'mean_min') },
      ]}
    />
  )
}

export function Days({ report }: OfReport) {
  const words = useReportWords()
  const rows = rowsOf(report, 'days')
  // The year is in the head of the report, unless there are several.
  const isLong = new Set(rows.map((row) => String(row['date']).slice(0, 4))).size > 1
  return (
    <Table
      label={words.text('dayTable')}
      rows={rows}
      keyOf={(row) => String(row['date'])}
      columns={[
        { name: words.text('day'), class: 'report-name', cell: (row) => words.day(String(row['date']), isLong) },
        { name: words.text('occupancy'), figure: true, cell: (row) => percentOr(words, numberIn(row, 'occupancy'), 1) },
        { name: words.text('highest'), figure: true, cell: (row) => percentOr(words, numberIn(row, 'highest')) },
        {
          ...{ name: words.text('fullTime'), figure: true },
          cell: (row) => spanOr(words, numberIn(row, 'full_min')),
        },
        { name: words.text('observed'), figure: true, cell: (row) => percentOr(words, numberIn(row, 'coverage')) },
      ]}
    />
  )
}
