/**
 * Sets up a database server that this Debian release does not have, for tests: its packages and what they need from another release,
 * unpacked into a folder outside the repository. Nothing is installed on the machine. The folder is renamed into place when it is whole,
 * with the recipe it was made from, so that a run that was cut short leaves nothing that looks complete.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  isUnpacked,
  recipeMark,
  recipeText,
  serverFolder,
  serverRecipes,
  type UnpackedKind,
  unpackedProgram,
} from '../src/store/testing/server-programs.ts'
import { runCommand } from './run-command.ts'

/** A mirror that is slower than this is not waited for: the tests skip, by name. */
const unpackMsMax = 5 * 60_000

/** Resolves with why it could not be done, or undefined. */
export async function unpackServer(kind: UnpackedKind, msMax = unpackMsMax): Promise<string | undefined> {
  if (isUnpacked(kind)) return undefined
  const mirror = await debianMirror()
  if (mirror === undefined) return 'no Debian mirror is named in /etc/apt'
  const folder = serverFolder(kind)
  const making = `${folder}.making-${process.pid}`
  const within = AbortSignal.timeout(msMax)
  try {
    await mkdir(making, { recursive: true })
    await unpack(kind, mirror, making, within)
    await writeFile(recipeMark(making), recipeText(kind))
    await rm(folder, { recursive: true, force: true })
    await rename(making, folder)
    return undefined
  } catch (error) {
    // Another run was faster.
    if (isUnpacked(kind)) return undefined
    return within.aborted ? `not complete within ${msMax / 1_000} s (a slow mirror?)` : (error as Error).message
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

async function unpack(kind: UnpackedKind, mirror: string, into: string, within: AbortSignal) {
  const { suite, packages, program } = serverRecipes[kind]
  const downloads = path.join(into, 'downloads')
  const include = `--include=${packages.join(',')}`
  await run(['debootstrap', '--download-only', '--variant=minbase', include, suite, downloads, mirror], within)
  const archives = path.join(downloads, 'var/cache/apt/archives')
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
  for (const name of files) await run(['dpkg-deb', '--extract', path.join(archives, name), into], within)
  await rm(downloads, { recursive: true, force: true })
  const [command, ...first] = unpackedProgram(into, program)
  await run([command, ...first, '--version'], within)
}

async function run(command: readonly [string, ...string[]], within: AbortSignal) {
  const { ok, output } = await runCommand(command, {}, within)
  if (ok) return
  const tail = output.trim().split('\n').slice(-3).join('; ')
  throw new Error(`${path.basename(command[0])} failed: ${tail}`)
}

/** The mirror that this machine's own packages come from. */
export async function debianMirror(apt = '/etc/apt'): Promise<string | undefined> {
  const folder = path.join(apt, 'sources.list.d')
  const names = existsSync(folder) ? (await readdir(folder)).sort().map((name) => path.join(folder, name)) : []
  for (const file of [path.join(apt, 'sources.list'), ...names]) {
    if (!existsSync(file) || !/\.(list|sources)$/.test(file)) continue
    const text = (await readFile(file, 'utf8')).replace(/^\s*#.*$/gm, '')
    for (const [, address = ''] of text.matchAll(/^\s*(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S+)/gm))
      if (/^https?:\/\/\S+\/debian\/?$/.test(address)) return address
  }
  return undefined
}
