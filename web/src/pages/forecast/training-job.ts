/** Polls the training job, also one that another user started: often while it runs, rarely while it does not. */
import type { TrainingJob } from '@baykeeper/contract/forecast-pages.ts'
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { act } from '../../shell/acting.ts'
import type { ForecastWords } from './forecast-words.ts'

const path = '/api/v1/forecast/training'
const followMs = 1_000
const restMs = 30_000

export interface Following {
  readonly job: Fetched<TrainingJob>
  /** A request is in flight. */
  readonly asking: boolean
  readonly why: string | undefined
}

export function useTraining(words: ForecastWords): {
  readonly state: Following
  start(): Promise<void>
  cancel(): Promise<void>
} {
  const running = useSignal(false)
  const again = useSignal(0)
  const asked: Signal<{ readonly asking: boolean; readonly why: string | undefined }> = useSignal({
    asking: false,
    why: undefined,
  })
  const job = useFetched<TrainingJob>(path, running.value ? followMs : restMs, again.value).value
  const isRunning = job.value?.state === 'running'
  useEffect(() => {
    running.value = isRunning
  }, [isRunning, running])
  const ask = async (method: 'POST' | 'DELETE') => {
    if (asked.value.asking) return
    asked.value = { asking: true, why: undefined }
    const done = await act<TrainingJob>(words, path, undefined, method)
    asked.value = { asking: false, why: done.ok ? undefined : done.why }
    again.value++
  }
  return { state: { job, ...asked.value }, start: () => ask('POST'), cancel: () => ask('DELETE') }
}
