/**
 * A layout as it is published: one record of the journal (kind `desk`). It takes effect at its place in the journal, for every frame
 * behind it and for none before it. Encoded as an uplink of source `desk`, so that author and time are read as those of a frame.
 */
import type { Instant } from '../lib/brand.ts'
import { decodeUplink, encodeUplink } from './uplink.ts'

/** As long as the columns they are stored in. */
export const authorCharsMax = 128
export const commentCharsMax = 500

/** Source of every record that a person wrote. */
export const deskSource = 'desk'
const codec = 'layout'

export interface LayoutPublication {
  readonly author: string
  /** Why, in the author's words; empty when none was given. */
  readonly comment: string
  readonly at: Instant
  /**
   * Where the layout was published that this one was made from, an empty journal and 0 when there was none; processing refuses it when
   * another has taken effect since. Absent: it replaces what is there.
   */
  readonly base?: LayoutBase
  /** The layout's JSON, packed (lib/packed-json.ts). */
  readonly packed: Uint8Array
}

export interface LayoutBase {
  readonly journal: string
  readonly record: number
}

export const encodePublication = ({ author, comment, at, base, packed }: LayoutPublication): Uint8Array => {
  const meta = { author, comment, ...(base ? { base: `${base.journal} ${base.record}` } : {}) }
  return encodeUplink({ source: deskSource, codec, framing: 'whole', arrivedAt: at, meta, bytes: packed })
}

/** A text of a record as it is stored: cut to its column, whole letters only. */
export const storedText = (text: string | undefined, charsMax: number): string =>
  (text ?? '').toWellFormed().slice(0, charsMax).toWellFormed().trimEnd()

/** `undefined` when the record is no layout, or one of a later release. Texts are cut to what can be stored. */
export function decodePublication(record: Uint8Array): LayoutPublication | undefined {
  const uplink = decodeUplink(record)
  if (uplink?.source !== deskSource || uplink.codec !== codec) return undefined
  const { arrivedAt: at, bytes: packed, meta } = uplink
  if (!Number.isSafeInteger(at)) return undefined
  const base = baseOf(meta?.['base'])
  const author = storedText(meta?.['author'], authorCharsMax) || 'unknown'
  const by = { author, comment: storedText(meta?.['comment'], commentCharsMax) }
  return { ...by, at, ...(base ? { base } : {}), packed }
}

function baseOf(text: string | undefined): LayoutBase | undefined {
  const [, journal = '', record = ''] = /^(\S*) (\d{1,16})$/.exec(text ?? '') ?? []
  return record === '' ? undefined : { journal, record: Number(record) }
}
