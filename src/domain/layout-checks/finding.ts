/** What a check finds in a layout, and where findings are collected: bounded, but every one is counted. */
import { type LayoutFindingCode, layoutFindings } from '@baykeeper/contract/vocabulary.ts'

export type LayoutPath = readonly (string | number)[]

export interface LayoutFinding {
  readonly code: LayoutFindingCode
  /** Where in the layout, by fields and list indexes. */
  readonly path: LayoutPath
  /** Ids of the objects in question, the one to change first. */
  readonly ids: readonly string[]
  /** Names the object, what is wrong with it and what to do. */
  readonly message: string
}

export interface LayoutFindings {
  readonly faults: readonly LayoutFinding[]
  readonly warnings: readonly LayoutFinding[]
  /** Of all, those that are not listed included. */
  readonly faultCount: number
  readonly warningCount: number
}

/** Listed of each code: people fix one kind at a time, and a layout that is wrong throughout needs no list of all its bays. */
export const findingsPerCodeMax = 50

export interface FindingList {
  add(code: LayoutFindingCode, path: LayoutPath, ids: readonly string[], message: string): void
  found(): LayoutFindings
}

export function findingList(): FindingList {
  const byCode = new Map<LayoutFindingCode, { listed: LayoutFinding[]; count: number }>()
  const of = (severity: 'fault' | 'warning') =>
    [...byCode].filter(([code]) => layoutFindings[code].severity === severity).map(([, found]) => found)
  const countOf = (severity: 'fault' | 'warning') => of(severity).reduce((sum, { count }) => sum + count, 0)
  return {
    add(code, path, ids, message) {
      const found = byCode.getOrInsertComputed(code, () => ({ listed: [], count: 0 }))
      found.count++
      if (found.listed.length < findingsPerCodeMax) found.listed.push({ code, path, ids, message })
    },
    found: () => ({
      faults: of('fault').flatMap(({ listed }) => listed),
      warnings: of('warning').flatMap(({ listed }) => listed),
      faultCount: countOf('fault'),
      warningCount: countOf('warning'),
    }),
  }
}
