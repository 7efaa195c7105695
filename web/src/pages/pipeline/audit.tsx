/** *Audit now*: the server recounts its journal against the database; this shows how far it is, and what came out. */
import type { AuditReport } from '@baykeeper/contract/audit.ts'
import type { Ledger } from '@baykeeper/contract/live.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Column, Table } from '../../kit/table.tsx'
import { mayEverywhere, useDesk } from '../../shell/desk.ts'
import { type Following, useAudit } from './audit-state.ts'
import type { PipelineKey } from './en.ts'
import { usePipelineWords } from './pipeline-words.ts'
import { numberWord } from './quantities.ts'

export function Audit() {
  const words = usePipelineWords()
  const mayRun = mayEverywhere(useDesk(), 'operate')
  const { state, run } = useAudit(words)
  const closed = useSignal('')
  const { since, report, why } = state.value
  return (
    <>
      {mayRun && (
        <button
          type="button"
          class="tool main"
          title={words.text('auditText')}
          aria-disabled={since !== undefined}
          onClick={() => {
            closed.value = ''
            void run()
          }}
        >
          {words.text('audit')}
        </button>
      )}
      <div class="audit" role="status">
        {since !== undefined && <Running following={state.value} since={since} />}
        {why !== undefined && <p class="banner warn">{why}</p>}
        {report && since === undefined && report.sha256 !== closed.value && (
          <Report
            report={report}
            close={() => {
              closed.value = report.sha256
            }}
          />
        )}
      </div>
    </>
  )
}

function Running({ following: { progress }, since }: { following: Following; since: number }) {
  const words = usePipelineWords()
  const { now } = useDesk()
  const known = progress !== undefined && progress.total > 0 && progress.step === 'database'
  const s = Math.max(0, Math.round((now.value - since) / 1_000))
  return (
    <div class="audit-running">
      <progress aria-label={words.text('audit')} {...(known ? { max: progress.total, value: progress.done } : {})} />
      {/* It changes all the time: for the eye only, read out it would never end. */}
      <span aria-hidden="true">
        {known
          ? words.text('auditSensors', { done: progress.done, total: progress.total, s })
          : words.text('auditRuns', { s })}
      </span>
    </div>
  )
}

const lawFields = [
  ['received', 'fateReceived'],
  ['accepted', 'fateAccepted'],
  ['refused', 'fateRefused'],
  ['unframeable', 'fateUnframeable'],
  ['committed', 'fateCommitted'],
  ['duplicate', 'fateDuplicate'],
  ['quarantined', 'fateQuarantined'],
  ['tentative', 'fateTentative'],
  ['damaged', 'fateDamaged'],
  ['pending', 'fatePending'],
  ['lost', 'fateLost'],
] as const satisfies readonly (readonly [keyof Ledger, PipelineKey])[]

function Report({ report, close }: { report: AuditReport; close(): void }) {
  const words = usePipelineWords()
  const { zone, now } = useDesk()
  const file = useSignal('')
  useEffect(() => {
    // Byte for byte what was signed: another spacing would have another sum.
    file.value = URL.createObjectURL(new Blob([JSON.stringify(report)], { type: 'application/json' }))
    return () => URL.revokeObjectURL(file.value)
  }, [report, file])
  const { ok, time, took_ms, ledger, brackets, warnings, failures, sensors, sources, sha256 } = report
  const at = Date.parse(time)
  const took = took_ms < 10_000 ? `${words.number(took_ms / 1_000, 1)} s` : words.span(took_ms)
  return (
    <div class={`report ${ok ? '' : 'bad'}`}>
      <p>
        <b class={ok ? '' : 'alert'}>
          {words.text(ok ? 'auditOk' : 'auditBad', { n: ledger.difference })}
          {failures > 0 && ` ${words.count('auditFailures', failures)}`}
        </b>{' '}
        <small>
          {words.text('auditDone', { time: words.clock(at, zone.value), span: took })} · {words.ago(now.value - at)}
        </small>
      </p>
      {warnings.length > 0 && (
        <ul class="warning-list">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <dl>
        {lawFields.map(([field, name]) => (
          <div key={field}>
            <dt>{words.text(name)}</dt>
            <dd>{words.number(ledger[field])}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        {words.text('auditBrackets', { intake: brackets.intake, store: brackets.store, sensors })} SHA-256{' '}
        <code>{sha256.slice(0, 16)}…</code>
      </p>
      <details>
        <summary>{words.text('bySource')}</summary>
        <AuditSources sources={sources} />
      </details>
      <p class="ways">
        <a class="button" href={file.value} download={`baykeeper-audit-${time.replaceAll(':', '-')}.json`}>
          {words.text('auditSave')}
        </a>
        <button type="button" onClick={close}>
          {words.text('auditClose')}
        </button>
      </p>
    </div>
  )
}

type Row = AuditReport['sources'][number]

function AuditSources({ sources }: { sources: readonly Row[] }) {
  const words = usePipelineWords()
  const figure = (name: string, of: (row: Row) => number | null): Column<Row> => ({
    name,
    figure: true,
    cell: (row) => numberWord(words, of(row) ?? undefined),
  })
  return (
    <Table<Row>
      label={words.text('bySource')}
      keyOf={({ source }) => source}
      rows={sources}
      columns={[
        { name: words.text('source'), cell: ({ source }) => source },
        figure(words.text('ledgerAccepted'), ({ accepted }) => accepted),
        figure(words.text('ledgerCommitted'), ({ committed }) => committed),
        figure(words.text('ledgerDuplicate'), ({ duplicate }) => duplicate),
        figure(words.text('ledgerQuarantined'), ({ quarantined }) => quarantined),
        figure(words.text('ledgerPendingName'), ({ pending }) => pending),
        figure(words.text('lost'), ({ lost, damaged }) => lost + damaged),
      ]}
    />
  )
}
