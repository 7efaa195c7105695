/**
 * Errors as people and programs read them: problem details (RFC 9457). Routes throw `ProblemError`; everything else that is thrown
 * becomes one here, and never shows a stack.
 */
import { STATUS_CODES } from 'node:http'
import { pathText } from '@baykeeper/contract/layout.ts'
import type { Problem } from '@baykeeper/contract/problem.ts'
import type { Frozen } from '@baykeeper/contract/route.ts'
import type { FastifyReply } from 'fastify'
import type * as z from 'zod'
import type { Log } from '../lib/log.ts'
import { BadCursor, StoreError } from '../store/store.ts'

export const problemType = 'application/problem+json'
/** A body can be wrong in many places; people fix a few at a time. */
export const issuesShownMax = 20
const storeRetryAfterS = 5

interface ProblemIssue {
  readonly path: string
  readonly message: string
}

export interface ProblemOptions {
  readonly code?: string
  readonly errors?: readonly ProblemIssue[]
  readonly headers?: Readonly<Record<string, string>>
  readonly reasons?: readonly string[]
}

export class ProblemError extends Error {
  readonly status: number
  readonly options: ProblemOptions
  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail)
    this.status = status
    this.options = options
  }
}

export type ProblemBody = Frozen<Problem>

export const problemBody = ({ status, message, options }: ProblemError): ProblemBody => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail: message,
  ...(options.code ? { code: options.code } : {}),
  ...(options.errors ? { errors: options.errors } : {}),
  ...(options.reasons ? { reasons: options.reasons } : {}),
})

export const sendProblem = (reply: FastifyReply, problem: ProblemError): FastifyReply =>
  reply
    .code(problem.status)
    .headers(problem.options.headers ?? {})
    .header('cache-control', 'no-store')
    .type(problemType)
    .send(JSON.stringify(problemBody(problem)))

const limitIssue = /^Too (big|small): expected (?:string|array|number|int|record|set) to (be|have) [<>]=(\S+)( \w+)?$/

/** Limits in words, where the schema gives none of its own. */
const plainIssue = (message: string): string =>
  message.replace(
    limitIssue,
    (_, size: string, is: string, limit: string, unit = '') =>
      `must ${is} ${size === 'big' ? 'at most' : 'at least'} ${limit}${unit}`,
  )

/** Names the place that is wrong: `limit: must be at most 500`, `sites[0].levels[1].bays[3].x: ...`. */
export function invalid(where: 'path' | 'query' | 'body', error: z.ZodError): ProblemError {
  const errors = error.issues.slice(0, issuesShownMax).map((issue) => ({
    path: pathText(issue.path),
    message: plainIssue(issue.message),
  }))
  const [first] = errors
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : ''
  const detail = first
    ? `${where}${first.path ? ` ${first.path}` : ''}: ${first.message}${more}`
    : `${where} is not valid`
  return new ProblemError(400, detail, { code: 'E_INVALID', errors })
}

/** What was thrown, as a problem. A fault of the server is logged here and answered without its inside. */
export function problemOf(error: unknown, log: Log, url: string): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof BadCursor)
    return new ProblemError(400, `query cursor: ${error.message}`, { code: 'E_BAD_CURSOR' })
  if (error instanceof StoreError) return ofStore(error, log)
  const { statusCode, message, code } = error as { statusCode?: number; message?: string; code?: string }
  // The router refuses before the schema of the path is asked; to the caller it is the same mistake.
  if (code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new ProblemError(400, 'path: an id has at most 128 characters', { code: 'E_INVALID' })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ProblemError(statusCode, message ?? 'bad request', code ? { code } : {})
  // Without its query, and without what an invitation has in its path: they may hold the secret of a link.
  const path = (url.split('?', 1)[0] ?? '').replace(/^\/invite\/.*/s, '/invite/***').slice(0, 200)
  log.error('a request failed by our own fault', { path, error, stack: (error as Error)?.stack })
  return new ProblemError(500, 'the server failed at this request; the cause is in its log', { code: 'E_INTERNAL' })
}

function ofStore(error: StoreError, log: Log): ProblemError {
  if (error.fault === 'data') return new ProblemError(400, error.message, { code: error.code })
  log.warn('a request found the store away', { error })
  return new ProblemError(503, 'the store cannot be read or written now: try again', {
    code: error.code,
    headers: { 'retry-after': String(storeRetryAfterS) },
  })
}
