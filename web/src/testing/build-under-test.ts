/** The pages as they are built now, in their own folder: a test never depends on what was built before. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const web = path.join(import.meta.dirname, '../..')
const vite = path.join(web, '../node_modules/vite/bin/vite.js')

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
}

export interface Build extends AsyncDisposable {
  readonly dir: string
  read(file: string): Promise<Buffer>
  /** Scripts that a page loads first, and its style sheets; with what it loads later when `lazy`. */
  filesOf(
    page: 'desk' | 'public',
    lazy?: boolean,
  ): { readonly scripts: readonly string[]; readonly styles: readonly string[] }
  scriptOf(page: 'desk' | 'public'): string
  /** Size that each lazily loaded page of the desk adds, by the name of its file. */
  routes(): ReadonlyMap<string, readonly string[]>
}

export async function buildPages(): Promise<Build> {
  const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-web-'))
  const built = await new Promise<number | null>((resolve) => {
    const args = [vite, 'build', '--outDir', dir, '--emptyOutDir', '--logLevel', 'warn']
    spawn(process.execPath, args, { cwd: web, stdio: ['ignore', 'ignore', 'inherit'] }).on('exit', resolve)
  })
  if (built !== 0) throw new Error(`the pages could not be built: exit code ${built}`)
  const manifest = JSON.parse(await readFile(path.join(dir, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
  const entry = (page: 'desk' | 'public') => (page === 'desk' ? 'src/shell/main.tsx' : 'src/pages/public/main.tsx')
  const closure = (name: string, lazy: boolean, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen
    seen.add(name)
    const chunk = manifest[name]
    const next = [...(chunk?.imports ?? []), ...(lazy ? (chunk?.dynamicImports ?? []) : [])]
    for (const imported of next) closure(imported, lazy, seen)
    return seen
  }
  return {
    dir,
    read: (file) => readFile(path.join(dir, file)),
    filesOf(page, lazy = false) {
      const chunks = [...closure(entry(page), lazy)].map((name) => manifest[name] as Chunk)
      return {
        scripts: chunks.map(({ file }) => file),
        styles: [...new Set(chunks.flatMap(({ css }) => css ?? []))],
      }
    },
    routes() {
      const here = closure(entry('desk'), false)
      const pages = (manifest[entry('desk')]?.dynamicImports ?? []).filter((name) => /-pages?\.tsx$/.test(name))
      return new Map(
        pages.map((name) => {
          const added = [...closure(name, true)]
            .filter((each) => !here.has(each))
            .map((each) => manifest[each] as Chunk)
          return [name, [...new Set(added.flatMap(({ file, css = [] }) => [file, ...css]))]]
        }),
      )
    },
    scriptOf: (page) => (manifest[entry(page)] as Chunk).file,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
