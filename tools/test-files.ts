/**
 * Where tests lie, and in which of three groups they run.
 *
 * - fast: `*.test.ts` beside the code. Part of every check.
 * - slow: `*.slow.test.ts` beside the code: seconds long, or with an external program.
 * - system: `test/*.test.ts`, the whole server with all its processes; one file at a time, because each fills the machine.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const rooms = ['src', 'contract', 'web/src', 'tools', 'test', 'bench', 'forecaster']
export const groups = ['fast', 'slow', 'system'] as const
export type TestGroup = (typeof groups)[number]

/** Paths relative to `root`, sorted. */
export function testFiles(root: string): Record<TestGroup, string[]> {
  const found: Record<TestGroup, string[]> = { fast: [], slow: [], system: [] }
  for (const file of rooms.flatMap((room) => filesBelow(root, room)).sort())
    if (file.endsWith('.test.ts')) found[groupOf(file)].push(file)
  return found
}

/** Rooms whose fast tests start no process and change nothing that another test file of the process would see. */
const pureRooms = [
  'web/src',
  'contract',
  'bench',
  'forecaster',
  ...['domain', 'lib', 'codecs', 'processing', 'forecast', 'simulator', 'store', 'journal'].map(
    (room) => `src/${room}`,
  ),
]

export interface Bundle {
  readonly name: string
  readonly files: readonly string[]
}

/** Files that run in one process: those of a pure room together, each of the others alone. Largest first: nothing long is left for the end. */
export function bundles(files: readonly string[]): Bundle[] {
  const found = new Map<string, string[]>()
  for (const file of files) {
    const name = pureRooms.find((room) => file.startsWith(`${room}/`)) ?? file
    found.getOrInsertComputed(name, () => []).push(file)
  }
  const largestFirst = [...found].toSorted(([, a], [, b]) => b.length - a.length)
  return largestFirst.map(([name, files]) => ({
    name: files.length > 1 ? `${name} (${files.length} files)` : name,
    files,
  }))
}

function groupOf(file: string): TestGroup {
  if (path.posix.dirname(file) === 'test') return 'system'
  return file.endsWith('.slow.test.ts') ? 'slow' : 'fast'
}

function filesBelow(root: string, room: string): string[] {
  const folder = path.join(root, room)
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(room, file.split(path.sep).join('/')))
    .filter((file) => !file.includes('/node_modules/'))
}
