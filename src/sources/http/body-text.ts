/**
 * The text of a body as UTF-8, which all that reads frames expects. UTF-16 with or without a byte order mark (Excel, PowerShell) and other
 * encodings that the content type names are written as UTF-8; nothing is lost or replaced, or the body stays as it came.
 */

export interface BodyText {
  readonly bytes: Buffer
  /** The encoding it came in, when it was another. */
  readonly charset?: string
}

/** Undefined: the content type names an encoding that does not exist. */
export function asUtf8(contentType: string, body: Buffer): BodyText | undefined {
  const charset =
    byteOrderMark(body) ?? (body.length % 2 === 0 ? utf16Order(body) : undefined) ?? charsetOf(contentType)
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

/** Text of ASCII in UTF-16 has a 0 in every second byte; which one is the order of its bytes. */
function utf16Order(body: Buffer): string | undefined {
  const head = body.subarray(0, 64)
  const zeros = [0, 0]
  for (const [i, byte] of head.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] as number) + 1
  const [even = 0, odd = 0] = zeros
  if (head.length < 4 || (even + odd) * 3 < head.length) return undefined
  return odd > even ? 'utf-16le' : 'utf-16be'
}

const charsetOf = (contentType: string) => /;\s*charset\s*=\s*"?([^\s";]+)"?/i.exec(contentType)?.[1]?.toLowerCase()
