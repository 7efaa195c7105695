/** What differs between two layouts, in lines and numbers. */
import { type BayDifference, bayChanges, type LayoutDiff } from '../layout/layout-diff.ts'
import { counted } from './counted.ts'

const shownMax = 200

const sign: Readonly<Record<BayDifference['is'], string>> = {
  added: '+',
  removed: '-',
  moved: '~',
  retyped: '~',
  reassigned: '~',
  changed: '~',
}

export function diffLines(changes: LayoutDiff): string[] {
  const lines = changes.bays.map(({ is, bay, where, what }) => `${sign[is]} bay ${bay} (${where}) ${is}: ${what}`)
  return [
    ...lines.slice(0, shownMax),
    ...(lines.length > shownMax ? [`and ${lines.length - shownMax} more: --json lists all`] : []),
    ...changes.others,
    countLine(changes),
  ]
}

export const countsOf = (changes: LayoutDiff) => {
  const counts = Object.groupBy(changes.bays, ({ is }) => is)
  const count = (is: BayDifference['is']) => counts[is]?.length ?? 0
  return {
    ...{ added: count('added'), removed: count('removed'), moved: count('moved'), retyped: count('retyped') },
    ...{ reassigned: count('reassigned'), changed: count('changed') },
  }
}

export function countLine(changes: LayoutDiff): string {
  const counts = countsOf(changes)
  const parts = bayChanges.filter((is) => counts[is] > 0).map((is) => `${counts[is]} ${is}`)
  const others = changes.others.length > 0 ? [counted(changes.others.length, 'other change')] : []
  return [...parts, ...others].join(', ') || 'no difference'
}
