/**
 * The import law: which room may import which. The table of ARCHITECTURE.md is the law; this reads it and reports violations.
 *
 * Test code (`*.test.ts`, what imports `node:test`, and what lies in a folder `testing/`) may import across rooms.
 */
import path from 'node:path'
import { importsOf } from './imports.ts'

/** Room to the rooms it may import. */
export type ImportTable = ReadonlyMap<string, ReadonlySet<string> | 'everything'>

export interface Finding {
  readonly file: string
  readonly line: number
  /** The problem, and what to do instead. */
  readonly text: string
}

/** The rows below the header `| room | holds | may import |`. Throws when there is no such table: a missing table must not pass as an empty one. */
export function readImportTable(markdown: string): ImportTable {
  const lines = markdown.split('\n')
  const header = lines.findIndex((line) => cells(line).join('|') === 'room|holds|may import')
  if (header < 0) throw new Error('ARCHITECTURE.md has no table "| room | holds | may import |"')
  const table = new Map<string, ReadonlySet<string> | 'everything'>()
  for (const line of lines.slice(header + 2)) {
    const [room, , may] = cells(line)
    if (!room || may === undefined) break
    table.set(
      room,
      may === 'everything'
        ? may
        : new Set(
            may
              .split(',')
              .map((name) => name.trim())
              .filter(Boolean),
          ),
    )
  }
  for (const [room, may] of table)
    if (may !== 'everything')
      for (const name of may)
        if (!table.has(name)) throw new Error(`ARCHITECTURE.md: the row of ${room} names ${name}, which has no row`)
  return table
}

const cells = (line: string) =>
  line.startsWith('|')
    ? line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim())
    : []

/**
 * Room of a file: `src/<room>/...`, `contract`, `vocabulary` (its files without imports), `web`, `main.ts`. `undefined`: outside the
 * product (tools, tests, bench).
 */
export function roomOf(file: string): string | undefined {
  const [top, second, ...below] = file.split('/')
  if (top === 'contract' && vocabulary.has(second ?? '')) return 'vocabulary'
  if (top === 'contract' || top === 'web' || top === 'forecaster') return top
  if (top !== 'src' || second === undefined) return undefined
  if (below.length > 0) return second
  return 'main.ts'
}

/** Declarations of `contract` that every room may read. */
const vocabulary = new Set(['vocabulary.ts', 'measures.ts', 'balance.ts'])

const pure = new Set(['domain', 'codecs'])
/** Rooms that know what is stored, but not how. */
const storeByContract = new Set(['processing', 'api', 'forecast'])
const storeContract = 'src/store/store.ts'
/** The declared tables, and the store in memory for their tests. */
const storeDeclarations = /^src\/store\/(?:table\.ts|tables\/|testing\/)/
const testCode = /(?:\.test|-under-test)\.tsx?$|\/testing\//
const suffixes = /\.(?:tsx?|css|json|svg)(?:\?\w+)?$/

/** Violations in one file. `file` is relative to the root, with slashes. */
export function checkImports(table: ImportTable, file: string, text: string): Finding[] {
  const room = roomOf(file)
  const imports = importsOf(text)
  const isTest = testCode.test(file) || imports.some(({ specifier }) => specifier === 'node:test')
  return imports.flatMap(({ specifier, line }) => {
    const finding = (text: string): Finding[] => [{ file, line, text: `imports '${specifier}': ${text}` }]
    if (specifier.startsWith('.') && !suffixes.test(specifier)) return finding('a relative import ends in .ts')
    if (room === undefined || isTest) return []
    const why = forbidden({ table, file, room, specifier })
    return why ? finding(why) : []
  })
}

interface Case {
  readonly table: ImportTable
  readonly file: string
  readonly room: string
  readonly specifier: string
}

function forbidden({ table, file, room, specifier }: Case): string | undefined {
  if (specifier.startsWith('node:'))
    return pure.has(room) ? `${room} is pure and uses no node: module; have what it needs handed in` : undefined
  const target = targetOf(file, specifier)
  if (target === undefined) return undefined
  const into = roomOf(target)
  if (into === undefined) return 'the product imports nothing of tools, tests or bench; move what both need into a room'
  if (target === 'src/main.ts') return 'no file imports main.ts; move what you need into a file of its own'
  if (into === room) return undefined
  if (into === 'vocabulary') return undefined
  if (into === 'cli' && file !== 'src/main.ts') return 'only main.ts imports cli; move what you need into a room'
  const may = table.get(room)
  if (!may) return `${room} has no row in the table of ARCHITECTURE.md; add one with the rooms it may import`
  if (may === 'everything') return undefined
  if (!may.has(into)) {
    const allowed = may.size > 0 ? `only ${[...may].join(', ')}` : 'no other room'
    return `${room} may import ${allowed} (ARCHITECTURE.md), not ${into}; have it handed in, or move the noun to domain`
  }
  if (into === 'store' && storeByContract.has(room) && target !== storeContract && !storeDeclarations.test(target))
    return `${room} knows the store by its contract alone; import ${storeContract}, and have the store handed in`
  return undefined
}

/** Path from the root that an import leads to; undefined for an external package. */
function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(file), specifier)
  const workspace = /^@baykeeper\/([^/]+)(?:\/(.*))?$/.exec(specifier)
  return workspace ? `${workspace[1]}/${workspace[2] ?? ''}` : undefined
}
