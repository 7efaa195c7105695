/**
 * The keyring: who may send readings and who may use the API. It lives in files of the data directory, so that intake can
 * check a token while the database is down.
 *
 * Promises
 * - K1 A token is 256 random bits and is shown once; `keys.json` (0600, written whole or not at all) holds SHA-256 hashes.
 * - K2 A change made by another process counts at once for a token not known before (a miss looks at the small file), within a
 *   second for one that was revoked.
 * - K3 A damaged file is an error that names it at opening; found later, the keys known before stay valid.
 * - K4 A setup secret opens the desk once, also when several clients use it at the same time.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Scope, scopes } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { readCookie, type Session, sessionKey, sessionMs, signCookie } from './session-cookie.ts'
import { consumeSetupSecret, createSetupSecret } from './setup-link.ts'

export type KeyKind = 'ingest' | 'api'

/** Names what a token stands for: a source, or the user of an API key. */
const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name is 1 to 64 letters, digits, dots, dashes or underscores')
/** Source and key name of the tokens in the environment. */
const envName = 'env'
const envCharsMin = 16
/** How often the file is looked at, so that a change counts within a second. */
const lookMs = 500
const lockWaitMs = 5_000
const lockStaleMs = 30_000

const keySchema = z.object({
  kind: z.enum(['ingest', 'api']),
  name: nameSchema,
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 hash in hexadecimal'),
  scopes: z.array(z.enum(scopes)).optional(),
  time: z.literal('trust').optional(),
  created: z.string(),
})
type Key = z.infer<typeof keySchema>
const fileSchema = z.object({ version: z.literal(1), keys: z.array(keySchema) })

interface NewToken {
  readonly name: string
  readonly kind: KeyKind
  /** Of an API key; default all. */
  readonly scopes?: readonly Scope[]
  /** Of an ingest token: the times in its readings are trusted without a check (replay, history upload). */
  readonly time?: 'trust'
  /** Ends the token of this name and kind, if there is one, in the same step. */
  readonly replace?: boolean
}

interface KeyInfo {
  readonly kind: KeyKind
  readonly name: string
  readonly scopes?: readonly Scope[]
  readonly time?: 'trust'
  /** ISO 8601; absent for the environment. */
  readonly created?: string
  readonly origin: 'file' | 'environment'
}

export interface Principal {
  readonly name: string
  readonly scopes: readonly Scope[]
}

export interface Keyring extends Disposable {
  /** Returns the token, which is kept nowhere. */
  createToken(token: NewToken): Promise<string>
  list(): readonly KeyInfo[]
  /** False when there was none. */
  revoke(name: string, kind: KeyKind): Promise<boolean>
  ingest(token: string): { readonly source: string; readonly time?: 'trust' } | undefined
  apiKey(token: string): Principal | undefined
  /** Grows with each change of the keys: who keeps a connection open after a check checks again then. */
  version(): number
  /** No ingest token exists, neither in the file nor in the environment: no client can send yet. */
  isEmpty(): boolean
  /** A one-time secret, valid for an hour; the one before it ends. */
  createSetupLink(): Promise<string>
  consumeSetup(secret: string): Promise<boolean>
  /** Cookie value, valid 30 days; default the owner of the setup link, with all scopes. With `apiKey` it ends when that key does. */
  signSession(apiKey?: string): string
  verifySession(cookie: string): Principal | undefined
}

