/**
 * A layout as it is published: one record of the journal (kind `desk`). It takes effect at its place in the journal, for every frame
 * behind it and for none before it. Encoded as an uplink of source `desk`, so that author and time are read as those of a frame.
 */
import type { Instant } from '../lib/brand.ts'
import { decodeUplink, encodeUplink } from './uplink.ts'

/** As long as the columns they are stored in. */
export const authorCharsMax = 128
export const commentCharsMax = 500

const source = 'desk'
const codec = 'layout'

export interface LayoutPublication {
  readonly author: string
  /** Why, in the author's words; empty when none was given. */
  readonly comment: string
  readonly at: Instant
  /** The layout's JSON, packed (lib/packed-json.ts). */
  readonly packed: Uint8Array
}

export const encodePublication = ({ author, comment, at, packed }: LayoutPublication): Uint8Array =>
  encodeUplink({ source, codec, framing: 'whole', arrivedAt: at, meta: { author, comment }, bytes: packed })

/** `undefined` when the record is no layout, or one of a later release. Texts are cut to what can be stored. */
export function decodePublication(record: Uint8Array): LayoutPublication | undefined {
  const uplink = decodeUplink(record)
  if (uplink?.source !== source || uplink.codec !== codec) return undefined
  const { arrivedAt: at, bytes: packed, meta } = uplink
  if (!Number.isSafeInteger(at)) return undefined
  const text = (key: string, most: number) => (meta?.[key] ?? '').toWellFormed().slice(0, most).toWellFormed().trimEnd()
  return { author: text('author', authorCharsMax) || 'unknown', comment: text('comment', commentCharsMax), at, packed }
}
