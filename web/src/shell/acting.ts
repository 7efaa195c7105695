/** Sends a command to the server, and shows a text when it failed. */
import type { Problem } from '@baykeeper/contract/problem.ts'
import type { Words } from '../i18n/words.ts'

export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number | undefined; readonly why: string }

export async function act<T>(
  words: Words,
  path: string,
  body?: unknown,
  method: 'POST' | 'DELETE' = 'POST',
): Promise<Done<T>> {
  try {
    const response = await fetch(path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (response.ok) return { ok: true, value: (await response.json()) as T }
    return { ok: false, status: response.status, why: await reasonOf(words, response) }
  } catch {
    return { ok: false, status: undefined, why: words.text('actFailed', { why: words.text('noAnswer') }) }
  }
}

async function reasonOf(words: Words, response: Response): Promise<string> {
  if (response.status === 401) return words.text('signedOut')
  if (response.status === 403) return words.text('mayNot')
  const problem = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined
  return words.text('actFailed', { why: problem?.detail ?? problem?.title ?? String(response.status) })
}
