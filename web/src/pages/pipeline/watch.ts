/** Looks at the server's status while a page wants them, and remembers the last five minutes of it across pages. */
import type { ServerStatus } from '@baykeeper/contract/status.ts'
import { type Signal, signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../../kit/api.ts'
import { type Fetched, statusIn } from '../../kit/fetched.ts'
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
      try {
        const status = await api.call('GET /api/v1/status', {}, { signal: stop.signal })
        const at = Date.now()
        kept.value = withLook(kept.value, lookAt(status, at))
        state.value = { value: { history: kept.value, status }, failed: false, at }
      } catch (fault) {
        if (!stop.signal.aborted) state.value = { ...state.value, failed: true, ...statusIn(fault) }
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
