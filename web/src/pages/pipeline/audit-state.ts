/** The audit as the page follows it: asked for, told how far it is, finished. The server runs one at a time, whoever asked. */
import type { AuditProgress, AuditReport } from '@baykeeper/contract/audit.ts'
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act } from '../../shell/acting.ts'
import type { PipelineWords } from './pipeline-words.ts'

export interface Following {
  /** Since when, by our clock; undefined while none runs. */
  readonly since: number | undefined
  readonly progress: AuditProgress | undefined
  /** The last one finished, whoever asked for it. */
  readonly report: AuditReport | undefined
  readonly why: string | undefined
}

const path = '/api/v1/ledger/audit'
const followMs = 500
/** So many looks in a row may fail before the page gives up following. */
const failuresMax = 6

export function useAudit(words: PipelineWords): { readonly state: Signal<Following>; run(): Promise<void> } {
  const state = useSignal<Following>({ since: undefined, progress: undefined, report: undefined, why: undefined })
  const running = state.value.since !== undefined
  const told = (progress: AuditProgress) => {
    const { report, failed } = progress
    state.value = {
      since: progress.running ? (state.value.since ?? Date.now()) : undefined,
      progress,
      report: report ?? undefined,
      why: failed === null ? undefined : words.text('actFailed', { why: failed }),
    }
  }
  const look = async (signal: AbortSignal) => {
    const response = await fetch(path, { signal })
    if (!response.ok) throw new Error(String(response.status))
    told((await response.json()) as AuditProgress)
  }
  // One that somebody else asked for is shown too; a server without an auditor says so only when it is asked for one.
  useEffect(() => {
    const stop = new AbortController()
    // A server without an auditor says so when it is asked for one.
    look(stop.signal).catch(() => {})
    return () => stop.abort()
  }, [])
  useEffect(() => {
    if (!running) return
    const stop = new AbortController()
    let failures = 0
    const timer = setInterval(() => {
      look(stop.signal).then(
        () => {
          failures = 0
        },
        () => {
          if (stop.signal.aborted || ++failures < failuresMax) return
          const why = words.text('actFailed', { why: words.text('noAnswer') })
          state.value = { ...state.value, since: undefined, why }
        },
      )
    }, followMs)
    return () => {
      clearInterval(timer)
      stop.abort()
    }
  }, [running])
  return {
    state,
    async run() {
      if (state.value.since !== undefined) return
      state.value = { since: Date.now(), progress: undefined, report: undefined, why: undefined }
      const done = await act<AuditProgress>(words, `${path}?wait=false`)
      if (done.ok) return told(done.value)
      const absent = done.status === 404 || done.status === 405
      state.value = { ...state.value, since: undefined, why: absent ? words.text('auditAbsent') : done.why }
    },
  }
}
