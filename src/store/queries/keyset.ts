/** Page cursors: the key of the last row shown, opaque to the client. A page starts after a key, so it costs the same at any depth. */
import { BadCursor } from '../store.ts'

export type Key = readonly (number | string | null)[]
/** Shape of a key, one letter per part: n integer, s text, z integer or null. */
export type KeyShape = readonly ('n' | 's' | 'z')[]

const cursorLengthMax = 2_048

export const writeKey = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** The page of a list read one row further than the limit, and the cursor of the next one; null after the last. */
export function pageOf<T>(found: readonly T[], limit: number, keyOf: (item: T) => Key) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last !== undefined && found.length > limit ? writeKey(keyOf(last)) : null }
}

export function readKey<T extends Key>(cursor: string, shape: KeyShape): T {
  if (cursor.length <= cursorLengthMax && /^[\w-]+$/.test(cursor)) {
    try {
      const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
      if (Array.isArray(key) && key.length === shape.length && shape.every((kind, i) => isPart(key[i], kind)))
        return key as unknown as T
    } catch {
      // Falls through to the one answer for anything that is no cursor.
    }
  }
  throw new BadCursor('this is not a cursor of this list: leave it out to start at the first page')
}

const isPart = (part: unknown, kind: KeyShape[number]) =>
  kind === 's' ? typeof part === 'string' : Number.isSafeInteger(part) || (kind === 'z' && part === null)
