/**
 * The text of a body as UTF-8, which all that reads frames expects. UTF-16 with a byte order mark (Excel, PowerShell) and other
 * encodings that the content type names are written as UTF-8; nothing is lost or replaced, or the body stays as it came.
 */

export interface BodyText {
  readonly bytes: Buffer
  /** The encoding it came in, when it was another. */
  readonly charset?: string
}

/** Undefined: the content type names an encoding that does not exist. */
export function asUtf8(contentType: string, body: Buffer): BodyText | undefined {
  const charset = byteOrderMark(body) ?? charsetOf(contentType)
  if (charset === undefined || asIs.has(charset)) return { bytes: body }
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(body)
    return { bytes: Buffer.from(text), charset }
  } catch (fault) {
    if (fault instanceof RangeError) return undefined
    // Not well-formed in its own encoding: kept as it is, a dead letter.
    return { bytes: body }
  }
}

const asIs = new Set(['utf-8', 'utf8', 'us-ascii'])

function byteOrderMark(body: Buffer): string | undefined {
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be'
  return undefined
}

const charsetOf = (contentType: string) => /;\s*charset\s*=\s*"?([^\s";]+)"?/i.exec(contentType)?.[1]?.toLowerCase()
