/**
 * The keys that are known now: those of the file, looked at again whenever it changes, and those of the environment. A change made by another
 * process counts at once for a token not known before (a miss looks at the small file), within a second for one that was revoked.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import type { Edited, Key, KeyKind, KeyringError, KeysFile } from './keys-file.ts'

/** How often the file is looked at, so that a change counts within a second. */
const lookMs = 500

export interface KnownKeys extends Disposable {
  /** Of the file. */
  readonly all: readonly Key[]
  /** Grows with each change. */
  readonly version: number
  find(kind: KeyKind, token: string): Key | undefined
  /** Without a look at the file. */
  findKnown(kind: KeyKind, token: string): Key | undefined
  findHash(kind: KeyKind, hex: string): Key | undefined
  change<T>(edit: (keys: readonly Key[]) => Edited<T>): Promise<T>
}

/** Throws at once when the file is damaged. `onProblem`: for what is found damaged later; the keys known before stay valid. */
export function knownKeys(
  file: KeysFile,
  fromEnv: readonly Key[],
  onProblem: (error: KeyringError) => void,
): KnownKeys {
  let known: readonly Key[] = []
  let index = indexOf([])
  let stamp = ''
  let version = 0

  function use(keys: readonly Key[]) {
    known = keys
    version++
    index = indexOf([...keys, ...fromEnv])
  }

  /** True when the file had changed. */
  function look(): boolean {
    const now = file.stamp()
    if (now === stamp) return false
    stamp = now
    use(file.read())
    return true
  }

  function lookAgain(): boolean {
    try {
      return look()
    } catch (error) {
      onProblem(file.fault(error))
      return false
    }
  }

  look()
  const timer = setInterval(lookAgain, lookMs).unref()
  return {
    get all() {
      return known
    },
    get version() {
      return version
    },
    find: (kind, token) => index.find(kind, token) ?? (lookAgain() ? index.find(kind, token) : undefined),
    findKnown: (kind, token) => index.find(kind, token),
    findHash: (kind, hex) => index.findHash(kind, hex),
    change: (edit) => file.change(edit, use),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Looked up by the first half of the hash, compared in constant time on the whole of it. */
function indexOf(keys: readonly Key[]) {
  const byPrefix = Map.groupBy(keys, (key) => `${key.kind}:${key.hash.slice(0, 32)}`)
  const findHash = (kind: KeyKind, hex: string) =>
    byPrefix.get(`${kind}:${hex.slice(0, 32)}`)?.find((key) => timingSafeEqual(Buffer.from(key.hash), Buffer.from(hex)))
  return { findHash, find: (kind: KeyKind, token: string) => findHash(kind, hash('sha256', token)) }
}
