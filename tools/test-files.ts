/**
 * Where tests lie, and in which of three groups they run.
 *
 * - fast: `*.test.ts` beside the code. Part of every check.
 * - slow: `*.slow.test.ts` beside the code: seconds long, or with an external program.
 * - system: `test/*.test.ts`, the whole server with all its processes; two files at a time, and a third while a core is idle.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const rooms = ['src', 'contract', 'web/src', 'tools', 'test', 'bench', 'forecaster']
export type TestGroup = 'fast' | 'slow' | 'system'

/** Paths relative to `root`, sorted. */
export function testFiles(root: string): Record<TestGroup, string[]> {
  const found: Record<TestGroup, string[]> = { fast: [], slow: [], system: [] }
  for (const file of rooms.flatMap((room) => filesBelow(root, room)).sort())
    if (file.endsWith('.test.ts')) found[groupOf(file)].push(file)
  return found
}

/**
 * Rooms whose fast tests run in one process, the longest first: nothing long is left for the end. They leave nothing behind that
 * another test file would see. A file belongs to the innermost room.
 */
const sharedRooms = [
  'src/api',
  'src/sources/http',
  'src/sources/mqtt',
  'src/processing',
  'src/store',
  'src/simulator',
  'src/forecast',
  'src/codecs',
  'src/journal',
  'forecaster',
  'tools',
  'src/cli',
  'src/sources',
  'test',
  'src/audit',
  'src/auth',
  'src/processes',
  'src/domain',
  'web/src',
  'src/config',
  'src/lib',
  'src/intake',
  'src/notify',
  'src/reports',
  'src/layout',
  'src/signs',
  'contract',
  'bench',
]

export interface Bundle {
  readonly name: string
  readonly files: readonly string[]
}

/** Files that run in one process: the start of one, which loads the same libraries each time, is most of the time of a small file. */
export function bundles(files: readonly string[]): Bundle[] {
  const found = new Map<string, string[]>(sharedRooms.map((room) => [room, []]))
  for (const file of files) {
    const [name = file] = sharedRooms
      .filter((room) => file.startsWith(`${room}/`))
      .toSorted((a, b) => b.length - a.length)
    found.getOrInsertComputed(name, () => []).push(file)
  }
  return [...found]
    .filter(([, files]) => files.length > 0)
    .map(([name, files]) => ({ name: files.length > 1 ? `${name} (${files.length} files)` : name, files }))
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
