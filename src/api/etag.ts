/** Validators of answers (RFC 9110, 8.8 and 13.1): a client that has an answer asks whether it has changed. */
import { createHash } from 'node:crypto'

/** Of these bytes: the same text always has the same. */
export const etagOf = (text: string): string => `W/"${createHash('sha1').update(text).digest('base64url')}"`

const opaque = (tag: string) => tag.trim().replace(/^W\//, '')

/** Whether `If-None-Match` names this tag; weak comparison. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => opaque(tag) === opaque(etag))
}

/** Of an answer that holds more than what can be written: the tag of that part stands in front. */
export const etagOfParts = (written: string, text: string): string =>
  `W/"${opaque(written).slice(1, -1)}.${opaque(etagOf(text)).slice(1)}`

/** Whether `If-Match` names this part, as it is written now; undefined: there is none. */
export function namesWritten(header: string, written: string | undefined): boolean {
  if (written === undefined) return false
  const begin = `${opaque(written).slice(0, -1)}.`
  return header.trim() === '*' || (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => opaque(tag).startsWith(begin))
}
