/**
 * Finds a closed list of `contract/vocabulary.ts`, or the measures, typed out again: three of its members in a row, in a list or a union. Labels
 * are not meant: as a `Record` over the list's type they are checked by the compiler. Tests may choose samples.
 */
import { measures } from '@baykeeper/contract/measures.ts'
import * as vocabulary from '@baykeeper/contract/vocabulary.ts'
import type { Finding } from './import-law.ts'
import { lineAt } from './imports.ts'

const membersInRow = 3
/**
 * Protocols: which of them a simulated board or a benchmark speaks is a choice of its own. The others have members that are fields elsewhere, as site,
 * level and zone.
 */
const chosenFrom = new Set([
  ...['sourceKinds', 'shownSourceKinds'],
  ...['watchedPlaces', 'alertSubjects', 'alertActions', 'alertEvents'],
])
const declared = { ...vocabulary, measures: measures.map(({ name }) => name) }
const lists: readonly (readonly [name: string, members: ReadonlySet<string>])[] = Object.entries(declared).flatMap(
  ([name, value]) => (Array.isArray(value) && !chosenFrom.has(name) ? [[name, new Set<string>(value)] as const] : []),
)

/** Texts with a comma or a bar between them. */
const rows = /'[^'\n]*'(?:\s*[,|]\s*'[^'\n]*')+/g
const testCode = /(?:\.test|-under-test|\.bench)\.tsx?$|^test\/|-contract(?:-[a-z-]+)?\.ts$/

export function typedAgain(file: string, text: string): Finding[] {
  if (testCode.test(file) || file === 'contract/vocabulary.ts') return []
  return [...text.matchAll(rows)].flatMap((row) => {
    const texts = row[0].match(/'[^'\n]*'/g) ?? []
    const found = lists.find(([, members]) => longestRun(texts, members) >= membersInRow)
    if (!found) return []
    const what = `types out members of ${found[0]} again; import it from contract/, or derive a part of it there`
    return [{ file, line: lineAt(text, row.index), text: what }]
  })
}

function longestRun(texts: readonly string[], members: ReadonlySet<string>): number {
  let longest = 0
  let run = 0
  for (const text of texts) {
    run = members.has(text.slice(1, -1)) ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}
