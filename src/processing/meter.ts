/** Figures of the processor over the last seconds, for people and metrics. */
import type { PipelineState } from '@baykeeper/contract/vocabulary.ts'
import type { Clock } from '../lib/clock.ts'

export interface ProcessorStats {
  readonly state: Exclude<PipelineState, 'not-advancing' | 'intake-down'>
  readonly position: number
  /** Accepted frames of the journal up to `position`. */
  readonly acceptedFrames: number
  /** Frames committed since this processor started. */
  readonly frames: number
  readonly eventsPerSecond: number
  readonly commitMsP50: number
  readonly commitMsP99: number
  /** Age of the oldest frame of the newest batch when it was committed. */
  readonly lagMs: number
  readonly devices: number
}

interface Commit {
  readonly position: number
  readonly acceptedFrames: number | undefined
  readonly committed: number
  readonly duplicate: number
  readonly quarantined: number
  readonly tookMs: number
  readonly ageMs: number
  readonly devices: number
}

export interface Meter {
  placed(position: number, acceptedFrames: number, devices: number): void
  committed(commit: Commit): void
  state(state: ProcessorStats['state']): void
  stats(): ProcessorStats
}

/** Rates and percentiles look back this far. */
const windowMs = 10_000
const samplesMax = 4_096

export function createMeter(clock: Clock): Meter {
  let state: ProcessorStats['state'] = 'behind'
  let position = 0
  let acceptedFrames = 0
  let frames = 0
  let lagMs = 0
  let devices = 0
  const started = clock.monotonic()
  let samples: { at: number; frames: number; tookMs: number }[] = []

  const recent = () => {
    const since = clock.monotonic() - windowMs
    if (samples.length > 0 && (samples[0] as { at: number }).at < since)
      samples = samples.filter(({ at }) => at >= since)
    return samples
  }

  return {
    placed(at, accepted, known) {
      position = at
      acceptedFrames = accepted
      devices = known
    },
    committed(commit) {
      const count = commit.committed + commit.duplicate + commit.quarantined
      position = commit.position
      acceptedFrames = commit.acceptedFrames ?? acceptedFrames
      frames += count
      lagMs = commit.ageMs
      devices = commit.devices
      if (samples.length < samplesMax) samples.push({ at: clock.monotonic(), frames: count, tookMs: commit.tookMs })
      else recent()
    },
    state(now) {
      state = now
    },
    stats() {
      const seen = recent()
      const took = seen.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
      const spanS = Math.min(windowMs, Math.max(1_000, clock.monotonic() - started)) / 1_000
      return {
        state,
        position,
        acceptedFrames,
        frames,
        eventsPerSecond: seen.reduce((sum, sample) => sum + sample.frames, 0) / spanS,
        commitMsP50: took[Math.floor(took.length * 0.5)] ?? 0,
        commitMsP99: took[Math.floor(took.length * 0.99)] ?? 0,
        lagMs,
        devices,
      }
    },
  }
}
