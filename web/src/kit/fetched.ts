/** Something of the API, fetched again while it is on the page. Failure keeps what was there. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

export interface Fetched<T> {
  readonly value: T | undefined
  readonly failed: boolean
  /** When `value` came. */
  readonly at?: number
  /** HTTP status of the last answer; absent when there was none. */
  readonly status?: number
}

/** `path` undefined fetches nothing; a new number in `again` fetches at once and keeps what is there meanwhile. */
export function useFetched<T>(path: string | undefined, everyMs: number, again = 0): Signal<Fetched<T>> {
  const state = useSignal<Fetched<T>>({ value: undefined, failed: false })
  const of = useRef(path)
  useEffect(() => {
    if (of.current !== path) state.value = { value: undefined, failed: false }
    of.current = path
    if (path === undefined) return
    const stop = new AbortController()
    const load = async () => {
      if (document.visibilityState === 'hidden') return
      let status: number | undefined
      try {
        const response = await fetch(path, { signal: stop.signal })
        status = response.status
        if (!response.ok) throw new Error(String(status))
        state.value = { value: (await response.json()) as T, failed: false, at: Date.now(), status }
      } catch {
        if (!stop.signal.aborted)
          state.value = { ...state.value, failed: true, ...(status === undefined ? {} : { status }) }
      }
    }
    void load()
    const timer = setInterval(() => void load(), everyMs)
    return () => {
      stop.abort()
      clearInterval(timer)
    }
  }, [path, everyMs, again, state])
  return state
}
