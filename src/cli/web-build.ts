/** Builds the pages when their output is missing or older than their sources, as `start` promises. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

const root = path.join(import.meta.dirname, '../..')

/** Returns why the pages could not be built, undefined when they are there. */
export async function ensureWebBuilt(say: (line: string) => void): Promise<string | undefined> {
  // Without a manifest the pages were never built.
  const built = await stat(path.join(root, 'web/dist/.vite/manifest.json')).catch(() => undefined)
  const vite = path.join(root, 'node_modules/vite/bin/vite.js')
  const newest = Math.max(...(await Promise.all(['web/src', 'contract'].map((dir) => newestIn(path.join(root, dir))))))
  if (built && built.mtimeMs >= newest) return undefined
  if (!existsSync(vite)) return built ? undefined : 'the pages are not built and the build tool is missing: run npm ci'
  say(built ? 'the pages are older than their sources: building them' : 'the pages are not built yet: building them')
  // Pages are no secret: another user of this machine may build or serve them too.
  const mask = process.umask(0o022)
  const code = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: path.join(root, 'web'),
      stdio: ['ignore', 2, 2],
    })
    child.on('error', () => resolve(1))
    child.on('exit', (exit) => resolve(exit ?? 1))
  })
  process.umask(mask)
  return code === 0 ? undefined : 'the pages could not be built (see above); the server runs without them'
}

async function newestIn(dir: string): Promise<number> {
  let newest = 0
  // A folder that is missing holds nothing newer.
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []))
    if (entry.isFile() && !entry.parentPath.includes('node_modules'))
      newest = Math.max(newest, (await stat(path.join(entry.parentPath, entry.name))).mtimeMs)
  return newest
}
