/**
 * How many lines each function of the product has, and the rule about it: none over 100 but those in long-functions.ts, and no more over 60 than
 * there are. The compiler parses the files and resolves nothing, which takes about a second for all of `src/`.
 */
import path from 'node:path'
import { type Node, SyntaxKind } from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'
import type { Finding } from './import-law.ts'

export interface FunctionSize {
  readonly file: string
  /** Its own name, or that of what it is given to; empty when there is none. */
  readonly name: string
  readonly line: number
  readonly lines: number
}

/** A function that may have more than 100 lines. */
export interface LongFunction {
  readonly file: string
  readonly name: string
  readonly reason: string
}

export interface SizeLimits {
  /** In the order of files, then names. */
  readonly long: readonly LongFunction[]
  /** How many functions have more than 60 lines, those in `long` included. */
  readonly over60: number
}

const linesMax = 100
const linesCounted = 60

/** Tests are lists of cases, and a suite is a function for its form only. */
export const isMeasured = (file: string): boolean =>
  /^src\/.*\.tsx?$/.test(file) && !/\.test\.tsx?$|\/(?:testing|bench)\/|\.bench\.ts$/.test(file)

/** Functions of more than 60 lines in these files of `root`, in their order. */
export function functionSizes(root: string, files: readonly string[]): FunctionSize[] {
  if (files.length === 0) return []
  const config = path.join(root, 'function-sizes.json')
  const project = {
    compilerOptions: { noResolve: true, noLib: true, types: [], allowImportingTsExtensions: true, noEmit: true },
    files,
  }
  const api = new API({
    cwd: root,
    fs: {
      readFile: (file) => (file === config ? JSON.stringify(project) : undefined),
      fileExists: (file) => (file === config ? true : undefined),
    },
  })
  try {
    const [opened] = api.updateSnapshot({ openProjects: [config] }).getProjects()
    return files.flatMap((file) => {
      const parsed = opened?.program.getSourceFile(path.join(root, file))
      if (!parsed) throw new Error(`${file} was not parsed`)
      return sizesIn(file, parsed, parsed.text)
    })
  } finally {
    api.close()
  }
}

function sizesIn(file: string, parsed: Node, text: string): FunctionSize[] {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const lineAt = (pos: number) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= pos) low = middle
      else high = middle
    }
    return low + 1
  }
  const found: FunctionSize[] = []
  const visit = (node: Node) => {
    // Nothing within it can be longer.
    if (lineAt(node.end) - lineAt(node.pos) < linesCounted) return
    if (isFunction(node)) {
      const line = lineAt(node.getStart())
      const lines = lineAt(node.end) - line + 1
      if (lines > linesCounted) found.push({ file, name: nameOf(node) ?? nameOf(node.parent) ?? '', line, lines })
    }
    node.forEachChild(visit)
  }
  parsed.forEachChild(visit)
  return found
}

const functionKinds: ReadonlySet<SyntaxKind> = new Set([
  ...[SyntaxKind.FunctionDeclaration, SyntaxKind.FunctionExpression, SyntaxKind.ArrowFunction, SyntaxKind.Constructor],
  ...[SyntaxKind.MethodDeclaration, SyntaxKind.GetAccessor, SyntaxKind.SetAccessor],
])
const isFunction = ({ kind }: Node) => functionKinds.has(kind)

const nameOf = (node: Node | undefined): string | undefined =>
  (node as { readonly name?: { readonly text?: string } } | undefined)?.name?.text

/** What is against the rule. `listFile`: where the limits stand. */
export function checkSizes(sizes: readonly FunctionSize[], { long, over60 }: SizeLimits, listFile: string): Finding[] {
  const findings: Finding[] = []
  const key = ({ file, name }: { readonly file: string; readonly name: string }) => `${file} ${name}`
  const listed = new Set(long.map(key))
  const tooLong = sizes.filter(({ lines }) => lines > linesMax)
  const reallyLong = new Set(tooLong.map(key))
  const inList = (text: string): Finding => ({ file: listFile, line: 1, text })
  for (const size of tooLong)
    if (!listed.has(key(size)))
      findings.push({
        ...{ file: size.file, line: size.line },
        text: `${size.name || 'a function'} has ${size.lines} lines, more than ${linesMax}; split it along what it does`,
      })
  for (const entry of long)
    if (!reallyLong.has(key(entry)))
      findings.push(inList(`${key(entry)} has no more than ${linesMax} lines; remove it from the list`))
  const unsorted = long.findIndex((entry, at) => at > 0 && key(long[at - 1] as LongFunction) >= key(entry))
  if (unsorted >= 0) findings.push(inList(`${key(long[unsorted] as LongFunction)} is out of order; sort the list`))
  if (sizes.length > over60)
    findings.push(
      inList(
        `${sizes.length} functions have more than ${linesCounted} lines, ${over60} are allowed; split the new one`,
      ),
    )
  if (sizes.length < over60)
    findings.push(inList(`only ${sizes.length} functions have more than ${linesCounted} lines; set over60 to that`))
  return findings
}
