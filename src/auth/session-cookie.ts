/**
 * Sessions without a table: a cookie carries who it is and until when, signed with a key that is made once and kept 0600 in the
 * data directory. Removing `session.key` ends every session.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

export const sessionMs = 30 * 24 * 3_600_000
/** Longer than any cookie made here; longer ones are not looked at. */
const cookieCharsMax = 1_024
const keyBytes = 32

const sessionSchema = z.object({
  name: z.string(),
  scopes: z.array(z.string()),
  /** Hash prefix of the API key that signed in: the session ends with the key. */
  key: z.string().optional(),
  expires: z.number(),
})
export type Session = z.infer<typeof sessionSchema>

export const signCookie = (key: Buffer, session: Session): string => {
  const body = Buffer.from(JSON.stringify(session)).toString('base64url')
  return `${body}.${mac(key, body).toString('base64url')}`
}

export function readCookie(key: Buffer, cookie: string, now: number): Session | undefined {
  if (cookie.length > cookieCharsMax) return undefined
  const dot = cookie.indexOf('.')
  if (dot < 0) return undefined
  const body = cookie.slice(0, dot)
  const given = Buffer.from(cookie.slice(dot + 1), 'base64url')
  const right = mac(key, body)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const session = sessionSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
  return now < session.expires ? session : undefined
}

const mac = (key: Buffer, body: string) => createHmac('sha256', key).update(`session:${body}`).digest()

/** Reads the signing key, or makes it; of two processes that make one together, both use the first. Blocking: once a process. */
export function sessionKey(dataDir: string): Buffer {
  const path = join(dataDir, 'session.key')
  const found = readKey(path)
  if (found) return found
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = openSync(temporary, 'wx', 0o600)
  try {
    writeSync(file, randomBytes(keyBytes))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
  const key = readKey(path)
  if (!key) throw new Error(`${path} is damaged: remove it (every session ends) and start again`)
  return key
}

function readKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path)
    if (key.length === keyBytes) return key
    throw new Error(`${path} is damaged: remove it (every session ends) and start again`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
