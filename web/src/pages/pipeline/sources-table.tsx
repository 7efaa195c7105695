/** The sources: state, accepted and rejected messages, and settings that can lose readings. */
import type { SourceStatus } from '@baykeeper/contract/ledger.ts'
import type { Fetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { Panel } from '../live/panel.tsx'
import { usePipelineWords } from './pipeline-words.ts'
import { stateWord } from './stage-flow.tsx'

const sourcesMs = 2_000

export function SourcesTable({ sources }: { sources: Fetched<{ readonly items: readonly SourceStatus[] }> }) {
  const words = usePipelineWords()
  const items = sources.value?.items ?? []
  return (
    <Panel title={words.text('sources')} of={sources} freshMs={sourcesMs * 4}>
      {sources.value && items.length === 0 && <p class="quiet">{words.text('noSources')}</p>}
      {items.length > 0 && (
        <Table<SourceStatus>
          label={words.text('sources')}
          keyOf={({ name }) => name}
          rows={items}
          below={(source) => <Detail source={source} />}
          columns={[
            {
              name: words.text('source'),
              cell: ({ name, kind }) => (
                <>
                  <b>{name}</b> {kind !== name && <small>{kind}</small>}
                </>
              ),
            },
            {
              name: words.text('state'),
              cell: ({ state }) =>
                state === 'up' ? (
                  stateWord(words, state)
                ) : (
                  <span class={`chip ${state === 'down' ? 'bad' : 'warn'}`}>{stateWord(words, state)}</span>
                ),
            },
            { name: words.text('ledgerReceived'), figure: true, cell: ({ received }) => words.number(received) },
            { name: words.text('ledgerAccepted'), figure: true, cell: ({ accepted }) => words.number(accepted) },
            { name: words.text('ledgerRefused'), figure: true, cell: ({ refused }) => words.number(refused) },
          ]}
        />
      )}
    </Panel>
  )
}

/** Some sources repeat their warnings in the sentence of their state. */
const withoutWarnings = (detail: string, warnings: readonly string[]) =>
  warnings.reduce((text, warning) => text.replace(`; ${warning}`, ''), detail)

function Detail({ source: { detail, lossy, warnings = [], figures = {} } }: { source: SourceStatus }) {
  const words = usePipelineWords()
  const own = Object.entries(figures)
  return (
    <>
      {withoutWarnings(detail, warnings)}
      {lossy !== undefined && (
        <p class="mark">
          <em>{words.text('lossyMark')}</em> {lossy}
        </p>
      )}
      {warnings.length > 0 && (
        <ul class="warning-list" aria-label={words.count('warnings', warnings.length)}>
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      {own.length > 0 && (
        <details>
          <summary>{words.text('sourceFigures')}</summary>
          <dl class="own-figures">
            {own.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{typeof value === 'number' ? words.number(value) : words.text('notAvailable')}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  )
}
