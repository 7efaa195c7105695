/** Tables of overstays. */
import { reportTables } from '@baykeeper/contract/reports.ts'
import type { OverstaySum } from '../store/store.ts'
import type { FilledTable } from './report.ts'
import type { Scope } from './scope.ts'

export function overstayBaysTable({ bays }: Scope, sums: readonly OverstaySum[]): FilledTable {
  const rows = sums
    .toSorted((a, b) => b.minutes - a.minutes || (a.bay < b.bay ? -1 : 1))
    .map(({ bay, maxStayMin, graceMin, overstays, minutes, longestMin }) => ({
      ...{ site: bays.get(bay)?.site ?? null, level: bays.get(bay)?.level ?? null, bay, max_stay_min: maxStayMin },
      ...{ grace_min: graceMin, overstays, minutes, longest_min: longestMin },
    }))
  return { table: reportTables.overstayBays, rows }
}

export function overstayRulesTable(sums: readonly OverstaySum[]): FilledTable {
  const byRule = Map.groupBy(sums, ({ maxStayMin, graceMin }) => JSON.stringify([maxStayMin, graceMin]))
  const rows = [...byRule.values()].map((of) => {
    const [first] = of as [OverstaySum, ...OverstaySum[]]
    const { overstays, minutes } = overstayTotals(of)
    return {
      ...{ max_stay_min: first.maxStayMin, grace_min: first.graceMin, overstays, minutes },
      ...{
        mean_min: minutes / overstays,
        longest_min: of.reduce((longest, row) => Math.max(longest, row.longestMin), 0),
      },
    }
  })
  rows.sort((a, b) => a.max_stay_min - b.max_stay_min || a.grace_min - b.grace_min)
  return { table: reportTables.overstayRules, rows }
}

export const overstayTotals = (sums: readonly OverstaySum[]) => ({
  overstays: sums.reduce((sum, row) => sum + row.overstays, 0),
  minutes: sums.reduce((sum, row) => sum + row.minutes, 0),
})