class KeyringError extends Error {
  readonly code: 'E_KEYS_FILE' | 'E_KEYS_NAME' | 'E_KEYS_EXISTS' | 'E_KEYS_LOCKED'
  constructor(code: KeyringError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface KeyringOptions {
  readonly clock?: Clock
  /** Called when the file is found damaged later on (K3), once per change. */
  readonly onProblem?: (error: KeyringError) => void
}

export async function openKeyring(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  options: KeyringOptions = {},
): Promise<Keyring> {
  const { clock = systemClock, onProblem = () => {} } = options
  const path = join(dataDir, 'keys.json')
  const fromEnv = environmentKeys(env)
  let known: readonly Key[] = []
  let index = indexOf([])
  let stamp = ''
  let version = 0
  let signingKey: Buffer | undefined

  const use = (keys: readonly Key[]) => {
    known = keys
    version++
    index = indexOf([...keys, ...fromEnv])
  }
  /** True when the file had changed. */
  const look = (): boolean => {
    const now = stampOf(path)
    if (now === stamp) return false
    stamp = now
    use(readKeys(path))
    return true
  }
  look()
  const lookAgain = (): boolean => {
    try {
      return look()
    } catch (error) {
      onProblem(error instanceof KeyringError ? error : fileError(path, error))
      return false
    }
  }
  const timer = setInterval(lookAgain, lookMs).unref()
  const find = (kind: KeyKind, token: string) =>
    index.find(kind, token) ?? (lookAgain() ? index.find(kind, token) : undefined)

  /** One writer at a time, over processes: read, change, write under the lock. */
  const change = async <T>(edit: (keys: readonly Key[]) => { keys: readonly Key[]; answer: T }): Promise<T> => {
    await using _lock = await lock(`${path}.lock`, dataDir)
    const { keys, answer } = edit(readKeys(path))
    await writeFileAtomic(path, `${JSON.stringify({ version: 1, keys }, undefined, 2)}\n`)
    use(keys)
    return answer
  }
  const signing = () => {
    signingKey ??= sessionKey(dataDir)
    return signingKey
  }

  return {
    async createToken({ name, kind, scopes: wanted, time, replace = false }) {
      checkName(name)
      const token = `${kind === 'ingest' ? 'bkt_' : 'bka_'}${randomBytes(32).toString('base64url')}`
      const key: Key = {
        kind,
        name,
        hash: hash('sha256', token),
        ...(kind === 'api' ? { scopes: [...(wanted ?? scopes)] } : {}),
        ...(kind === 'ingest' && time ? { time } : {}),
        created: new Date(clock.now()).toISOString(),
      }
      return change((keys) => {
        const others = keys.filter((k) => k.kind !== kind || k.name !== name)
        if (others.length < keys.length && !replace)
          throw new KeyringError('E_KEYS_EXISTS', `there is a token for ${name} already: replace it or revoke it first`)
        return { keys: [...others, key], answer: token }
      })
    },
    list: () => [...known.map((key) => infoOf(key, 'file')), ...fromEnv.map((key) => infoOf(key, 'environment'))],
    revoke: (name, kind) =>
      change((keys) => {
        const left = keys.filter((k) => k.kind !== kind || k.name !== name)
        return { keys: left, answer: left.length < keys.length }
      }),
    ingest(token) {
      const key = find('ingest', token)
      return key && { source: key.name, ...(key.time ? { time: key.time } : {}) }
    },
    apiKey: (token) => principalOf(find('api', token)),
    version: () => version,
    isEmpty: () => ![...known, ...fromEnv].some((key) => key.kind === 'ingest'),
    createSetupLink: () => createSetupSecret(dataDir, clock),
    consumeSetup: (secret) => consumeSetupSecret(dataDir, secret, clock),
    signSession(apiKey) {
      const expires = clock.now() + sessionMs
      if (apiKey === undefined) return signCookie(signing(), { name: 'setup', scopes: [...scopes], expires })
      const key = index.find('api', apiKey)
      if (!key) throw new KeyringError('E_KEYS_NAME', 'a session can only be signed for a valid API key')
      return signCookie(signing(), { name: key.name, scopes: key.scopes ?? [], key: key.hash, expires })
    },
    verifySession(cookie) {
      let session: Session | undefined
      try {
        session = readCookie(signing(), cookie, clock.now())
      } catch {
        return undefined
      }
      if (!session) return undefined
      if (session.key !== undefined) return principalOf(index.findHash('api', session.key))
      return { name: session.name, scopes: scopes.filter((scope) => session.scopes.includes(scope)) }
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

const principalOf = (key: Key | undefined): Principal | undefined =>
  key && { name: key.name, scopes: key.scopes ?? scopes }

const infoOf = (key: Key, origin: KeyInfo['origin']): KeyInfo => ({
  kind: key.kind,
  name: key.name,
  ...(key.scopes ? { scopes: key.scopes } : {}),
  ...(key.time ? { time: key.time } : {}),
  ...(key.created ? { created: key.created } : {}),
  origin,
})

/** Looked up by the first half of the hash, compared in constant time on the whole of it. */
function indexOf(keys: readonly Key[]) {
  const byPrefix = Map.groupBy(keys, (key) => `${key.kind}:${key.hash.slice(0, 32)}`)
  const findHash = (kind: KeyKind, hex: string) =>
    byPrefix.get(`${kind}:${hex.slice(0, 32)}`)?.find((key) => timingSafeEqual(Buffer.from(key.hash), Buffer.from(hex)))
  return { findHash, find: (kind: KeyKind, token: string) => findHash(kind, hash('sha256', token)) }
}

/** Weaknesses of the environment's tokens, one sentence each. The caller decides whether a weak token is allowed. */
export const weakEnvironment = (env: Readonly<Record<string, string | undefined>> = process.env): readonly string[] =>
  [ingestVariable, apiVariable].flatMap((variable) => {
    const { length } = env[variable] ?? ''
    return length > 0 && length < envCharsMin
      ? [`${variable} has ${length} characters: use ${envCharsMin} or more`]
      : []
  })

const ingestVariable = 'BAYKEEPER_INGEST_TOKEN'
const apiVariable = 'BAYKEEPER_API_KEY'

function environmentKeys(env: Readonly<Record<string, string | undefined>>): readonly Key[] {
  const key = (kind: KeyKind, variable: string): Key[] => {
    const token = env[variable]
    if (token === undefined || token === '') return []
    return [{ kind, name: envName, hash: hash('sha256', token), created: '' }]
  }
  return [...key('ingest', ingestVariable), ...key('api', apiVariable)]
}

function checkName(name: string): void {
  const { success, error } = nameSchema.safeParse(name)
  if (!success) throw new KeyringError('E_KEYS_NAME', `${JSON.stringify(name)}: ${error.issues[0]?.message}`)
  if (name === envName) throw new KeyringError('E_KEYS_NAME', `the name ${envName} belongs to the environment's tokens`)
}

function readKeys(path: string): readonly Key[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw fileError(path, error)
  }
  try {
    return fileSchema.parse(JSON.parse(text)).keys
  } catch (error) {
    throw fileError(path, error)
  }
}

/** Never quotes the file: a parser's message may hold a piece of it. */
const fileError = (path: string, cause: unknown) => {
  const why =
    cause instanceof z.ZodError ? `${cause.issues[0]?.path.join('.')}: ${cause.issues[0]?.message}` : 'unreadable'
  return new KeyringError(
    'E_KEYS_FILE',
    `${path} is no keyring (${why}): put back a copy, or move it away and make the tokens again`,
    { cause },
  )
}

/** Changes whenever the file does: a rename gives another inode, also when the clock was set back. */
function stampOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path)
    return `${ino}:${mtimeMs}:${size}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none'
    throw fileError(path, error)
  }
}

/** A lock file: made by one, removed by it; one that is older than any edit takes belongs to the dead. */
async function lock(path: string, dataDir: string): Promise<AsyncDisposable> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  for (const until = Date.now() + lockWaitMs; ; ) {
    try {
      await (await open(path, 'wx', 0o600)).close()
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now())
    if (age > lockStaleMs) await rm(path, { force: true })
    else if (Date.now() > until)
      throw new KeyringError('E_KEYS_LOCKED', `another process is changing the keys: if none is, remove ${path}`)
    await systemClock.sleep(20)
  }
}
