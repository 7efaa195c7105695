/** The ledger by day and by source: the rows behind the totals, added up two ways. */
import { sumMax } from '@baykeeper/contract/balance.ts'
import type { LedgerReport } from '@baykeeper/contract/ledger.ts'
import { useSignal } from '@preact/signals'
import type { Fetched } from '../../kit/fetched.ts'
import { type Column, Table } from '../../kit/table.tsx'
import { Panel } from '../live/panel.tsx'
import { type PipelineWords, usePipelineWords } from './pipeline-words.ts'
import { unknownMark } from './quantities.ts'

type Row = LedgerReport['rows'][number]
/** Counted by intake: days from before it counted by day are missing from the sum, and then the sum is no whole one. */
interface Reported {
  readonly sum: number | undefined
  readonly whole: boolean
}
interface Sums {
  readonly name: string
  readonly accepted: Reported
  readonly refused: Reported
  readonly committed: number
  readonly duplicate: number
  readonly quarantined: number
  readonly lost: number
}

/** Days shown until all are requested. */
const daysMax = 7
export const ledgerMs = 5_000

export function LedgerTables({ ledger }: { ledger: Fetched<LedgerReport> }) {
  const words = usePipelineWords()
  const rows = ledger.value?.rows ?? []
  const all = useSignal(false)
  const days = addedUp(rows, ({ day }) => day).sort((a, b) => (a.name < b.name ? 1 : -1))
  const sources = addedUp(rows, ({ source }) => source).sort((a, b) => (a.name < b.name ? -1 : 1))
  const shown = all.value ? days : days.slice(0, daysMax)
  const panel = { of: ledger, freshMs: ledgerMs * 3 }
  return (
    <div class="pair figures">
      <Panel title={words.text('byDay')} {...panel}>
        {ledger.value && rows.length === 0 && <p class="quiet">{words.text('noLedger')}</p>}
        {rows.length > 0 && (
          <Table
            label={words.text('byDay')}
            columns={columnsOf(words, words.text('day'), ({ name }) => words.day(name))}
            rows={shown}
            keyOf={({ name }) => name}
          />
        )}
        {shown.length < days.length && (
          <button
            type="button"
            onClick={() => {
              all.value = true
            }}
          >
            {words.text('showAll', { n: days.length })}
          </button>
        )}
      </Panel>
      <Panel title={words.text('bySource')} {...panel}>
        {ledger.value && rows.length === 0 && <p class="quiet">{words.text('noLedger')}</p>}
        {rows.length > 0 && (
          <Table
            label={words.text('bySource')}
            columns={columnsOf(words, words.text('source'), ({ name }) => name)}
            rows={sources}
            keyOf={({ name }) => name}
          />
        )}
      </Panel>
    </div>
  )
}

function columnsOf(words: PipelineWords, first: string, name: (row: Sums) => string): readonly Column<Sums>[] {
  const figure = (title: string, of: (row: Sums) => number): Column<Sums> => ({
    name: title,
    figure: true,
    cell: (row) => words.number(of(row)),
  })
  const reportedColumn = (title: string, of: (row: Sums) => Reported): Column<Sums> => ({
    name: title,
    figure: true,
    cell: (row) => {
      const { sum, whole } = of(row)
      if (sum === undefined) return unknownMark
      return whole || sum >= sumMax ? words.number(sum) : `≥ ${words.number(sum)}`
    },
  })
  return [
    { name: first, cell: name },
    reportedColumn(words.text('ledgerAccepted'), ({ accepted }) => accepted),
    reportedColumn(words.text('ledgerRefused'), ({ refused }) => refused),
    figure(words.text('ledgerCommitted'), ({ committed }) => committed),
    figure(words.text('ledgerDuplicate'), ({ duplicate }) => duplicate),
    figure(words.text('ledgerQuarantined'), ({ quarantined }) => quarantined),
    figure(words.text('lost'), ({ lost }) => lost),
  ]
}

function addedUp(rows: readonly Row[], by: (row: Row) => string): Sums[] {
  return [...Map.groupBy(rows, by)].map(([name, own]) => {
    const sum = (of: (row: Row) => number) => own.reduce((total, row) => Math.min(sumMax, total + of(row)), 0)
    const reported = (of: (row: Row) => number | null | undefined, least = 0): Reported => {
      const known = own.map(of).filter((n) => typeof n === 'number')
      const sum = known.reduce((total, n) => Math.min(sumMax, total + n), 0)
      return known.length === 0
        ? { sum: undefined, whole: false }
        : { sum: Math.max(sum, least), whole: known.length === own.length && sum >= least }
    }
    const [committed, duplicate, quarantined] = [
      sum((row) => row.committed),
      sum((row) => row.duplicate),
      sum((row) => row.quarantined),
    ]
    return {
      name,
      // Intake reports its days less often than the database does. A settled message was accepted, even if intake has not reported it yet.
      accepted: reported(({ accepted }) => accepted, committed + duplicate + quarantined),
      refused: reported(({ refused }) => refused),
      committed,
      duplicate,
      quarantined,
      lost: sum(({ lost, damaged }) => lost + damaged),
    }
  })
}
