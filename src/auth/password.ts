/**
 * Passwords: argon2id (RFC 9106), and the rule for new ones. Of the 49,233 most common passwords (the list of zxcvbn) nearly all are shorter than 12
 * characters, repeat or count; common-passwords.json has the others.
 */
import { argon2, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import commonPasswords from './common-passwords.json' with { type: 'json' }

export const passwordCharsMin = 12
export const passwordCharsMax = 256
const differentCharsMin = 5

/** The least that OWASP recommends: 19 MiB, 2 passes. More memory would let strangers fill it. */
const usual = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
const saltBytes = 16
/** Each takes a thread of the pool and 19 MiB. */
const atOnceMax = 2
/** Beyond this a request is refused, and not kept waiting. */
const waitingMax = 32

const derive = promisify(argon2)

export class PasswordsBusy extends Error {}

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnceMax) {
    if (waiting.length >= waitingMax) throw new PasswordsBusy('too many passwords are being checked')
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

/** As it is stored: `argon2id$memory$passes$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(saltBytes)
  const tag = await inTurn(() => derive('argon2id', { message: normal(password), nonce, ...usual }))
  return ['argon2id', usual.memory, usual.passes, nonce.toString('base64url'), tag.toString('base64url')].join('$')
}

/** Undefined stands for an account that does not exist or has no password: it takes as long as a wrong password, and is never right. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [kind, memory, passes, salt, tagText] = (stored ?? noPassword).split('$')
  const right = Buffer.from(tagText ?? '', 'base64url')
  const parameters = { ...usual, memory: Number(memory), passes: Number(passes), tagLength: right.length || 32 }
  const nonce = Buffer.from(salt ?? '', 'base64url')
  const tag = await inTurn(() => derive('argon2id', { message: normal(password), nonce, ...parameters }))
  return stored !== undefined && kind === 'argon2id' && tag.length === right.length && timingSafeEqual(tag, right)
}

const noPassword = ['argon2id', usual.memory, usual.passes, 'A'.repeat(22), 'A'.repeat(43)].join('$')

/** The same letters are the same password, however the keyboard composes them. */
const normal = (password: string) => password.normalize('NFC')

/** The first 12 digits of their SHA-256, of lower case letters, as some are not fit to read. */
const common: ReadonlySet<string> = new Set(commonPasswords)
const isCommon = (text: string) => common.has(hash('sha256', text).slice(0, 12))

export type PasswordFault = 'short' | 'long' | 'simple' | 'personal'

/** Why a new password is refused; undefined where it is good. */
export function passwordFault(
  password: string,
  { name, email }: { name: string; email: string },
): PasswordFault | undefined {
  const letters = [...normal(password)]
  if (letters.length < passwordCharsMin) return 'short'
  if (letters.length > passwordCharsMax) return 'long'
  const text = normal(password).toLowerCase()
  if (new Set(text).size < differentCharsMin || isRepeated(text) || isCounted(text) || isCommon(text)) return 'simple'
  const own = [email, email.split('@')[0] ?? '', name, ...name.split(/\s+/), 'baykeeper', 'password', 'passwort']
  const left = own
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= 3)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ''), text)
  // What is left without name and address must be something.
  return left.length < passwordCharsMin / 2 ? 'personal' : undefined
}

/** `abcabcabcabc`. */
const isRepeated = (text: string) =>
  /^(.{1,6}?)\1+.{0,5}$/su.test(text) && /^(.{1,6}?)\1{1,}/su.exec(text)?.[0].length === text.length

const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
]
/** `123456789012`, `abcdefghijkl`, and backwards. */
const isCounted = (text: string) => rows.some((row) => row.includes(text) || [...row].reverse().join('').includes(text))
