/** Looks at the server's status while a page wants them, and remembers the last five minutes of it across pages. */
import type { ServerStatus } from '@baykeeper/contract/status.ts'
import { type Signal, signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Fetched } from '../../kit/fetched.ts'
import { type Look, lookAt, lookMs, withLook } from './figures.ts'

export interface Watched {
  readonly history: readonly Look[]
  readonly status: ServerStatus
}

/** A reader who comes back to the page finds the minutes before; those in between are missing and drawn so. */
const kept = signal<readonly Look[]>([])

export function useWatch(): Signal<Fetched<Watched>> {
  const state = useSignal<Fetched<Watched>>({ value: undefined, failed: false })
  useEffect(() => {
    const stop = new AbortController()
    const look = async () => {
      if (document.visibilityState === 'hidden') return
      let status: number | undefined
      try {
        const response = await fetch('/api/v1/status', { signal: stop.signal })
        status = response.status
        if (!response.ok) throw new Error(String(status))
        const current = (await response.json()) as ServerStatus
        const at = Date.now()
        kept.value = withLook(kept.value, lookAt(current, at))
        state.value = { value: { history: kept.value, status: current }, failed: false, at, status }
      } catch {
        if (!stop.signal.aborted)
          state.value = { ...state.value, failed: true, ...(status === undefined ? {} : { status }) }
      }
    }
    void look()
    const timer = setInterval(() => void look(), lookMs)
    return () => {
      stop.abort()
      clearInterval(timer)
    }
  }, [state])
  return state
}
