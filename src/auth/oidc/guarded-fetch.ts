/** `fetch` as `openid-client` calls it, behind the guard of outbound requests: no redirects, bounded answers, addresses judged and pinned. */
import type { CustomFetch } from 'openid-client'
import { createAddressList } from '../../lib/address-list.ts'
import { fetchBody, type OutboundOptions, type Resolve } from '../../lib/outbound-request.ts'
import { type OidcSettings, oidcCa } from './settings.ts'

/** Metadata, keys and tokens of large providers have some 100 kB. */
const bodyBytesMax = 1_048_576

export function guardedFetch(settings: OidcSettings, resolve?: Resolve): CustomFetch {
  const ca = oidcCa(settings)
  const options: OutboundOptions = {
    isAllowed: createAddressList(settings.allowAddresses),
    allowedBy: 'signIn.oidc.allowAddresses',
    ...(ca === undefined ? {} : { ca }),
    ...(resolve ? { resolve } : {}),
  }
  return async (url, { method, body, headers, signal }) => {
    const answer = await fetchBody(
      {
        ...{ url, headers, bodyBytesMax, timeoutMs: settings.timeoutSeconds * 1_000 },
        method: method === 'POST' ? 'POST' : 'GET',
        ...(body === undefined || body === null ? {} : { body: textOf(body) }),
        signal: signal ?? new AbortController().signal,
      },
      options,
    )
    const shown = ['content-type', 'www-authenticate'].flatMap((name): [string, string][] => {
      const value = answer.headers[name]
      return value === undefined ? [] : [[name, value]]
    })
    // These statuses have no body by the standard, and the constructor refuses one.
    const isEmpty = [204, 205, 304].includes(answer.status)
    return new Response(isEmpty ? null : new Uint8Array(answer.body), { status: answer.status, headers: shown })
  }
}

/** The library sends forms only. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('a body that is no form')
}
