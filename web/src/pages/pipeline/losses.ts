/**
 * Losses added up: by day, by source, by sensor. A loss whose size cannot be known is counted as a loss of unknown size and never
 * as 0 frames. Pure.
 */
import { sumMax } from '@baykeeper/contract/balance.ts'
import type { Loss, SensorDay } from '@baykeeper/contract/losses.ts'
import { type LossCause, lossCauses } from '@baykeeper/contract/vocabulary.ts'

export interface Sum {
  /** Known frames. */
  readonly frames: number
  /** Losses of unknown size. */
  readonly uncounted: number
  /** Causes in the sum: they decide which meanings its sentence may use. */
  readonly causes: readonly LossCause[]
}

export interface LossGroup extends Sum {
  readonly name: string
  readonly source: string
  readonly last: string
  /** The cause of most of it. */
  readonly cause: LossCause
}

/** Stops at the limit and stays there, as the sums of the server do. */
export const addedUp = (
  sums: readonly { readonly cause: LossCause; readonly frames: number; readonly uncounted: number }[],
): Sum => ({
  frames: sums.reduce((sum, { frames }) => Math.min(sumMax, sum + frames), 0),
  uncounted: sums.reduce((sum, { uncounted }) => sum + uncounted, 0),
  causes: [...new Set(sums.filter(({ frames, uncounted }) => frames > 0 || uncounted > 0).map(({ cause }) => cause))],
})

export const sumOf = (losses: readonly Loss[]): Sum =>
  addedUp(losses.map(({ cause, frames }) => ({ cause, frames: frames ?? 0, uncounted: frames === null ? 1 : 0 })))

/** Most lost first; of those with no known frame, the most losses. */
export function groupsOf(losses: readonly Loss[], nameOf: (loss: Loss) => string | null): readonly LossGroup[] {
  const groups = new Map<string, Loss[]>()
  for (const loss of losses) {
    const name = nameOf(loss)
    if (name === null) continue
    const key = JSON.stringify([name, loss.source])
    const own = groups.get(key)
    if (own) own.push(loss)
    else groups.set(key, [loss])
  }
  return [...groups.values()]
    .map((own): LossGroup => {
      const first = own[0] as Loss
      return {
        name: nameOf(first) as string,
        source: first.source,
        ...sumOf(own),
        last:
          own
            .map(({ day }) => day)
            .sort()
            .at(-1) ?? '',
        cause: mainCause(own),
      }
    })
    .sort((a, b) => b.frames - a.frames || b.uncounted - a.uncounted || (a.name < b.name ? -1 : 1))
}

function mainCause(losses: readonly Loss[]): LossCause {
  const weight = (cause: LossCause) => {
    const { frames, uncounted } = sumOf(losses.filter((loss) => loss.cause === cause))
    return frames + uncounted
  }
  return lossCauses.reduce(
    (most, cause) => (weight(cause) > weight(most) ? cause : most),
    losses[0]?.cause ?? 'refused',
  )
}

export interface LossDay extends Sum {
  readonly day: string
  /** Something came on this day, or is known to be lost: without either it is not known that nothing was lost. */
  readonly hasData: boolean
}

const dayMs = 86_400_000
/** Four weeks, or twelve when something in them is older. */
const spans = [28, 84] as const

/**
 * Every day up to today, those without a loss too: that nothing was lost is worth seeing. `lived`: days on which messages came; on any other,
 * as before the server was set up, there is no data and not no loss.
 */
export function daysOf(losses: readonly Loss[], today: string, lived: ReadonlySet<string>): readonly LossDay[] {
  const byDay = Map.groupBy(losses, ({ day }) => day)
  const dayBefore = (ago: number) => new Date(Date.parse(today) - ago * dayMs).toISOString().slice(0, 10)
  const older = losses.some(({ day }) => day <= dayBefore(spans[0]))
  const span = older ? spans[1] : spans[0]
  return Array.from({ length: span }, (_, i) => dayBefore(span - 1 - i)).map((day) => ({
    day,
    hasData: lived.has(day) || byDay.has(day),
    ...sumOf(byDay.get(day) ?? []),
  }))
}

/** 0 none, 1 to 4 by how much of the worst day; a day of unknown size alone is 1. */
export function heatOf({ frames, uncounted }: Pick<Sum, 'frames' | 'uncounted'>, most: number): 0 | 1 | 2 | 3 | 4 {
  if (frames === 0) return uncounted > 0 ? 1 : 0
  return Math.max(1, Math.ceil((frames / Math.max(1, most)) * 4)) as 1 | 2 | 3 | 4
}

/** Share of a sensor's frames that never arrived; undefined when no frame is known. */
export function shareLost({ committed, quarantined, lost }: SensorDay): number | undefined {
  const sent = committed + quarantined + lost
  return sent === 0 ? undefined : lost / sent
}
