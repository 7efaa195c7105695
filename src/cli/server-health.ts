/** What a running server reports at /readyz. */
import type { Ready } from './place.ts'

const answerMsMax = 5_000

/** Why it is not ready; empty when it is, undefined when it has no web port to ask at. */
export async function unreadyReasons({ web }: Ready): Promise<readonly string[] | undefined> {
  if (web === undefined) return undefined
  // A server that listens everywhere is reached here too.
  const url = new URL('/readyz', web.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:'))
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMsMax) })
    if (answer.ok) return []
    const { reasons, detail } = (await answer.json()) as { reasons?: string[]; detail?: string }
    return reasons ?? [detail ?? `it answered ${answer.status}`]
  } catch (fault) {
    return [`its web process does not answer at ${url.href} (${(fault as Error).message})`]
  }
}
