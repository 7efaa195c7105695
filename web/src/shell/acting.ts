/** Sends a command to the server, and shows a text when it failed. */
import { ApiError, type ApiRequest } from '@baykeeper/contract/client.ts'
import type { Words } from '../i18n/words.ts'
import { api } from '../kit/api.ts'

export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number | undefined; readonly why: string }

export async function act<T>(words: Words, request: ApiRequest<T>): Promise<Done<T>> {
  try {
    return { ok: true, value: await api.send(request) }
  } catch (fault) {
    if (fault instanceof ApiError) return { ok: false, status: fault.status, why: reasonOf(words, fault) }
    return { ok: false, status: undefined, why: words.text('actFailed', { why: words.text('noAnswer') }) }
  }
}

function reasonOf(words: Words, { status, problem }: ApiError): string {
  if (status === 401) return words.text('signedOut')
  if (status === 403) return words.text('mayNot')
  return words.text('actFailed', { why: problem.detail ?? problem.title ?? String(status) })
}
