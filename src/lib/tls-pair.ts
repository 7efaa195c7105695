/**
 * A certificate and its key, from two files that another program renews. A pair is used only when it is whole: the certificate can be read, has not
 * ended, and belongs to the key. Until then the pair before it stays in use.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Log } from './log.ts'

export interface TlsFiles {
  /** PEM: the certificate of the server, then those between it and the root. */
  readonly certificateFile: string
  /** PEM, without a passphrase. */
  readonly keyFile: string
}

export interface TlsPair {
  readonly cert: Buffer
  readonly key: Buffer
  /** Of the certificate; milliseconds since the epoch. */
  readonly ends: number
  /** Names that it is for, as it holds them. */
  readonly names: string
}

/** How often the files are looked at. */
const lookMs = 2_000

/** Throws an error that names the file that is wrong, and what would be right. It never quotes a file. */
export function readTlsPair({ certificateFile, keyFile }: TlsFiles, now = Date.now()): TlsPair {
  const cert = bytesOf(certificateFile)
  const key = bytesOf(keyFile)
  const certificate = made(() => new X509Certificate(cert), `${certificateFile} holds no certificate in PEM form`)
  const privateKey = made(() => createPrivateKey(key), `${keyFile} holds no key in PEM form without a passphrase`)
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(`${keyFile} is not the key of the certificate in ${certificateFile}`)
  const ends = Date.parse(certificate.validTo)
  if (ends <= now) throw new Error(`the certificate in ${certificateFile} ended on ${new Date(ends).toISOString()}`)
  made(() => createSecureContext({ cert, key }), `${certificateFile} and ${keyFile} cannot be used for TLS`)
  return { cert, key, ends, names: certificate.subjectAltName ?? certificate.subject ?? '' }
}

/**
 * Calls `use` with each whole pair that takes the place of the one before. A pair that is not whole is reported when it is still so at the next
 * look: its two files are rarely written at one moment.
 */
export function watchTlsPair(files: TlsFiles, use: (pair: TlsPair) => void, log: Log): Disposable {
  let used = stampOf(files)
  let doubtful: string | undefined
  let reported: string | undefined
  function look() {
    const stamp = stampOf(files)
    if (stamp === used) {
      doubtful = undefined
      return
    }
    try {
      use(readTlsPair(files))
      used = stamp
      log.info('the certificate was renewed: new connections use it', { file: files.certificateFile })
    } catch (fault) {
      if (doubtful === stamp && reported !== stamp) {
        log.error('the new certificate cannot be used: the one before it stays in use', { fault })
        reported = stamp
      }
      doubtful = stamp
    }
  }
  const timer = setInterval(look, lookMs).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** Follows links, which is how some programs renew. A file that cannot be looked at is none: reading the pair shows why. */
const stampOf = ({ certificateFile, keyFile }: TlsFiles): string =>
  [certificateFile, keyFile]
    .map((file) => {
      try {
        const { ino, mtimeMs, size } = statSync(file)
        return `${ino}:${mtimeMs}:${size}`
      } catch {
        return 'none'
      }
    })
    .join(' ')

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Error(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}

function made<T>(make: () => T, otherwise: string): T {
  try {
    return make()
  } catch {
    // The cause may quote the file.
    throw new Error(otherwise)
  }
}
