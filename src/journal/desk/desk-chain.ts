/**
 * The chain over the second journal: behind each copy stands a link, the SHA-256 of everything that was copied before it. A copy that is changed, removed
 * or put elsewhere later breaks the next link.
 *
 * - A link covers every copy since the link before it: those of earlier releases, and one whose link a crash left out, are in the next one.
 * - What is removed from the end takes its links along: only a link that was noted elsewhere (`head`) finds that.
 *
 * Content of a link, little-endian: 0 u8 version 2   1 u8 zero   2 32 bytes of the hash. A release without links passes over it, as over every version that
 * it does not know.
 */
import { createHash } from 'node:crypto'

const linkVersion = 2
const hashAt = 2
export const linkBytes = hashAt + 32

/** Before the first copy. */
export const chainStart: Uint8Array = new Uint8Array(32)

export function extended(head: Uint8Array, copy: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(copy.byteLength)
  return createHash('sha256').update(head).update(length).update(copy).digest()
}

export function encodeLink(head: Uint8Array): Uint8Array {
  const link = new Uint8Array(linkBytes)
  link[0] = linkVersion
  link.set(head, hashAt)
  return link
}

/** The hash of a link; undefined for every other record. */
export const headOfLink = (record: Uint8Array): Uint8Array | undefined =>
  record.byteLength === linkBytes && record[0] === linkVersion ? record.slice(hashAt) : undefined

/** Records of the journal as they stand, links among them. */
export type Records = AsyncIterable<{ readonly number: number; readonly bytes: Uint8Array }>

/** Where the chain is after all these records. */
export async function chainHead(records: Records): Promise<Uint8Array> {
  let head = chainStart
  for await (const { bytes } of records) head = headOfLink(bytes) ?? extended(head, bytes)
  return head
}

export interface ChainReport {
  readonly copies: number
  readonly links: number
  /** Copies behind the last link: a crash left its link out, or the last release has no links. */
  readonly unlinked: number
  readonly head: string
  /** Records whose link is not what stands before it. */
  readonly broken: readonly number[]
  /** The head that was noted elsewhere stands in the chain. */
  readonly isExpectedFound: boolean
}

/** Walks the whole chain. `expected`: a head that was noted elsewhere, in hexadecimal. */
export async function verifyChain(records: Records, expected?: string): Promise<ChainReport> {
  const report = { copies: 0, links: 0, unlinked: 0 }
  const broken: number[] = []
  let head = chainStart
  let isExpectedFound = expected === undefined
  for await (const { number, bytes } of records) {
    const link = headOfLink(bytes)
    if (!link) {
      report.copies++
      report.unlinked++
      head = extended(head, bytes)
      continue
    }
    report.links++
    report.unlinked = 0
    if (Buffer.compare(link, head) !== 0) broken.push(number)
    // Goes on from what stands there, so that one change is one break.
    head = link
    if (Buffer.from(link).toString('hex') === expected) isExpectedFound = true
  }
  return { ...report, head: Buffer.from(head).toString('hex'), broken, isExpectedFound }
}
