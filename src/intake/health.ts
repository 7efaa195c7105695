/**
 * The system as intake reports it with a heartbeat: states of its sources, room on the disk of the journal, and what `main` has reported of the
 * database. Written when a part of it is another, and once a minute.
 */
import { healthSourcesMax, type SystemHealth } from '../domain/folds/fold.ts'
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import type { SourceReport } from './source-contexts.ts'

const everyMs = 60_000
const diskEveryMs = 10_000
/** A source may report a detail of any length. */
const detailCharsMax = 200

export interface HealthReport {
  /** Looks at the disk where that is due. Never rejects. */
  look(): Promise<void>
  /** As `main` has reported it; it takes the place of what it reported before. */
  reported(health: Pick<SystemHealth, 'database' | 'unaccounted' | 'forecastMisses'>): void
  /** A state is another than the one written last. */
  isDue(): boolean
  /** To be written; undefined: it was, less than a minute ago. */
  take(): SystemHealth | undefined
  /** The server is stopping: its sources go down with it, and that is no state to report. */
  end(): void
}

export interface HealthDeps {
  readonly dir: string
  readonly files: Pick<Files, 'space'>
  readonly clock: Pick<Clock, 'monotonic'>
  readonly sources: () => ReadonlyMap<string, Pick<SourceReport, 'state' | 'detail'>>
}

export function createHealthReport({ dir, files, clock, sources }: HealthDeps): HealthReport {
  let disk: SystemHealth['disk']
  let lookedAt = Number.NEGATIVE_INFINITY
  let ofMain: Parameters<HealthReport['reported']>[0] = {}
  let hasEnded = false
  let written: { readonly marks: string; readonly at: number } | undefined

  function now(): SystemHealth {
    const states = [...sources()].slice(0, healthSourcesMax)
    const shown = states.map(([name, { state, detail }]) => [name, { state, detail: detail.slice(0, detailCharsMax) }])
    return { ...ofMain, ...(shown.length > 0 ? { sources: Object.fromEntries(shown) } : {}), ...(disk ? { disk } : {}) }
  }

  return {
    async look() {
      if (clock.monotonic() - lookedAt < diskEveryMs) return
      lookedAt = clock.monotonic()
      // A directory that is gone is reported by intake itself; of the disk nothing is known then.
      const space = await files.space(dir).catch(() => undefined)
      disk = space && { free: space.freeBytes, total: space.totalBytes }
    },
    reported(health) {
      ofMain = health
    },
    isDue: () => !hasEnded && written !== undefined && marksOf(now()) !== written.marks,
    end() {
      hasEnded = true
    },
    take() {
      if (hasEnded) return undefined
      const health = now()
      const marks = marksOf(health)
      if (written?.marks === marks && clock.monotonic() - written.at < everyMs) return undefined
      written = { marks, at: clock.monotonic() }
      return health
    },
  }
}

/** What of it makes a report due before the minute is over. */
function marksOf({ sources = {}, disk, database, unaccounted, forecastMisses }: SystemHealth): string {
  const percent = disk && disk.total > 0 ? Math.floor((100 * disk.free) / disk.total) : undefined
  const states = Object.entries(sources).map(([name, { state }]) => `${name} ${state}`)
  return JSON.stringify([states, percent, database?.isUp, unaccounted, Object.keys(forecastMisses ?? {})])
}
