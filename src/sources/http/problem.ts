/** Why a request was not accepted, as problem details (RFC 9457): what it is and what to do. */

import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { RefusalCause } from '@baykeeper/contract/vocabulary.ts'
import { twoHostsDetail } from '../../lib/http-target.ts'
import { type BodyFault, bodyBytesMax } from './body.ts'
import type { Route } from './routes.ts'

export const framesMax = 50_000

export interface Problem {
  readonly status: number
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A problem with what is counted for it. */
export interface Refusal {
  readonly frames: number
  readonly cause: RefusalCause
  readonly problem: Problem
}

const bodyOf = ({ status, detail }: Problem) =>
  JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail })

/** A whole answer, for a connection on which no request could be read. It ends the connection. */
export function problemText(problem: Problem): string {
  const body = bodyOf(problem)
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  const { status, headers } = problem
  const body = bodyOf(problem)
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

export function fromFault(fault: BodyFault): Refusal {
  if (fault === 'too-large')
    return {
      frames: 1,
      cause: 'too-large',
      problem: { status: 413, detail: `the body is larger than ${bodyBytesMax} bytes; send it in parts` },
    }
  const problem =
    fault === 'too-many'
      ? later(503, 'too much is on its way to the disk; send again after the given time', 1)
      : later(429, 'this source has too much on its way to the disk; wait for answers before sending more', 1)
  return { frames: 1, cause: 'overload', problem }
}

export const tooManyFrames = (frames: number): Refusal => ({
  frames,
  cause: 'too-large',
  problem: { status: 413, detail: `the body holds ${frames} frames and ${framesMax} is the most; send it in parts` },
})

export const noFrames = (detail: string): Refusal => ({
  frames: 1,
  cause: 'protocol',
  problem: { status: 400, detail },
})

export const later = (status: number, detail: string, retryAfterS: number): Problem => ({
  status,
  detail,
  headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterS))) },
})

export const unauthorized: Problem = {
  status: 401,
  detail:
    'no valid ingest token; send "Authorization: Bearer TOKEN" with one made by: baykeeper token create --source NAME',
  headers: { 'www-authenticate': 'Bearer' },
}

export const forbidden = (why: string): Problem => ({
  status: 403,
  detail: `${why}: make another token, or send from where it is meant for`,
})

export const twoHosts: Problem = { status: 400, detail: twoHostsDetail }

export const unknownCharset: Refusal = {
  frames: 1,
  cause: 'protocol',
  problem: { status: 415, detail: 'the charset of the content type is unknown here; send UTF-8' },
}

export const unknownPath = (path: string): Problem => ({
  status: 404,
  detail: `nothing is at ${path.slice(0, 100)}; post readings to /ingest/v1 and LoRaWAN webhooks to /ingest/lorawan`,
})

export const wrongMethod = (path: string): Problem => ({
  status: 405,
  detail: `${path} takes POST only`,
  headers: { allow: 'POST' },
})

export const unsupported = (route: Route, contentType: string, encoding: string): Problem => ({
  status: 415,
  detail:
    encoding === 'identity' || encoding === 'gzip'
      ? `content type "${contentType.slice(0, 100)}" is not taken here; send ${route.takes}`
      : `content encoding "${encoding.slice(0, 100)}" is not taken here; send gzip or none`,
  headers: { 'accept-encoding': 'gzip' },
})
