/** Figures of intake for the other processes: totals, and each source with its state, counts and recent losses. */

import type { DeskCopier } from '../journal/desk/desk-copier.ts'
import type { JournalWriter } from '../journal/journal.ts'
import type { IntakeFigures, SourceFigures } from '../processes/messages.ts'
import type { Archiving } from './archiving.ts'
import type { IntakeCounters } from './counters.ts'
import type { SourceReport } from './source-contexts.ts'

const none = { received: 0, accepted: 0, refused: 0, unframeable: 0, lost: {}, uncounted: {}, losses: [] }

interface FiguredChannel {
  readonly journal: Pick<JournalWriter, 'tail' | 'stats'>
  readonly counters: IntakeCounters
  /** Why every source is refused: the journal is not where it was opened. */
  readonly missing?: string | undefined
  readonly desk?: Pick<DeskCopier, 'problem'>
  readonly archiving?: Pick<Archiving, 'problem'> | undefined
}

/** A name under which readings came without being a configured source (an HTTP token) is listed too. */
export function intakeFigures(
  { journal, counters, missing, desk, archiving }: FiguredChannel,
  states: ReadonlyMap<string, SourceReport>,
): IntakeFigures {
  const total = { received: 0, refused: 0, unframeable: 0 }
  const sources = new Map<string, SourceFigures>()
  for (const [name, { kind, state, detail, facts }] of states)
    sources.set(name, { ...none, name, kind, state, detail, facts })
  for (const [name, { inFlight: _inFlight, ...count }] of counters.all()) {
    total.received += count.received
    total.refused += count.refused
    total.unframeable += count.unframeable
    const listed = sources.get(name) ?? {
      ...none,
      name,
      kind: 'named' as const,
      state: 'up' as const,
      detail: '',
      facts: {},
    }
    sources.set(name, { ...listed, ...count, losses: counters.recentLosses(name) })
  }
  return {
    tail: journal.tail(),
    ...total,
    inFlight: counters.inFlight,
    sources: [...sources.values()],
    journal: { ...journal.stats(), ...(missing === undefined ? {} : { refusing: missing, refusal: 'gone' as const }) },
    archiveProblem: archiving?.problem(),
    deskProblem: desk?.problem(),
  }
}
