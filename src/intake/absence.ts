/** Possible losses of sources without acknowledgement while no intake ran. */

import { type Instant, instant } from '../lib/brand.ts'
import type { Log } from '../lib/log.ts'
import type { Source } from '../sources/source.ts'
import type { IntakeCounters } from './counters.ts'
import { canResend } from './source-contexts.ts'

export interface Absence {
  /** When intake lived last, as the journal has it; undefined when it never did. */
  readonly aliveAt: Instant | undefined
  readonly now: Instant
  readonly counters: IntakeCounters
  readonly sources: readonly Pick<Source, 'name' | 'kind'>[]
  readonly log: Log
}

/** A source that has never sent anything cannot have lost anything. */
export function reportAbsence({ aliveAt, now: to, counters, sources, log }: Absence): void {
  if (aliveAt === undefined) return
  // A clock that was set back must not make an interval that ends before it begins.
  const from = instant(Math.min(aliveAt, to))
  for (const { name, kind } of sources) {
    if (canResend.has(kind) || !counters.all().has(name)) continue
    const detail = `The server did not run: nothing was received for up to ${((to - from) / 1_000).toFixed(1)} s.`
    counters.lose(name, { cause: 'port-down', frames: null, from, to, detail })
    log.warn('a source without acknowledgement was not received while the server was down', { source: name })
  }
}
