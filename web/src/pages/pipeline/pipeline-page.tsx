/**
 * The Pipeline page: the line from the sensors to the screens, the proof that nothing is missing on it, and its sources.
 * It only reads; *Audit now* asks the server to count again. Quiet when normal: colour means that an operator should look.
 */
import type { LedgerReport } from '@baykeeper/contract/ledger.ts'
import { useFetched } from '../../kit/fetched.ts'
import type { Desk } from '../../shell/desk.ts'
import { LedgerStrip } from './ledger-strip.tsx'
import { LedgerTables, ledgerMs } from './ledger-tables.tsx'
import { PageHead } from './page-head.tsx'
import { usePipelineWords, withWords } from './pipeline-words.ts'
import { problemText } from './problem-words.ts'
import { SourcesTable } from './sources-table.tsx'
import { StageFlow } from './stage-flow.tsx'
import { useWatch } from './watch.ts'

export const load = (desk: Desk) => withWords(desk, PipelinePage)

function PipelinePage() {
  const words = usePipelineWords()
  const watched = useWatch().value
  const status = watched.value?.status
  const ledger = useFetched<LedgerReport>('/api/v1/ledger', ledgerMs).value
  return (
    <>
      <PageHead title={words.text('pipeline')} />
      {status?.problems.map((problem) => (
        <p key={problem.code} class="banner bad" role="alert">
          {problemText(words, problem)}
        </p>
      ))}
      <StageFlow watched={watched} />
      <LedgerStrip audit={status?.audit ?? null} />
      <LedgerTables ledger={ledger} />
      <SourcesTable sources={{ ...watched, value: status && { items: status.sources } }} />
    </>
  )
}
