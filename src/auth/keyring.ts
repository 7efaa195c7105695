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
import { hash, randomBytes } from 'node:crypto'
import { type Scope, scopes } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { SenderLimits } from '../sources/sender-limits.ts'
import type { Sender } from '../sources/source.ts'
import { environmentKeys, envName } from './environment-keys.ts'
import { type Key, type KeyKind, KeyringError, keysFile, nameSchema } from './keys-file.ts'
import { knownKeys } from './known-keys.ts'
import type { Principal } from './principal.ts'
import { consumeSetupSecret, createSetupSecret, isSetupSecret } from './setup-link.ts'

interface NewToken {
  readonly name: string
  readonly kind: KeyKind
  /** Of an API key; default `read`. */
  readonly scopes?: readonly Scope[]
  /** Of an API key: it is limited to these sites; default all. */
  readonly sites?: readonly string[]
  /** Of an API key: when it ends; default never. */
  readonly expires?: Instant
  /** Of an ingest token: the times in its readings are trusted without a check (replay, history upload). */
  readonly time?: 'trust'
  /** Of an ingest token. */
  readonly limits?: SenderLimits
  /** Ends the token of this name and kind, if there is one, in the same step. */
  readonly replace?: boolean
}

export interface KeyInfo {
  readonly kind: KeyKind
  readonly name: string
  readonly scopes?: readonly Scope[]
  readonly sites?: readonly string[]
  readonly expires?: Instant
  /** SHA-256 of the token. */
  readonly hash: string
  readonly time?: 'trust'
  readonly limits?: SenderLimits
  /** ISO 8601; absent for the environment. */
  readonly created?: string
  readonly origin: 'file' | 'environment'
}

export interface Keyring extends Disposable {
  /** Returns the token, which is kept nowhere. */
  createToken(token: NewToken): Promise<string>
  list(): readonly KeyInfo[]
  /** False when there was none. */
  revoke(name: string, kind: KeyKind): Promise<boolean>
  ingest(token: string): Sender | undefined
  /** Of an ingest token by its name, and the hash of it. */
  ingestNamed(name: string): { readonly sender: Sender; readonly hash: string } | undefined
  apiKey(token: string): Principal | undefined
  /** Grows with each change of the keys: who keeps a connection open after a check checks again then. */
  version(): number
  /** No ingest token exists, neither in the file nor in the environment: no client can send yet. */
  isEmpty(): boolean
  /** A one-time secret, valid for an hour; the one before it ends. */
  createSetupLink(): Promise<string>
  consumeSetup(secret: string): Promise<boolean>
  /** Whether this secret would open the desk; it is not used up. */
  isSetup(secret: string): Promise<boolean>
  /** Of a token, as the keys are known by. */
  hashOf(token: string): string
  /** Of a key that is in force. */
  apiKeyOfHash(hash: string): Principal | undefined
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
  const fromEnv = environmentKeys(env)
  const keys = knownKeys(keysFile(dataDir), fromEnv, onProblem)

  return {
    async createToken({ name, kind, scopes: wanted = ['read'], sites, expires, time, limits, replace = false }) {
      checkName(name)
      const token = `${kind === 'ingest' ? 'bkt_' : 'bka_'}${randomBytes(32).toString('base64url')}`
      const key: Key = {
        kind,
        name,
        hash: hash('sha256', token),
        ...(kind === 'api' ? { scopes: [...wanted], ...(sites ? { sites: [...sites] } : {}) } : {}),
        ...(kind === 'api' && expires !== undefined ? { expires } : {}),
        ...(kind === 'ingest' && time ? { time } : {}),
        ...(kind === 'ingest' && limits ? { limits: storedLimits(limits) } : {}),
        created: new Date(clock.now()).toISOString(),
      }
      return keys.change((stored) => {
        const others = stored.filter((k) => k.kind !== kind || k.name !== name)
        if (others.length < stored.length && !replace)
          throw new KeyringError('E_KEYS_EXISTS', `there is a token for ${name} already: replace it or revoke it first`)
        return { keys: [...others, key], answer: token }
      })
    },
    list: () => [...keys.all.map((key) => infoOf(key, 'file')), ...fromEnv.map((key) => infoOf(key, 'environment'))],
    revoke: (name, kind) =>
      keys.change((stored) => {
        const left = stored.filter((k) => k.kind !== kind || k.name !== name)
        return { keys: left, answer: left.length < stored.length }
      }),
    ingest(token) {
      const key = keys.find('ingest', token)
      return key && senderOf(key)
    },
    ingestNamed(name) {
      const key = [...keys.all, ...fromEnv].find((one) => one.kind === 'ingest' && one.name === name)
      return key && { sender: senderOf(key), hash: key.hash }
    },
    apiKey: (token) => principalOf(keys.find('api', token), clock.now()),
    version: () => keys.version,
    isEmpty: () => ![...keys.all, ...fromEnv].some((key) => key.kind === 'ingest'),
    createSetupLink: () => createSetupSecret(dataDir, clock),
    isSetup: (secret) => isSetupSecret(dataDir, secret, clock),
    hashOf: (token) => hash('sha256', token),
    apiKeyOfHash: (hex) => principalOf(keys.findHash('api', hex), clock.now()),
    consumeSetup: (secret) => consumeSetupSecret(dataDir, secret, clock),
    [Symbol.dispose]: () => keys[Symbol.dispose](),
  }
}

function principalOf(key: Key | undefined, now: Instant): Principal | undefined {
  if (!key || (key.expires !== undefined && now >= key.expires)) return undefined
  return { name: key.name, scopes: key.scopes ?? scopes, ...(key.sites ? { sites: key.sites } : {}) }
}

const senderOf = ({ name, time, limits }: Key): Sender => ({
  source: name,
  ...(time ? { time } : {}),
  ...(limits ? { limits } : {}),
})

/** A list that is left out limits nothing; an empty one would too. */
const storedLimits = ({ devices, topics, addresses, clientId }: SenderLimits): NonNullable<Key['limits']> => ({
  ...(devices ? { devices: [...devices] } : {}),
  ...(topics ? { topics: [...topics] } : {}),
  ...(addresses ? { addresses: [...addresses] } : {}),
  ...(clientId === undefined ? {} : { clientId }),
})

const infoOf = (key: Key, origin: KeyInfo['origin']): KeyInfo => ({
  kind: key.kind,
  name: key.name,
  hash: key.hash,
  ...(key.scopes ? { scopes: key.scopes } : {}),
  ...(key.sites ? { sites: key.sites } : {}),
  ...(key.expires === undefined ? {} : { expires: instant(key.expires) }),
  ...(key.time ? { time: key.time } : {}),
  ...(key.limits ? { limits: key.limits } : {}),
  ...(key.created ? { created: key.created } : {}),
  origin,
})

function checkName(name: string): void {
  const { success, error } = nameSchema.safeParse(name)
  if (!success) throw new KeyringError('E_KEYS_NAME', `${JSON.stringify(name)}: ${error.issues[0]?.message}`)
  if (name === envName) throw new KeyringError('E_KEYS_NAME', `the name ${envName} belongs to the environment's tokens`)
}
