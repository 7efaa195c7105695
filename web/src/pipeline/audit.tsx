/** *Audit now*: the server recounts its journal against the database, and this shows that it does, and what came out. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useDesk } from '../desk/desk.ts'
import type { PipelineKey } from '../i18n/pipeline-en.ts'
import { act } from './acting.ts'
import { type fields, verdictOf } from './audit-report.ts'
import { usePipelineWords } from './pipeline-words.ts'

type State =
  | { readonly is: 'idle' }
  | { readonly is: 'running'; readonly since: number }
  | { readonly is: 'done'; readonly at: number; readonly tookMs: number; readonly report: unknown }
  | { readonly is: 'failed'; readonly why: string }

const names: Readonly<Record<(typeof fields)[number], PipelineKey>> = {
  received: 'fateReceived',
  accepted: 'fateAccepted',
  refused: 'fateRefused',
  unframeable: 'fateUnframeable',
  committed: 'fateCommitted',
  duplicate: 'fateDuplicate',
  quarantined: 'fateQuarantined',
  pending: 'fatePending',
  lost: 'fateLost',
}

export function Audit() {
  const words = usePipelineWords()
  const state = useSignal<State>({ is: 'idle' })
  const running = state.value.is === 'running'
  const run = async () => {
    const since = Date.now()
    state.value = { is: 'running', since }
    const done = await act<unknown>(words, '/api/v1/ledger/audit')
    const at = Date.now()
    if (done.ok) state.value = { is: 'done', at, tookMs: at - since, report: done.value }
    else {
      const absent = done.status === 404 || done.status === 405
      state.value = { is: 'failed', why: absent ? words.text('auditAbsent') : done.why }
    }
  }
  return (
    <>
      <button type="button" class="tool main" aria-disabled={running} onClick={() => running || void run()}>
        {words.text('audit')}
      </button>
      <div class="audit" role="status">
        {state.value.is === 'running' && <Running since={state.value.since} />}
        {state.value.is === 'failed' && <p class="banner warn">{state.value.why}</p>}
        {state.value.is === 'done' && (
          <Report
            state={state.value}
            close={() => {
              state.value = { is: 'idle' }
            }}
          />
        )}
      </div>
    </>
  )
}

/** The server tells no share of the work done, so no bar pretends one: it counts the seconds. */
function Running({ since }: { since: number }) {
  const words = usePipelineWords()
  const { now } = useDesk()
  return (
    <div class="audit-running">
      <progress aria-label={words.text('audit')} />
      {/* The seconds are for the eye: read out, they would never end. */}
      <span aria-hidden="true">
        {words.text('auditRuns', { s: Math.max(0, Math.round((now.value - since) / 1_000)) })}
      </span>
    </div>
  )
}

function Report({ state, close }: { state: State & { is: 'done' }; close(): void }) {
  const words = usePipelineWords()
  const { zone } = useDesk()
  const { difference, numbers, warnings } = verdictOf(state.report)
  const file = useSignal('')
  useEffect(() => {
    const text = `${JSON.stringify(state.report, null, 1)}\n`
    file.value = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    return () => URL.revokeObjectURL(file.value)
  }, [state.report, file])
  const ok = difference === 0
  return (
    <div class={`report ${ok ? '' : 'bad'}`}>
      <p>
        <b class={ok ? '' : 'alert'}>
          {ok ? words.text('auditOk') : words.text('auditBad', { n: difference ?? words.text('notCountable') })}
        </b>{' '}
        <small>
          {words.text('auditDone', {
            time: words.clock(state.at, zone.value),
            span: state.tookMs < 10_000 ? `${words.number(state.tookMs / 1_000, 1)} s` : words.span(state.tookMs),
          })}
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
        {numbers.map(([field, value]) => (
          <div key={field}>
            <dt>{words.text(names[field as keyof typeof names])}</dt>
            <dd>{words.number(value)}</dd>
          </div>
        ))}
      </dl>
      <p class="report-tools">
        <a class="button" href={file.value} download="baykeeper-audit.json">
          {words.text('auditSave')}
        </a>
        <button type="button" onClick={close}>
          {words.text('auditClose')}
        </button>
      </p>
    </div>
  )
}
