/**
 * The data directory is for its owner alone: it holds keys, sessions and all that was received. New files get their mode from the process
 * (`ownerOnlyMask`); what an earlier version or another program left open is closed at the start.
 */
import { chmod, lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

/** For process.umask: new files 0600, new directories 0700. */
export const ownerOnlyMask = 0o077

/** What a server makes in its data directory; nothing else there is touched. */
const ownNames =
  /^(baykeeper\.db.*|notify\.db.*|keys\.json.*|setup\.json.*|session\.key|journal|desk|demo|run|forecast)$/

/** Takes the rights of group and others away. Returns what could not be changed, a sentence each. */
export async function closeToOthers(dataDir: string): Promise<string[]> {
  const own = (await readdir(dataDir)).filter((name) => ownNames.test(name))
  const problems = await Promise.all(own.map((name) => closeTree(path.join(dataDir, name))))
  return [...(await closeOne(dataDir)), ...problems.flat()]
}

async function closeTree(at: string): Promise<string[]> {
  const found = await lstat(at).catch(() => undefined)
  // What a link points to belongs to somebody else.
  if (!found || found.isSymbolicLink()) return []
  const below = found.isDirectory() ? await readdir(at) : []
  const problems = await Promise.all(below.map((name) => closeTree(path.join(at, name))))
  return [...(await closeOne(at)), ...problems.flat()]
}

async function closeOne(at: string): Promise<string[]> {
  try {
    const { mode } = await lstat(at)
    if ((mode & ownerOnlyMask) !== 0) await chmod(at, mode & 0o7777 & ~ownerOnlyMask)
    return []
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException
    // It may have ended meanwhile: a finished segment, a temporary file.
    return code === 'ENOENT' ? [] : [`${at} stays readable for others: ${message}`]
  }
}
