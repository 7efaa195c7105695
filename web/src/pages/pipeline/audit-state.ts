/** State of the audit on the page: requested, in progress, finished. The server runs one audit at a time for all users. */
import type { AuditProgress, AuditReport } from '@baykeeper/contract/audit.ts'
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act } from '../../shell/acting.ts'
import type { PipelineWords } from './pipeline-words.ts'

export interface Following {
  /** Since when, by our clock; undefined while none runs. */
  readonly since: number | undefined
  readonly progress: AuditProgress | undefined
  /** The last finished audit, of any user. */
  readonly report: AuditReport | undefined
  readonly why: string | undefined
}

const path = '/api/v1/ledger/audit'
const followMs = 500
/** Failed polls in a row before the page stops polling. */
const failuresMax = 6

export function useAudit(words: PipelineWords): { readonly state: Signal<Following>; run(): Promise<void> } {
  const state = useSignal<Following>({ since: undefined, progress: undefined, report: undefined, why: undefined })
  const running = state.value.since !== undefined
  const show = (progress: AuditProgress) => {
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
    show((await response.json()) as AuditProgress)
  }
  // An audit of another user is shown too. A server without an auditor reports that only on a request.
  useEffect(() => {
    const stop = new AbortController()
    // A server without an auditor reports that only on a request.
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
      if (done.ok) return show(done.value)
      const absent = done.status === 404 || done.status === 405
      state.value = { ...state.value, since: undefined, why: absent ? words.text('auditAbsent') : done.why }
    },
  }
}
