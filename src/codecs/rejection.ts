/** How codecs say no: one sentence for people, with the value they would look for. */
import type { RejectionCode } from '@baykeeper/contract/vocabulary.ts'
import type { Rejection } from '../domain/reading.ts'
import { fail, type Result } from '../lib/result.ts'

export const reject = (code: RejectionCode, detail: string): Result<never, Rejection> => fail({ code, detail })

/** A value as it is quoted in a sentence: cut, so that no frame can blow up the dead letter's detail. */
const quotedCharsMax = 40

export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (safeJson(value) ?? String(value))
  const cut = text.length > quotedCharsMax ? `${text.slice(0, quotedCharsMax)}…` : text
  return typeof value === 'string' ? JSON.stringify(cut.toWellFormed()) : cut.toWellFormed()
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    // A value without a JSON form is not quoted.
    return undefined
  }
}
