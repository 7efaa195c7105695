/** Something of the API, fetched again while it is on the page. Failure keeps what was there. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

export interface Fetched<T> {
  readonly value: T | undefined
  readonly failed: boolean
}

/** `path` undefined fetches nothing. */
export function useFetched<T>(path: string | undefined, everyMs: number): Signal<Fetched<T>> {
  const state = useSignal<Fetched<T>>({ value: undefined, failed: false })
  useEffect(() => {
    state.value = { value: undefined, failed: false }
    if (path === undefined) return
    const stop = new AbortController()
    const load = async () => {
      if (document.visibilityState === 'hidden') return
      try {
        const response = await fetch(path, { signal: stop.signal })
        if (!response.ok) throw new Error(String(response.status))
        state.value = { value: (await response.json()) as T, failed: false }
      } catch {
        if (!stop.signal.aborted) state.value = { value: state.value.value, failed: true }
      }
    }
    void load()
    const timer = setInterval(() => void load(), everyMs)
    return () => {
      stop.abort()
      clearInterval(timer)
    }
  }, [path, everyMs, state])
  return state
}
