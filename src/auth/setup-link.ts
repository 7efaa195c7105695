/**
 * The one-time secret behind the setup link. One is valid at a time, for an hour, and it opens the desk once: of two processes
 * that consume it together, the one whose rename finds the file wins. Only its hash is on disk.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { link, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import type { Clock } from '../lib/clock.ts'

const validMs = 3_600_000

const setupSchema = z.object({ hash: z.string().length(64), expires: z.number() })

const pathOf = (dataDir: string) => join(dataDir, 'setup.json')

/** Makes a new secret and so ends the one before it. */
export async function createSetupSecret(dataDir: string, clock: Clock): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  const content = { hash: hash('sha256', secret), expires: clock.now() + validMs }
  await writeFileAtomic(pathOf(dataDir), `${JSON.stringify(content)}\n`)
  return secret
}

export const isSetupSecret = (dataDir: string, secret: string, clock: Clock): Promise<boolean> =>
  matches(pathOf(dataDir), secret, clock)

/** True exactly once for a valid secret. A wrong one does not use up the right one. */
export async function consumeSetupSecret(dataDir: string, secret: string, clock: Clock): Promise<boolean> {
  const path = pathOf(dataDir)
  if (!(await matches(path, secret, clock))) return false
  const mine = `${path}.${randomBytes(6).toString('hex')}.used`
  try {
    await rename(path, mine)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  // A newer link may have taken the file's place since it was read: then it is put back, unless one newer still stands there.
  const won = await matches(mine, secret, clock)
  // A newer link stands there: this one is void.
  if (!won) await link(mine, path).catch(() => {})
  await rm(mine, { force: true })
  return won
}

async function matches(path: string, secret: string, clock: Clock): Promise<boolean> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  const setup = parse(text)
  if (!setup || clock.now() >= setup.expires) return false
  return timingSafeEqual(hash('sha256', secret, 'buffer'), Buffer.from(setup.hash, 'hex'))
}

/** A damaged file is no valid link: making a new one writes over it. */
function parse(text: string): z.infer<typeof setupSchema> | undefined {
  try {
    const { success, data } = setupSchema.safeParse(JSON.parse(text))
    return success && /^[0-9a-f]{64}$/.test(data.hash) ? data : undefined
  } catch {
    // A file that cannot be read opens nothing: the next start writes a new link.
    return undefined
  }
}
