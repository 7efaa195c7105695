/** The same as the fan, as tables: every horizon with its quantiles, and what was observed. */

import { type Column, Table } from '../../kit/table.tsx'
import { useDesk } from '../../shell/desk.ts'
import { useForecastWords } from './forecast-words.ts'
import { type Ahead, freeOf, level, type Observed, type Outlook } from './lots-ahead.ts'

interface FanTableProps {
  readonly name: string
  readonly outlook: Outlook
  readonly levels: readonly number[]
  readonly to: number
  readonly now: number
}

export function FanTable({ name, outlook, levels, to, now }: FanTableProps) {
  const words = useForecastWords()
  const { zone } = useDesk()
  const time = (at: number) => words.minute(at, zone.value)
  const quantile = (share: number, k: number): Column<Ahead> => ({
    name: words.percent(share, share < 0.05 || share > 0.95 ? 1 : 0),
    figure: true,
    cell: ({ rate }) => (rate ? words.percent(rate[k] ?? 0, 1) : '–'),
  })
  const free = ({ rate }: Ahead, k: number) => words.number(freeOf(outlook.capacity, rate?.[k] ?? 0))
  return (
    <div class="fan-twin" tabIndex={-1}>
      <h3>{words.text('tableAhead')}</h3>
      <Table<Ahead>
        label={`${name}: ${words.text('tableAhead')}`}
        keyOf={({ at }) => String(at)}
        rows={outlook.ahead.filter(({ at }) => at > now && at <= to)}
        columns={[
          { name: words.text('time'), cell: ({ at }) => time(at) },
          { name: words.text('away'), figure: true, cell: ({ at }) => words.span(at - now) },
          { name: words.text('served'), cell: ({ served }) => words.text(served) },
          ...levels.map(quantile),
          {
            name: words.text('freeRange'),
            figure: true,
            cell: (row) => (row.rate ? `${free(row, level.high80)}–${free(row, level.low80)}` : '–'),
          },
        ]}
      />
      <h3>{words.text('tableObserved')}</h3>
      <Table<Observed>
        label={`${name}: ${words.text('tableObserved')}`}
        keyOf={({ at }) => String(at)}
        rows={outlook.observed.toReversed()}
        columns={[
          { name: words.text('time'), cell: ({ at }) => time(at) },
          {
            name: words.text('taken'),
            figure: true,
            cell: ({ rate }) => (rate === null ? '–' : words.percent(rate, 1)),
          },
          {
            name: words.text('free'),
            figure: true,
            cell: ({ rate }) => (rate === null ? '–' : words.number(freeOf(outlook.capacity, rate))),
          },
        ]}
      />
    </div>
  )
}
