/**
 * The file of the keys: `keys.json` (0600, written whole or not at all). One writer at a time, over processes: read, change and write happen under
 * a lock.
 */
import { readFileSync, statSync } from 'node:fs'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { scopes } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { systemClock } from '../lib/clock.ts'

/** Names what a token stands for: a source, or the user of an API key. */
export const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name is 1 to 64 letters, digits, dots, dashes or underscores')
const lockWaitMs = 5_000
const lockStaleMs = 30_000

const keySchema = z.object({
  kind: z.enum(['ingest', 'api']),
  name: nameSchema,
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 hash in hexadecimal'),
  scopes: z.array(z.enum(scopes)).optional(),
  sites: z.array(z.string()).optional(),
  /** Milliseconds since the epoch. */
  expires: z.number().optional(),
  time: z.literal('trust').optional(),
  /** Of an ingest token: what it is limited to (sources/sender-limits.ts). */
  limits: z
    .object({
      devices: z.array(z.string()).optional(),
      topics: z.array(z.string()).optional(),
      addresses: z.array(z.string()).optional(),
      clientId: z.string().optional(),
    })
    .optional(),
  created: z.string(),
})
export type KeyKind = Key['kind']
export type Key = z.infer<typeof keySchema>
/** Version 1 is from before the scopes `layout` and `devices`. */
const fileSchema = z.object({ version: z.union([z.literal(1), z.literal(2)]), keys: z.array(keySchema) })

/** A key of version 1 keeps what it could do: `operate` was the scope of dead letters too, and `admin` that of the layout. */
const asBefore = (key: Key): Key =>
  key.scopes?.includes('operate')
    ? { ...key, scopes: scopes.filter((s) => s === 'devices' || key.scopes?.includes(s)) }
    : key

export class KeyringError extends Error {
  readonly code: 'E_KEYS_FILE' | 'E_KEYS_NAME' | 'E_KEYS_EXISTS' | 'E_KEYS_LOCKED'
  constructor(code: KeyringError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface KeysFile {
  /** Changes whenever the file does. */
  stamp(): string
  read(): readonly Key[]
  /** `written` gets the keys while no other process can change them. */
  change<T>(edit: (keys: readonly Key[]) => Edited<T>, written: (keys: readonly Key[]) => void): Promise<T>
  /** Never quotes the file: a parser's message may hold a piece of it. */
  fault(cause: unknown): KeyringError
}

export interface Edited<T> {
  readonly keys: readonly Key[]
  readonly answer: T
}

export function keysFile(dataDir: string): KeysFile {
  const path = join(dataDir, 'keys.json')
  return {
    stamp: () => stampOf(path),
    read: () => readKeys(path),
    async change(edit, written) {
      await using _lock = await lock(`${path}.lock`, dataDir)
      const { keys, answer } = edit(readKeys(path))
      await writeFileAtomic(path, `${JSON.stringify({ version: 2, keys }, undefined, 2)}\n`)
      written(keys)
      return answer
    },
    fault: (error) => (error instanceof KeyringError ? error : fileError(path, error)),
  }
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
    const { version, keys } = fileSchema.parse(JSON.parse(text))
    return version === 1 ? keys.map(asBefore) : keys
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
    // A lock that is gone meanwhile has no age: the next round takes it.
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now())
    if (age > lockStaleMs) await rm(path, { force: true })
    else if (Date.now() > until)
      throw new KeyringError('E_KEYS_LOCKED', `another process is changing the keys: if none is, remove ${path}`)
    await systemClock.sleep(20)
  }
}
