/**
 * Data loss: every known loss with its cause, added up by cause, day, source and sensor. The filter stands in the
 * address. A loss of unknown size is marked as such and never shown as 0.
 */

import type { LedgerReport } from '@baykeeper/contract/ledger.ts'
import type { LossReport, SensorDay } from '@baykeeper/contract/losses.ts'
import { lossCauses } from '@baykeeper/contract/vocabulary.ts'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { type Desk, go, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { causeName, sumWords } from './cause-words.ts'
import { CauseBars, HeatStrip } from './loss-bars.tsx'
import { type LossFilter, lossQuery, readLossFilter, withLossFilter } from './loss-filter.ts'
import { LossEvents, SensorDays, SensorTable, SourceTable } from './loss-tables.tsx'
import { addedUp, daysOf } from './losses.ts'
import { PageHead } from './page-head.tsx'
import { usePipelineWords, withWords } from './pipeline-words.ts'

export const load = (desk: Desk) => withWords(desk, LossesPage)

const pollMs = 10_000
const freshMs = pollMs * 3
/** The newest ones are added up here by day, source and sensor; the sums by cause are the server's, of all. */
const lossesMax = 1_000
const daysMax = 100

type Choose = (change: { readonly [K in keyof LossFilter]?: LossFilter[K] | undefined }) => void

function LossesPage() {
  const words = usePipelineWords()
  const desk = useDesk()
  const { search } = desk.place.value
  const filter = readLossFilter(search)
  const filtered = Object.keys(filter).length > 0
  const losses = useFetched<LossReport>(`/api/v1/ledger/losses?${lossQuery(filter, lossesMax)}`, pollMs).value
  const ledger = useFetched<LedgerReport>('/api/v1/ledger', pollMs).value
  const choose: Choose = (change) =>
    go(desk, routes.losses + withLossFilter(search, { ...filter, ...change }), { replace: true })
  const report = losses.value
  const none = report?.totals.every(({ frames, uncounted }) => frames === 0 && uncounted === 0)
  return (
    <>
      <PageHead title={words.text('losses')} lead={words.text('lossesLead')} />
      {(filtered || none === false) && (
        <FilterBar filter={filter} choose={choose} sources={sourcesOf(ledger, report)} />
      )}
      {none ? (
        <Nothing filtered={filtered} ledger={ledger} losses={losses} clear={() => choose(noFilter)} />
      ) : (
        <Lost losses={losses} lived={livedDays(ledger.value, filter)} filter={filter} choose={choose} />
      )}
      {filter.device && <SensorPanel key={filter.device} filter={filter} />}
    </>
  )
}

const noFilter = { source: undefined, cause: undefined, device: undefined, day: undefined }

const sourcesOf = (ledger: Fetched<LedgerReport>, report: LossReport | undefined): readonly string[] =>
  [...new Set([...(ledger.value?.rows ?? []), ...(report?.items ?? [])].map(({ source }) => source))].sort()

/** Days on which messages came, of the source that is chosen. */
const livedDays = (ledger: LedgerReport | undefined, { source }: LossFilter): ReadonlySet<string> =>
  new Set((ledger?.rows ?? []).filter((row) => source === undefined || row.source === source).map(({ day }) => day))

interface LostProps {
  readonly losses: Fetched<LossReport>
  readonly lived: ReadonlySet<string>
  readonly filter: LossFilter
  readonly choose: Choose
}

function Lost({ losses, lived, filter, choose }: LostProps) {
  const words = usePipelineWords()
  const { now } = useDesk()
  const report = losses.value
  const panel = { of: losses, freshMs }
  const items = report?.items ?? []
  const totals = report?.totals ?? []
  const today = new Date(now.value).toISOString().slice(0, 10)
  return (
    <>
      <Panel title={words.text('byDay')} {...panel}>
        {report && (
          <>
            <p class="lost-sum">{sumWords(words, addedUp(totals))}</p>
            <HeatStrip days={daysOf(items, today, lived)} chosen={filter.day} choose={(day) => choose({ day })} />
            {report.next !== null && <p class="quiet">{words.text('eventsCut', { n: items.length })}</p>}
          </>
        )}
      </Panel>
      {report && (
        <>
          <Panel title={words.text('byCause')} {...panel}>
            <CauseBars totals={totals} />
          </Panel>
          <div class="pair">
            <Panel title={words.text('bySource')} {...panel}>
              <SourceTable losses={items} choose={({ source }) => choose({ source })} />
            </Panel>
            <Panel title={words.text('bySensor')} {...panel}>
              <SensorTable losses={items} choose={({ name, source }) => choose({ device: name, source })} />
            </Panel>
          </div>
          <Panel title={words.text('events')} {...panel}>
            <LossEvents losses={items} />
          </Panel>
        </>
      )}
    </>
  )
}

/** Where the frames of one sensor went, day by day. */
function SensorPanel({ filter: { cause: _cause, ...filter } }: { filter: LossFilter }) {
  const words = usePipelineWords()
  const path = `/api/v1/ledger/sensors?${lossQuery(filter, daysMax)}`
  const days = useFetched<{ items: readonly SensorDay[] }>(path, pollMs).value
  return (
    <Panel title={`${words.text('sensor')} ${filter.device}`} of={days} freshMs={freshMs}>
      {days.value && days.value.items.length === 0 && <p class="quiet">{words.text('noReadings')}</p>}
      {days.value && days.value.items.length > 0 && <SensorDays days={days.value.items} />}
    </Panel>
  )
}

function FilterBar({ filter, choose, sources }: { filter: LossFilter; choose: Choose; sources: readonly string[] }) {
  const words = usePipelineWords()
  const known = filter.source && !sources.includes(filter.source) ? [...sources, filter.source] : sources
  return (
    <search class="filters" aria-label={words.text('lossFilter')}>
      <label>
        <span>{words.text('source')}</span>
        <select
          value={filter.source ?? ''}
          onChange={(event) => choose({ source: event.currentTarget.value || undefined })}
        >
          <option value="">{words.text('anySource')}</option>
          {known.map((source) => (
            <option key={source} value={source}>
              {source}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('cause')}</span>
        <select
          value={filter.cause ?? ''}
          onChange={(event) => choose({ cause: lossCauses.find((cause) => cause === event.currentTarget.value) })}
        >
          <option value="">{words.text('anyCause')}</option>
          {lossCauses.map((cause) => (
            <option key={cause} value={cause}>
              {causeName(words, cause)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.text('sensor')}</span>
        <input
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder={words.text('sensorFind')}
          value={filter.device ?? ''}
          onChange={(event) => choose({ device: event.currentTarget.value.trim() || undefined })}
        />
      </label>
      {filter.day && (
        <button type="button" onClick={() => choose({ day: undefined })}>
          {words.day(filter.day, true)} ✕
        </button>
      )}
      {Object.keys(filter).length > 0 && (
        <button type="button" onClick={() => choose(noFilter)}>
          {words.text('clearFilter')}
        </button>
      )}
    </search>
  )
}

interface NothingProps {
  readonly filtered: boolean
  readonly ledger: Fetched<LedgerReport>
  readonly losses: Fetched<LossReport>
  clear(): void
}

function Nothing({ filtered, ledger, losses, clear }: NothingProps) {
  const words = usePipelineWords()
  const rows = ledger.value?.rows ?? []
  const first = rows.map(({ day }) => day).sort()[0] ?? ''
  const frames = rows.reduce((sum, row) => sum + row.committed + row.duplicate + row.quarantined, 0)
  const [title, text] = (() => {
    if (filtered) return [words.text('nothingFilter'), undefined]
    if (first === '') return [words.text('nothingYet'), words.text('nothingYetText')]
    return [words.text('nothingLost', { day: words.day(first, true) }), words.text('nothingLostText', { n: frames })]
  })()
  return (
    <Panel title={title} of={losses} freshMs={freshMs} class="nothing">
      {text && <p>{text}</p>}
      {filtered && (
        <button type="button" onClick={clear}>
          {words.text('clearFilter')}
        </button>
      )}
    </Panel>
  )
}
