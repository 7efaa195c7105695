/** Text files that people write: UTF-8, with or without a byte order mark. Another encoding is refused, not guessed. */
import { readFileSync } from 'node:fs'

export class NotUtf8 extends Error {
  /** Of the first byte that is no UTF-8; 1 is the first line. */
  readonly line: number
  constructor(file: string, line: number) {
    super(`${file}:${line}: is not UTF-8 text: save the file as UTF-8`)
    this.line = line
  }
}

/** Throws as `readFileSync` does, and NotUtf8. The byte order mark is taken away. */
export function readUtf8File(file: string): string {
  const bytes = readFileSync(file)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // The message names where the text ends that is UTF-8.
    const before = bytes.toString('utf8').split('\ufffd', 1)[0] ?? ''
    throw new NotUtf8(file, before.split('\n').length)
  }
}
