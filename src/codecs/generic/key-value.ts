/** `device=A-017 seq=412, occupied=1 bay="Row A, 3"`: pairs separated by blanks or commas, quotes around values with blanks. */
import type { Rejection } from '../../domain/reading.ts'
import { ok, type Result } from '../../lib/result.ts'
import { quoted, reject } from '../rejection.ts'

const pair = /([A-Za-z_][\w.-]*)=(?:"([^"]*)"|([^\s,"]*))(?=[\s,]|$)/y
const separator = /[\s,]*/y

export const looksLikeKeyValue = (text: string): boolean => /^\s*[A-Za-z_][\w.-]*=/.test(text)

export function readKeyValue(text: string): Result<ReadonlyMap<string, string>, Rejection> {
  const pairs = new Map<string, string>()
  separator.lastIndex = 0
  separator.test(text)
  let at = separator.lastIndex
  while (at < text.length) {
    pair.lastIndex = at
    const match = pair.exec(text)
    if (!match)
      return reject(
        'bad-line',
        `at character ${at + 1}, ${quoted(text.slice(at))} is no name=value; put double quotes around values with blanks or commas`,
      )
    const [, name = '', inQuotes, bare = ''] = match
    if (pairs.has(name)) return reject('bad-line', `the line has ${quoted(name)} twice; send each name once`)
    pairs.set(name, inQuotes ?? bare)
    separator.lastIndex = pair.lastIndex
    separator.test(text)
    at = separator.lastIndex
  }
  return ok(pairs)
}
