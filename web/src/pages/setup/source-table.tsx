/** The sources with their state; one of them is chosen. */
import type { SourceStatus } from '@baykeeper/contract/ledger.ts'
import { Table } from '../../kit/table.tsx'
import { useSetupWords } from './setup-words.ts'

interface SourceTableProps {
  readonly sources: readonly SourceStatus[]
  readonly chosen: string | undefined
  readonly choose: (name: string) => void
}

export function SourceTable({ sources, chosen, choose }: SourceTableProps) {
  const words = useSetupWords()
  return (
    <Table<SourceStatus>
      label={words.text('sources')}
      keyOf={({ name }) => name}
      rows={sources}
      chosen={({ name }) => name === chosen}
      below={({ detail }) => detail}
      columns={[
        {
          name: words.text('chooseSource'),
          cell: ({ name, kind }) => (
            <>
              <button type="button" class="link" aria-pressed={name === chosen} onClick={() => choose(name)}>
                {name}
              </button>{' '}
              {kind !== name && <small>{kind}</small>}
            </>
          ),
        },
        {
          name: words.text('sourceState'),
          cell: ({ state }) => (
            <span class={`chip ${state === 'up' ? 'ok' : state === 'down' ? 'bad' : 'warn'}`}>
              {words.text(`source_${state}`)}
            </span>
          ),
        },
        { name: words.text('sourceReceived'), figure: true, cell: ({ received }) => words.number(received) },
        { name: words.text('sourceAccepted'), figure: true, cell: ({ accepted }) => words.number(accepted) },
        { name: words.text('sourceRejected'), figure: true, cell: ({ refused }) => words.number(refused) },
      ]}
    />
  )
}
