/** How often a test window was opened: a committed number, so that tuning on it is visible. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export type Openings = Readonly<Record<string, { readonly opened: number; readonly last: string }>>

const openingsFile = 'docs/forecast-openings.json'

export function readOpenings(root: string): Openings {
  const file = path.join(root, openingsFile)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Openings) : {}
}

/** Counted before a row is read: a run that fails has looked too. */
export function countOpening(root: string, protocol: string): void {
  const before = readOpenings(root)
  const opened = (before[protocol]?.opened ?? 0) + 1
  const after = { ...before, [protocol]: { opened, last: new Date().toISOString().slice(0, 10) } }
  mkdirSync(path.join(root, 'docs'), { recursive: true })
  writeFileSync(path.join(root, openingsFile), `${JSON.stringify(after, undefined, 2)}\n`)
}
