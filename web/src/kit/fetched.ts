/** Something of the API, fetched again while it is on the page. Failure keeps what was there. */
import { ApiError, type ApiRequest } from '@baykeeper/contract/client.ts'
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api } from './api.ts'

export interface Fetched<T> {
  readonly value: T | undefined
  readonly failed: boolean
  /** When `value` came. */
  readonly at?: number
  /** HTTP status of the last refusal, if there was one. */
  readonly status?: number
}

/** Undefined fetches nothing; a new number in `again` fetches at once and keeps what is there meanwhile. */
export function useFetched<T>(request: ApiRequest<T> | undefined, everyMs: number, again = 0): Signal<Fetched<T>> {
  const state = useSignal<Fetched<T>>({ value: undefined, failed: false })
  const url = request?.url
  const of = useRef(url)
  useEffect(() => {
    if (of.current !== url) state.value = { value: undefined, failed: false }
    of.current = url
    if (request === undefined) return
    const stop = new AbortController()
    const load = async () => {
      if (document.visibilityState === 'hidden') return
      try {
        const value = await api.send(request, { signal: stop.signal })
        state.value = { value, failed: false, at: Date.now() }
      } catch (fault) {
        if (!stop.signal.aborted) state.value = { ...state.value, failed: true, ...statusIn(fault) }
      }
    }
    void load()
    const timer = setInterval(() => void load(), everyMs)
    return () => {
      stop.abort()
      clearInterval(timer)
    }
  }, [url, everyMs, again, state])
  return state
}

/** None where nothing answered. */
export const statusIn = (fault: unknown): { readonly status?: number } =>
  fault instanceof ApiError ? { status: fault.status } : {}
