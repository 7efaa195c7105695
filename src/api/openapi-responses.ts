/** What a route may answer, for the reference: its answers, and the problems that follow from its declaration. */
import type { Answer, Route } from '@baykeeper/contract/route.ts'
import { problemType } from './problem.ts'
import { csvType, listItem, problemStatuses, revalidates, typeOf } from './route-facts.ts'

type Json = Record<string, unknown>
export interface Response extends Json {
  readonly description: string
  readonly content?: Record<string, { schema: Json; example?: unknown }>
}

export const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

const problemWords: Readonly<Record<number, string>> = {
  400: 'The input is not valid; `errors` names the places',
  401: 'No valid key or session',
  403: 'The key or session lacks the scope, or a session was used from a foreign page',
  404: 'There is no such thing',
  406: 'The request accepts no media type that this is answered as',
  409: 'It contradicts what is there now; `detail` has what to do',
  410: 'It was there and is gone',
  412: 'It is not what If-Match names any more',
  413: 'The body is too large',
  415: 'The media type is not taken here',
  421: 'This host name is not served here',
  422: 'The Idempotency-Key was used for another request',
  429: 'Too many failed sign-ins',
  500: 'The server failed; the cause is in its log',
  503: 'Cannot be answered now: try again after Retry-After',
}

const unchanged: Answer = { status: 304, description: 'Not changed since the ETag in If-None-Match' }

/** By status. Several answers of one status are its media types. */
export function responsesOf(route: Route): Record<string, Response> {
  const answers = [...route.answers]
  if (revalidates(route) && !answers.some(({ status }) => status === 304)) answers.push(unchanged)
  const responses: Record<string, Response> = {}
  for (const answer of answers) {
    const before = responses[answer.status]
    const own = response(answer)
    responses[answer.status] = before ? { ...before, content: { ...before.content, ...own.content } } : own
  }
  if (listItem(route)) withCsv(responses)
  for (const status of problemStatuses(route)) responses[status] = withProblem(responses[status], status)
  return responses
}

/** Every list is answered as CSV too. */
function withCsv(responses: Record<string, Response>) {
  const list = responses[200]
  if (!list?.content || list.content[csvType]) return
  responses[200] = { ...list, content: { ...list.content, [csvType]: { schema: { type: 'string' } } } }
}

function response({ description, schema, example, headers, status, ...answer }: Answer): Response {
  const hasContent = status !== 204 && status !== 303 && status !== 304
  const [name] = schema ?? []
  const media = {
    schema: name ? reference(name) : { type: 'string' },
    ...(example === undefined ? {} : { example }),
  }
  return {
    description,
    ...(headers ? { headers: headersOf(headers) } : {}),
    ...(hasContent ? { content: { [typeOf(answer as Answer)]: media } } : {}),
  }
}

const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  )

/** A status that is a separate page is a problem to programs. */
function withProblem(before: Response | undefined, status: number): Response {
  const description = problemWords[status] ?? 'Refused'
  const example = { type: 'about:blank', title: description.split(';')[0] ?? 'Refused', status }
  const content = { [problemType]: { schema: reference('Problem'), example } }
  return before ? { ...before, content: { ...before.content, ...content } } : { description, content }
}
